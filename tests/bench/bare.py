"""The references: the same files by `docker compose` alone, a bare gRPC server, nginx."""
import json
import os
import subprocess
import urllib.request

import lab


def host_ports(ids):
    """The published ports of containers."""
    found = []
    for one in json.loads(subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True).stdout or "[]"):
        for hosts in (one["NetworkSettings"]["Ports"] or {}).values():
            found += [int(host["HostPort"]) for host in hosts or [] if host["HostIp"] == "0.0.0.0"]
    return found


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


class Compose:
    """A compose project, driven and polled as somebody without edm would: until its healthchecks are green, or its
    pages answer where it has none."""

    def __init__(self, folder, name, checked=True):
        self.folder, self.checked = folder, checked
        self.argv = ["docker-compose", "-p", name, "--project-directory", str(folder)]

    def compose(self, *argv):
        return subprocess.run([*self.argv, *argv], check=True, capture_output=True, text=True, cwd=self.folder).stdout

    def ready(self):
        ids = self.compose("ps", "-q").split()
        if not self.checked:
            ports = host_ports(ids)
            return ports and all(answers(port) for port in ports)
        states = subprocess.run(["docker", "inspect", "-f", "{{.State.Health.Status}}", *ids], capture_output=True,
                                text=True)
        return ids and set(states.stdout.split()) == {"healthy"}

    def up(self):
        self.compose("up", "-d")
        lab.eventually(self.ready, 60, every=0.02)

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
