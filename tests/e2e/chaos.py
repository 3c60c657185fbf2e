#!/usr/bin/python3
"""Kills master, worker or both with SIGKILL, each time while an operation is open, and checks what is left.

usage: tests/e2e/chaos.py --bin DIR [--seed N] [--kills N] [--store sqlite|consul]

Within 30 s of each restart: no open operation; no container, network, volume, image, checkout, staging folder, child
process, key or catalog entry without an instance; each instance where its last acknowledged order says. Ends with a
table phase x victim and "N passed, M failed".
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import images
import lab
from cluster import Cluster

VICTIMS = ("master", "worker", "both")
PHASES = ("source", "policy", "build", "start", "stop", "restart", "delete")
SLOW = images.DOCKERFILE.replace("EXPOSE", 'RUN ["/bin/busybox", "sleep", "5"]\nEXPOSE')
SETTLE_SECONDS = 30
DOCKER = ["docker"]


class Chaos:
    def __init__(self, arguments):
        self.random = random.Random(arguments.seed)
        self.kills, self.store = arguments.kills, arguments.store
        self.table = collections.Counter()
        self.problems = []
        self.wanted = {}  # instance -> RUNNING, STOPPED or None (deleted)
        self.serial = 0
        self.consul = None

    def open(self):
        self.made_base = images.ensure_base(DOCKER)
        more = []
        folder = lab.Folder("chaos")
        if self.store == "consul":
            port = lab.free_port()
            self.consul_url = f"http://127.0.0.1:{port}"
            ports = [lab.free_port() for _ in range(3)]
            self.consul = lab.Program(
                ["consul", "agent", "-server", "-bootstrap-expect=1", "-bind=127.0.0.1", f"-http-port={port}",
                 f"-serf-lan-port={ports[0]}", "-serf-wan-port=-1", f"-server-port={ports[1]}", "-dns-port=-1",
                 f"-data-dir={folder.path}/consul", "-log-level=warn"], folder.path / "consul.log")
            lab.eventually(lambda: json.loads(lab.fetch(self.consul_url + "/v1/status/leader")), 30)
            more = ["--store", "consul", "--consul-url", self.consul_url]
        self.folder = folder
        self.cluster = Cluster("chaos", more=more)
        self.cluster.start_master()
        worker_more = ["--directory", "consul", "--consul-url", self.consul_url] if self.consul else []
        self.worker = self.cluster.add_worker("worker-1", more=worker_more)
        self.rest = self.cluster.rest

    def close(self):
        for name, wanted in self.wanted.items():
            if wanted:
                self.cluster.delete(name)
        leftover = self.orphans()
        if leftover:
            self.problems.append(f"after deleting all: {leftover}")
        self.cluster.close()
        if self.consul:
            self.consul.kill()
        self.folder.close()
        if self.made_base:
            lab.run([*DOCKER, "image", "rm", images.BASE])

    # An order that passes through `phase`, and what it is to lead to.

    def order_for(self, phase):
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
                               images.tarball(images.site(text, dockerfile=slow)))
        self.wanted[name] = "RUNNING"
        return name, answer.json["id"]

    def await_phase(self, operation, phase):
        """Waits until the step is under way, then a random moment; true when the operation is still open."""
        def reached():
            steps = {step["name"]: step["state"] for step in self.rest.get(f"/v1/operations/{operation}").json["steps"]}
            return phase in ("stop", "restart", "delete", "source") or steps.get(phase) in ("RUNNING", "DONE", "FAILED")
        lab.eventually(reached, 60, every=0.01, what=f"{phase} of {operation}")
        time.sleep(self.random.random() * (3 if phase == "build" else 0.15))
        return self.rest.get(f"/v1/operations/{operation}").json["state"] in ("PENDING", "RUNNING")

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
            for name, wanted in self.wanted.items():
                answer = self.rest.get(f"/v1/instances/{name}")
                if wanted is None:
                    assert answer.status == 404, f"{name}: {answer.status} after its delete"
                else:
                    status = answer.json["status"]
                    assert status["phase"] == wanted, f"{name}: {status['phase']} instead of {wanted}: {status['failure']}"
            left = self.orphans()
            assert not left, left
            return True
        lab.eventually(quiet, SETTLE_SECONDS, every=0.3, what="quiet after the restart")
        for name, wanted in self.wanted.items():
            if wanted == "RUNNING":
                lab.fetch(self.cluster.instance(name)["status"]["endpoints"][0]["url"])

    def orphans(self):
        alive = {name for name, wanted in self.wanted.items() if wanted}
        found = []
        for kind, argv in {"container": ["ps", "-a"], "network": ["network", "ls"], "volume": ["volume", "ls"],
                           "image": ["images"]}.items():
            field = "{{.Repository}}" if kind == "image" else '{{.Label "dev.edm.instance"}}'
            chosen = [] if kind == "image" else ["--filter", "label=dev.edm.instance"]
            for line in set(lab.run([*DOCKER, *argv, *chosen, "--format", field]).stdout.split()):
                name = line.split("/")[1] if kind == "image" and line.startswith("edm/") else line
                if kind == "image" and not line.startswith("edm/"):
                    continue
                if name not in alive:
                    found.append(f"{kind} of {name}")
        for top in (self.worker.data / "instances", self.cluster.data / "git" / "default"):
            for entry in top.iterdir() if top.exists() else []:
                if entry.name.removesuffix(".git") not in alive:
                    found.append(f"folder {entry}")
        staging = [entry for entry in self.cluster.data.rglob("staging/*")]
        found += [f"staging {entry}" for entry in staging]
        children = subprocess.run(["pgrep", "-af", "edm-fetch|docker-compose"], capture_output=True, text=True).stdout
        found += [f"process {line}" for line in children.splitlines() if str(self.cluster.folder.path) in line]
        if self.consul:
            services = json.loads(lab.fetch(self.consul_url + "/v1/catalog/services"))
            found += [f"catalog {name}" for name in services if name != "consul" and name.split(".")[-1] not in alive]
            keys = json.loads(lab.fetch(self.consul_url + "/v1/kv/?keys"))
            found += [f"key {key}" for key in keys if key.startswith("instance/") and key.split("/")[1] not in alive]
        return found

    def run(self):
        cells = [(phase, victim) for phase in PHASES for victim in VICTIMS]
        for number in range(self.kills):
            phase, victim = cells[number % len(cells)]
            for _ in range(5):
                name, operation = self.order_for(phase)
                if self.await_phase(operation, phase):
                    break
            else:
                self.problems.append(f"{number}: no operation stayed open long enough in {phase}")
                continue
            self.strike(victim)
            began = time.monotonic()
            try:
                self.settle()
                verdict = f"quiet after {time.monotonic() - began:.1f} s"
            except (AssertionError, OSError) as problem:
                verdict = f"PROBLEM {problem}"
                self.problems.append(f"{number} ({phase}, {victim}, {name}, {operation}): {problem}")
            self.table[phase, victim] += 1
            print(f"{number + 1}/{self.kills} {phase:8} {victim:7} {name} {operation}: {verdict}", flush=True)
            if len([name for name, state in self.wanted.items() if state]) > 8:
                self.thin_out()

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
    finally:
        chaos.close()
    sys.exit(chaos.report())


if __name__ == "__main__":
    main()
