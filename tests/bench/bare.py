"""The references: the same files by `docker compose` alone, nginx, the engine itself."""
import http.client
import json
import os
import socket
import subprocess
import urllib.request

import lab


class EngineConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/var/run/docker.sock")


def inspect(container):
    """As the engine has it; asked without a program in between, so that polling costs next to nothing."""
    connection = EngineConnection("engine")
    try:
        connection.request("GET", f"/containers/{container}/json")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def is_ready(container, checked):
    """Healthy; or its page answers where it has no healthcheck."""
    seen = inspect(container)
    if checked:
        return seen["State"]["Health"]["Status"] == "healthy"
    return answers(int(seen["NetworkSettings"]["Ports"]["8000/tcp"][0]["HostPort"]))


class Compose:
    """A compose project of `services` web services, driven and polled as somebody without edm would."""

    def __init__(self, folder, name, services, checked):
        self.folder, self.checked = folder, checked
        self.containers = [f"{name}-web{number}-1" for number in range(services)]
        self.argv = ["docker-compose", "-p", name, "--project-directory", str(folder)]

    def compose(self, *argv):
        subprocess.run([*self.argv, *argv], check=True, capture_output=True, cwd=self.folder)

    def up(self):
        self.compose("up", "-d")
        lab.eventually(lambda: all(is_ready(one, self.checked) for one in self.containers), 60, every=0.005)

    def stop(self):
        self.compose("stop", "-t", "0")

    def down(self):
        self.compose("down", "-t", "0", "-v", "--rmi", "local")


def nginx(folder, body):
    """Serves `body` as /instance from one worker process; the program and its address."""
    (folder / "www").mkdir(parents=True)
    (folder / "www" / "instance").write_bytes(body)
    port = lab.free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; {user} events {{}} http {{ "
        f"access_log off; {paths} keepalive_requests 1000000; server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}")
    program = lab.Program(["nginx", "-c", folder / "nginx.conf"], folder / "log")
    lab.eventually(lambda: lab.fetch(f"http://127.0.0.1:{port}/instance"), 5)
    return program, f"http://127.0.0.1:{port}/instance"


def dockerd_pid():
    return int(subprocess.run(["pgrep", "-xo", "dockerd"], capture_output=True, text=True, check=True).stdout)
