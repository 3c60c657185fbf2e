#!/usr/bin/python3
"""Kills master, worker or both with SIGKILL, each time while an operation is open, and checks what is left.

usage: tests/e2e/chaos.py --bin DIR [--seed N] [--kills N] [--store sqlite|consul] [--keep]

The worker has an engine of its own, in a network namespace, so that all that is left on it counts.

Within 30 s of each restart: no open operation; no container, network, volume, image, checkout, staging folder, child
process, key or catalog entry without an instance; each instance where its last acknowledged order says. Ends with a
table phase x victim and "N passed, M failed".
"""
import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import images
import lab
import network_lab
from cluster import Cluster

VICTIMS = ("master", "worker", "both")
PHASES = ("source", "policy", "build", "start", "stop", "restart", "delete")
SLOW = images.DOCKERFILE.replace("EXPOSE", 'RUN ["/bin/busybox", "sleep", "5"]\nEXPOSE')
# The web server is process 1 and ignores SIGTERM: stopping it takes the whole grace.
COMPOSE = images.COMPOSE.replace("    build: .\n", "    build: .\n    stop_grace_period: 2s\n")
SETTLE_SECONDS = 30
CHILDREN = {"edm-fetch", "edm-git-transfer", "edm-git-hook", "docker", "docker-compose", "git"}


class Chaos:
    def __init__(self, arguments):
        self.random = random.Random(arguments.seed)
        self.kills, self.store = arguments.kills, arguments.store
        self.table = collections.Counter()
        self.problems = []
        self.wanted = {}  # instance -> RUNNING, STOPPED or None (deleted)
        self.serial = 0
        self.pages = {}  # what a running instance is to serve
        self.unheard = None  # (connection, instance, operation, page) of an upload that nobody listens to

    def open(self):
        self.folder = lab.Folder("chaos")
        self.net = network_lab.NetworkLab(self.folder.path, hosts=1, consul=self.store == "consul")
        self.net.open()
        self.host = self.net.hosts[0]
        self.docker = self.host.docker
        images.ensure_base(self.docker)
        ports = [lab.free_port(), lab.free_port()]
        more = ["--http-listen", f"127.0.0.1:{ports[0]},{self.net.root_address}:{ports[1]}",
                "--git-url", f"https://{self.net.root_address}:{ports[1]}", "--tls-names", self.net.root_address]
        if self.store == "consul":
            more += ["--store", "consul", "--consul-url", self.net.consul_url]
        self.cluster = Cluster("chaos", more=more)
        self.cluster.http = ports[0]
        self.cluster.cluster_address = f"{self.net.root_address}:{self.cluster.cluster_port}"
        self.cluster.start_master()
        worker_more = ["--directory", "consul"] if self.store == "consul" else []
        self.worker = self.cluster.add_worker("worker-1", namespace=self.host.name, address=self.host.address,
                                              socket=self.host.socket, more=worker_more)
        self.rest = self.cluster.rest

    def close(self):
        try:
            for name, wanted in self.wanted.items():
                if wanted:
                    self.cluster.delete(name)
                    self.wanted[name] = None
            try:
                # The catalog's server hears of a change from the worker's agent, a moment later.
                lab.eventually(self.is_clean, 5, every=0.3, what="a clean end")
            except AssertionError as problem:
                self.problems.append(f"after deleting all: {problem}")
        finally:
            self.cluster.close()
            self.net.close()
            self.folder.close()

    # An order that passes through `phase`, and what it is to lead to.

    def order_for(self, phase):
        if phase == "source":
            return self.upload_unheard()
        running = [name for name, state in self.wanted.items() if state == "RUNNING"]
        if phase in ("stop", "restart", "delete") and running:
            name = self.random.choice(running)
            if phase == "delete":
                answer = self.rest.delete(f"/v1/instances/{name}")
                self.wanted[name] = None
            else:
                answer = self.rest.post(f"/v1/instances/{name}/{phase}")
                self.wanted[name] = "STOPPED" if phase == "stop" else "RUNNING"
            return name, answer.json["id"]
        self.serial += 1
        name = self.random.choice(running) if running and self.random.random() < 0.5 else f"c{self.serial}"
        text = f"{name} {self.serial}"
        slow = SLOW.replace("EXPOSE", f"LABEL serial={self.serial}\nEXPOSE").replace('"5"', f'"5.{self.serial:03}"')
        answer = self.rest.put(f"/v1/instances/{name}/source?create=true&until=RUNNING",
                               images.tarball(images.site(text, COMPOSE, slow)))
        self.wanted[name], self.pages[name] = "RUNNING", text
        return name, answer.json["id"]

    def upload_unheard(self):
        """Uploads without listening, and returns once the operation is open; the reply of this one never comes."""
        self.serial += 1
        running = [name for name, state in self.wanted.items() if state == "RUNNING"]
        name = self.random.choice(running) if running and self.random.random() < 0.3 else f"c{self.serial}"
        many = {f"more/{number}.txt": f"{self.serial} {number}" for number in range(400)}
        text = f"{name} {self.serial}"
        data = images.tarball(images.site(text, COMPOSE, SLOW, **many))
        before = self.operations_of(name)
        door = http.client.HTTPConnection("127.0.0.1", self.cluster.http, timeout=10)
        door.putrequest("PUT", f"/v1/instances/{name}/source?create=true&until=RUNNING")
        door.putheader("Authorization", f"Bearer {self.rest.token}")
        door.putheader("Content-Length", str(len(data)))
        door.endheaders(data)
        lab.eventually(lambda: set(self.operations_of(name)) - set(before), 10, every=0.001, what="its operation")
        operation = (set(self.operations_of(name)) - set(before)).pop()
        self.unheard = door, name, operation, text
        self.wanted.setdefault(name, None)
        return name, operation

    def operations_of(self, name):
        listed = self.rest.get(f"/v1/operations?instance={name}").json["operations"]
        return [one["id"] for one in listed if one["instance"] == name]

    def hear(self):
        """An upload whose reply never came may have failed or not; which of both says its operation."""
        if not self.unheard:
            return
        door, name, operation, text = self.unheard
        if self.rest.get(f"/v1/operations/{operation}").json["state"] == "DONE":
            self.wanted[name], self.pages[name] = "RUNNING", text
        door.close()
        self.unheard = None

    def await_phase(self, operation, phase):
        """Waits until the step is under way, then a random moment; true when the operation is still open."""
        def reached():
            steps = {step["name"]: step["state"] for step in self.rest.get(f"/v1/operations/{operation}").json["steps"]}
            return phase in ("stop", "restart", "delete", "source") or steps.get(phase) in ("RUNNING", "DONE", "FAILED")
        lab.eventually(reached, 60, every=0.01, what=f"{phase} of {operation}")
        longest = {"build": 3, "stop": 1.5, "restart": 2.5, "source": 0.01}.get(phase, 0.15)
        time.sleep(self.random.random() * longest)
        return self.rest.get(f"/v1/operations/{operation}").json["state"] in ("PENDING", "RUNNING")

    def open_operation(self, phase):
        for _ in range(5):
            name, operation = self.order_for(phase)
            if self.await_phase(operation, phase):
                return name, operation
            self.settle()
        raise AssertionError(f"no operation stayed open long enough in {phase}")

    def strike(self, victim):
        programs = {"master": [self.cluster.master], "worker": [self.worker.program],
                    "both": [self.cluster.master, self.worker.program]}[victim]
        for program in programs:
            program.kill()
        self.random.shuffle(programs)
        for program in programs:
            program.start()
        lab.eventually(self.cluster.answers, 20, what="the master's return")

    def settle(self):
        def quiet():
            open_now = [operation for state in ("PENDING", "RUNNING")
                        for operation in self.rest.get(f"/v1/operations?state={state}").json["operations"]]
            assert not open_now, [(one["id"], one["kind"], one["instance"]) for one in open_now]
            self.hear()
            for name, wanted in self.wanted.items():
                answer = self.rest.get(f"/v1/instances/{name}")
                if wanted is None:
                    assert answer.status == 404, f"{name}: {answer.status} after its delete"
                else:
                    status = answer.json["status"]
                    assert status["phase"] == wanted, f"{name}: {status['phase']} instead of {wanted}: {status['failure']}"
            return self.is_clean()
        lab.eventually(quiet, SETTLE_SECONDS, every=0.3, what="quiet after the restart")
        for name, wanted in self.wanted.items():
            if wanted == "RUNNING":
                page = self.cluster.page(self.cluster.instance(name))
                assert page == self.pages[name], f"{name} serves {page!r} instead of {self.pages[name]!r}"

    def is_clean(self):
        left = self.orphans()
        assert not left, left
        return True

    def orphans(self):
        alive = {name for name, wanted in self.wanted.items() if wanted}
        kept = {name: {f"r{one['number']}" for one in self.rest.get(f"/v1/instances/{name}/releases").json["releases"]}
                for name in alive}
        found = self.engine_orphans(alive, kept) + self.disk_orphans(alive, kept) + self.process_orphans()
        return found + (self.consul_orphans(alive) if self.store == "consul" else [])

    # The engine is ours alone: whatever else is on it was left over.
    def engine_orphans(self, alive, kept):
        found = []
        label = '{{.Label "dev.edm.instance"}}'
        for kind, argv, known in (("container", ["ps", "-a", "--format", label + " {{.Names}}"], ()),
                                  ("network", ["network", "ls", "--format", label + " {{.Name}}"],
                                   ("bridge", "host", "none")),
                                  ("volume", ["volume", "ls", "--format", label + " {{.Name}}"], ())):
            for line in lab.run([*self.docker, *argv]).stdout.splitlines():
                owner, name = line.split(" ", 1)
                if owner not in alive and name not in known:
                    found.append(f"{kind} {name} of {owner}")
        for line in lab.run([*self.docker, "images", "--format", "{{.Repository}}:{{.Tag}}"]).stdout.split():
            owner = line.split("/")[1] if line.startswith("edm/") else None
            if line != images.BASE and line.rsplit(":", 1)[1] not in kept.get(owner, ()):
                found.append(f"image {line}")
        return found

    def disk_orphans(self, alive, kept):
        found = []
        for top in (self.worker.data / "instances", self.cluster.data / "git" / "default",
                    self.worker.data / "mirrors" / "instances"):
            for entry in top.iterdir() if top.exists() else []:
                if entry.name.removesuffix(".git") not in alive:
                    found.append(f"folder {entry}")
        for name in alive:
            for entry in (self.worker.data / "instances" / name).glob("*"):
                if entry.name not in kept[name]:
                    found.append(f"checkout {entry}")
        found += [f"staging {entry}" for entry in self.cluster.folder.path.rglob("staging/*")]
        found += [f"temporary {entry}" for entry in self.cluster.folder.path.rglob("*.tmp*")]
        return found

    # A child of ours whose parent is neither of the two programs that run now.
    def process_orphans(self):
        parents = {self.cluster.master.pid, self.worker.program.pid}
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                argv = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) if argv else 0
                ours = any(str(place).encode() in part for place in (lab.BIN, self.cluster.folder.path)
                           for part in (*argv, (entry / "environ").read_bytes()))
            except OSError:
                continue
            if ours and os.path.basename(argv[0].decode()) in CHILDREN and parent == 1:
                found.append(f"process {entry.name} {b' '.join(argv).decode()[:100]}")
        return found

    def consul_orphans(self, alive):
        services = json.loads(lab.fetch(self.net.consul_url + "/v1/catalog/services"))
        found = [f"catalog {name}" for name in services if name != "consul" and name.split(".")[-1] not in alive]
        keys = json.loads(lab.fetch(self.net.consul_url + "/v1/kv/?keys"))
        for top in ("instance/", "edm/v1/instances/", "edm/v1/releases/"):
            found += [f"key {key}" for key in keys
                      if key.startswith(top) and key.removeprefix(top).split("/")[0] not in alive]
        return found

    def run(self):
        cells = [(phase, victim) for phase in PHASES for victim in VICTIMS]
        for number in range(self.kills):
            phase, victim = cells[number % len(cells)]
            name = operation = None
            try:
                name, operation = self.open_operation(phase)
                self.strike(victim)
                began = time.monotonic()
                self.settle()
                verdict = f"quiet after {time.monotonic() - began:.1f} s"
            except (AssertionError, OSError) as problem:
                verdict = f"PROBLEM {problem}"
                self.problems.append(f"{number + 1} ({phase}, {victim}, {name}, {operation}): {problem}")
                self.start_clean()
            self.table[phase, victim] += 1
            print(f"{number + 1}/{self.kills} {phase:8} {victim:7} {name} {operation}: {verdict}", flush=True)
            if len([name for name, state in self.wanted.items() if state]) > 8:
                self.thin_out()

    def start_clean(self):
        """After a problem: what it left is not to be counted again."""
        self.unheard = None
        for one in self.rest.get("/v1/instances").json["instances"]:
            self.cluster.delete(one["id"])
        self.wanted = {}

    def thin_out(self):
        for name in [name for name, state in self.wanted.items() if state][:5]:
            self.cluster.delete(name)
            self.wanted[name] = None

    def report(self):
        print(f"\n{'phase':10}" + "".join(f"{victim:>8}" for victim in VICTIMS))
        for phase in PHASES:
            print(f"{phase:10}" + "".join(f"{self.table[phase, victim]:8}" for victim in VICTIMS))
        for problem in self.problems:
            print(problem)
        print(f"{self.kills - len(self.problems)} passed, {len(self.problems)} failed")
        return 1 if self.problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "consul"), default="sqlite")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    lab.BIN, lab.KEEP = arguments.bin.resolve(), arguments.keep
    print(f"seed {arguments.seed}")
    chaos = Chaos(arguments)
    chaos.open()
    try:
        chaos.run()
    except KeyboardInterrupt:
        chaos.kills = sum(chaos.table.values())
        print("cut short")
    finally:
        chaos.close()
    sys.exit(chaos.report())


if __name__ == "__main__":
    main()
