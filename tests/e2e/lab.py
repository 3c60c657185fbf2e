"""What the end-to-end tests stand on: programs started and stopped by pid, ports, folders, waiting for a state."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

BIN = pathlib.Path("build/dev/bin")
KEEP = False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check, seconds=20, every=0.05, what="the state"):
    """Calls `check` until it returns something true; what it raised last is shown when it never does."""
    end = time.monotonic() + seconds
    last = None
    while True:
        try:
            value = check()
            if value:
                return value
        except (AssertionError, OSError, KeyError, ValueError) as problem:
            last = problem
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about in {seconds} s" + (f": {last!r}" if last else ""))
        time.sleep(every)


class Program:
    """One process of ours, with its output in a file."""

    def __init__(self, argv, log, env=None, namespace=None, cwd=None):
        self.argv = [str(part) for part in argv]
        if namespace:
            self.argv = ["nsenter", f"--net=/run/netns/{namespace}"] + self.argv
        self.log = pathlib.Path(log)
        self.env, self.cwd = env, cwd
        self.start()

    def start(self):
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=self.env, cwd=self.cwd, start_new_session=True)
        self.pid = self.process.pid

    def alive(self):
        return self.process.poll() is None

    def kill(self, number=signal.SIGKILL, patience=10):
        if self.alive():
            self.process.send_signal(number)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def stop(self):
        self.kill(signal.SIGTERM)

    def tail(self, lines=30):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Folder:
    """A temporary folder, kept when a run is to be looked at afterwards."""

    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"edm-{name}-"))

    def close(self):
        if KEEP:
            print(f"kept: {self.path}")
        else:
            shutil.rmtree(self.path, ignore_errors=True)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Rest:
    """A client with the standard library alone: what a stranger's web app would do."""

    def __init__(self, base, token, ca=None):
        self.base, self.token = base.rstrip("/"), token
        self.tls = ssl.create_default_context(cafile=ca) if ca else None

    def call(self, method, path, body=None, headers=None, timeout=90, token=None):
        data = body
        sent = {"Authorization": f"Bearer {self.token if token is None else token}"}
        if isinstance(body, (dict, list)):
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=self.tls) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as problem:
            with problem:
                return Answer(problem.code, dict(problem.headers), problem.read())

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None else body, **more)

    def put(self, path, body, **more):
        return self.call("PUT", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)


def fetch(url, timeout=5):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


def run(argv, check=True, timeout=120, env=None, cwd=None, stdin=None, namespace=None):
    if namespace:
        argv = ["nsenter", f"--net=/run/netns/{namespace}", *argv]
    done = subprocess.run([str(part) for part in argv], capture_output=True, text=True, timeout=timeout, env=env,
                          cwd=cwd, input=stdin)
    if check and done.returncode != 0:
        raise AssertionError(f"{argv} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


@contextlib.contextmanager
def environment(**changes):
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
