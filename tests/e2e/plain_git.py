"""Somebody else's git server: `git http-backend` behind a little HTTP server, for anybody."""
import http.server
import os
import shutil
import subprocess
import threading

import images


class PlainGit:
    """Serves empty.git and full.git, which holds `files` on main; a context that gives its URL."""

    def __init__(self, folder, git, files):
        self.folder, self.git, self.files = folder, git, files

    def __enter__(self):
        self.folder.mkdir()
        for name in ("empty", "full"):
            self.git("init", "-q", "--bare", "-b", "main", str(self.folder / f"{name}.git"), cwd="/")
        work = images.write(self.folder / "work", self.files)
        for argv in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "one"],
                     ["push", "-q", str(self.folder / "full.git"), "HEAD:main"]):
            self.git(*argv, cwd=work)
        handler = type("Handler", (Backend,), {"root": self.folder})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)


class Backend(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def serve(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
               "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
               "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        out = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for key, value in fields.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    do_GET = do_POST = serve
