"""A stock git client that pushes, and a door to the master that lets only so many bytes in."""
import pathlib
import socket
import subprocess
import threading

import images
import lab

GIT_ENV = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "t",
           "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}


class Push:
    """One push of `files` on top of what the instance's repo holds, in a folder of its own."""

    def __init__(self, folder, master, token, instance, files):
        self.folder, self.instance = pathlib.Path(folder), instance
        self.env = {**GIT_ENV, "HOME": str(self.folder.parent)}
        self.path, self.token = f"/git/default/{instance}.git", token
        self.git("clone", "-q", self.url(master), str(self.folder), cwd=self.folder.parent)
        images.write(self.folder, files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "change")
        self.process = self.output = None

    def url(self, address):
        return f"http://any:{self.token}@{address}{self.path}"

    def git(self, *argv, cwd=None):
        return lab.run(["git", *argv], cwd=cwd or self.folder, env=self.env)

    def begin(self, address):
        self.output = open(self.folder.with_suffix(".log"), "w+b")
        self.process = subprocess.Popen(["git", "push", self.url(address), "HEAD:main"], cwd=self.folder, env=self.env,
                                        stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output)

    def said(self):
        self.output.seek(0)
        return self.output.read().decode(errors="replace")

    def ended(self):
        return self.process.poll() is not None

    def accepted(self, patience):
        """Whether git said that the push was taken; its end is waited for."""
        try:
            return self.process.wait(patience) == 0
        except subprocess.TimeoutExpired:
            raise AssertionError(f"git push to {self.instance} has not ended in {patience} s: {self.said()[-500:]}")

    def leave(self):
        if self.process and not self.ended():
            self.process.kill()
            self.process.wait()
        if self.output:
            self.output.close()


class NarrowDoor:
    """Forwards to the master, and stops for good once `most` bytes of one connection have gone in."""

    def __init__(self, port, most):
        self.port, self.most = port, most
        self.full = threading.Event()
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
                master = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            self.sockets += [client, master]
            threading.Thread(target=self.pump, args=(client, master, self.most), daemon=True).start()
            threading.Thread(target=self.pump, args=(master, client, None), daemon=True).start()

    def pump(self, source, target, left):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                target.sendall(data if left is None else data[:left])
                if left is not None:
                    left -= min(left, len(data))
                    if left == 0:
                        self.full.set()
                        return  # both ends stay open, and nothing moves
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for one in self.sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # its other end is gone
            one.close()
