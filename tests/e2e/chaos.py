#!/usr/bin/python3
"""Kills master, worker or both with SIGKILL, each time while an operation is open, and checks what is left.

usage: tests/e2e/chaos.py --bin DIR [--seed N] [--kills N] [--store sqlite|consul] [--keep]

Within 30 s of each restart: no operation is open; no container, network, volume, image, checkout, staging folder, child
process, listening or reserved port, key, catalog entry, event log, git ref or repo is there that should not be, and none
is missing; each instance is where its last acknowledged order says, on the release and at the URL that it had; and what
had no order still runs in the container that it ran in. Ends with a table phase x victim (the phase seen at the kill)
and "N passed, M failed".

The worker has an engine, and with --store consul an agent, of its own in a network namespace, so that all that is left
on them counts. What is quiet only after the 30 s is a failure and is called late. Where others take the cores as well,
the 30 s are those of a calm machine (chaos_pace.py), and the report says how far the two were apart.
"""
import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chaos_traces
import images
import lab
import network_lab
from chaos_ledger import Ledger
from chaos_orders import PHASES, Orders
from chaos_pace import Pace
from cluster import Cluster

VICTIMS = ("master", "worker", "both")
QUIET_SECONDS = 30
LATE_SECONDS = 60        # how long a verdict that is late already is still waited for
CELL_MIN = 5             # kills in each cell, once there are enough of them
KEPT_OPERATIONS = 40     # few, so that their removal is met by kills as well
INSTANCES_MAX = 8
TRIES_PER_KILL = 3       # on average: some operations end before they can be killed
LONG_ABSENCE_SHARE, LONG_ABSENCE = 0.1, 6.0  # s; beyond the beats that a worker may miss
RELAPSE_SHARE, RELAPSE_WITHIN = 0.15, 3.0    # s; killed once more while they recover


class Chaos:
    def __init__(self, arguments):
        self.random = random.Random(arguments.seed)
        self.kills, self.store = arguments.kills, arguments.store
        self.table = collections.Counter()
        self.problems = []
        self.scene = None
        self.longest, self.slowest = 0.0, 1.0  # s until quiet; times slower than alone

    def open(self):
        chaos_traces.be_the_reaper()
        self.folder = lab.Folder("chaos")
        # Compose judges as another user, who must reach it.
        self.temporary = pathlib.Path(tempfile.mkdtemp(prefix="edm-chaos-tmp-"))
        self.temporary.chmod(0o1777)
        self.net = network_lab.NetworkLab(self.folder.path, hosts=1, consul=self.store == "consul")
        self.net.open()
        host = self.net.hosts[0]
        images.ensure_base(host.docker)
        ports = [lab.free_port(), lab.free_port()]
        more = ["--http-listen", f"127.0.0.1:{ports[0]},{self.net.root_address}:{ports[1]}",
                "--git-url", f"https://{self.net.root_address}:{ports[1]}", "--tls-names", self.net.root_address,
                "--keep-operations", KEPT_OPERATIONS]
        if self.store == "consul":
            more += ["--store", "consul", "--consul-url", self.net.consul_url]
        self.cluster = Cluster("chaos", more=more)
        self.cluster.http = ports[0]
        self.cluster.cluster_address = f"{self.net.root_address}:{self.cluster.cluster_port}"
        with lab.environment(TMPDIR=str(self.temporary)):
            self.cluster.start_master()
            self.worker = self.cluster.add_worker(
                "worker-1", namespace=host.name, address=host.address, socket=host.socket,
                more=["--http-listen", "127.0.0.1:8833", *(["--directory", "consul"] if self.store == "consul" else [])])
        self.rest = self.cluster.rest
        self.ledger = Ledger(self.rest)
        self.orders = Orders(self.cluster, self.ledger, self.random, self.folder.path)
        self.traces = chaos_traces.Traces(self.cluster, self.worker, self.net, self.temporary, self.own_programs)
        self.traces.note_rest()

    def own_programs(self):
        programs = [self.cluster.master, self.worker.program, self.net.consul_server]
        programs += [program for host in self.net.hosts for program in (host.engine, host.consul)]
        pids = {program.pid for program in programs if program}
        return pids | ({self.scene.push.process.pid} if self.scene and self.scene.push else set())

    def close(self):
        try:
            self.delete_all()
            self.scene = None
            self.settle({})
        except AssertionError as problem:
            self.problems.append(f"after deleting all: {problem}")
        finally:
            self.cluster.close()
            self.net.close()
            self.folder.close()
            shutil.rmtree(self.temporary, ignore_errors=True)

    # One kill.

    def strike(self, victim):
        """Kills, and starts again what was killed; the phase is what the master said at the kill."""
        operation, seen = self.orders.seen(self.scene)
        if seen is None:
            self.scene.let_clients_leave()
            return operation, None
        programs = {"master": [self.cluster.master], "worker": [self.worker.program],
                    "both": [self.cluster.master, self.worker.program]}[victim]
        self.random.shuffle(programs)
        self.kill(programs)
        self.scene.let_clients_leave()
        long = self.random.random() < LONG_ABSENCE_SHARE
        time.sleep(LONG_ABSENCE if long else self.random.random())
        self.start(programs)
        if self.random.random() < RELAPSE_SHARE:
            time.sleep(self.random.random() * RELAPSE_WITHIN)
            self.kill(programs)
            self.start(programs)
        return operation, seen

    @staticmethod
    def kill(programs):
        for program in programs:
            program.process.kill()
        for program in programs:
            program.kill()  # waits for the end

    def start(self, programs):
        with lab.environment(TMPDIR=str(self.temporary)):
            for program in programs:
                program.start()

    def is_quiet(self):
        """Raises what is not as it must be."""
        assert self.cluster.answers()
        entries = self.ledger.expected()
        listed = self.ledger.check(entries)
        left = self.traces.look(chaos_traces.Facts(self.rest, listed, self.ledger.tried))
        assert not left, "; ".join(left)
        for name, entry in entries.items():
            if entry.state == "RUNNING":
                page = self.cluster.page(listed[name])
                assert page == entry.pages[entry.release], f"{name} serves {page!r}, not {entry.pages[entry.release]!r}"
        self.ledger.settled(entries)
        return True

    def settle(self, bystanders):
        """Waits for quiet, and tells how long that took."""
        pace, last = Pace(), ""
        while True:
            try:
                self.is_quiet()
                break
            except (AssertionError, OSError, KeyError, ValueError) as problem:
                last = problem
            assert pace.spent() < QUIET_SECONDS + LATE_SECONDS, f"not quiet after {pace.wall():.0f} s: {last}"
            time.sleep(0.3)
        wall, calm = pace.wall(), pace.spent()
        assert calm <= QUIET_SECONDS, f"late: quiet after {wall:.0f} s, {calm:.0f} s of a calm machine; before: {last}"
        now = self.traces.containers()
        for name, was in bystanders.items():
            assert now.get(name) == was, f"container {name} had no order, and was {was} and is {now.get(name)}"
        self.longest = max(self.longest, wall)
        self.slowest = max(self.slowest, wall / calm)
        return f"quiet after {wall:.1f} s" + (f", {calm:.1f} s of a calm machine" if wall > 1.3 * calm else "")

    def bystanders(self):
        """What runs and has no order."""
        taken = {order.instance for order in self.ledger.orders}
        return {name: one for name, one in self.traces.containers().items() if name.split(".")[0] not in taken}

    def judge_push(self, victim):
        """What git told the person pushing must be what is so; and a worker's restart is no reason to refuse it."""
        push = self.scene.push
        if push and not push.accepted(QUIET_SECONDS):
            assert victim != "worker", f"git push failed although its master was there: {push.said()[-1000:]}"
        elif push:
            url = self.ledger.entries[push.instance].url
            assert url in push.said(), f"git push ended well without {url}: {push.said()[-1000:]}"

    def one_kill(self, phase, victim):
        """The phase in which it was killed, and how it became quiet again; none: it was over too soon."""
        self.scene = self.orders.open_scene(phase)
        try:
            bystanders = self.bystanders()
            self.orders.await_moment(self.scene)
            operation, seen = self.strike(victim)
            if seen is not None:
                self.table[seen, victim] += 1
            verdict = self.settle(bystanders)
            if seen is not None:
                self.judge_push(victim)
            self.orders.learn(self.scene, self.ledger_operation(operation))
            return seen, verdict
        finally:
            self.scene.close()

    def ledger_operation(self, operation):
        return self.rest.get(f"/v1/operations/{operation['id']}").json if operation else None

    def next_cell(self):
        """One of the cells with the fewest kills."""
        cells = [(phase, victim) for phase in PHASES for victim in VICTIMS]
        least = min(self.table[cell] for cell in cells)
        return self.random.choice([cell for cell in cells if self.table[cell] == least])

    def run(self):
        for _ in range(self.kills * TRIES_PER_KILL):
            before = sum(self.table.values())
            if before == self.kills:
                return
            phase, victim = self.next_cell()
            try:
                seen, verdict = self.one_kill(phase, victim)
                verdict = verdict if seen else "ended before the kill"
            except (AssertionError, OSError, KeyError, ValueError, IndexError) as problem:
                seen, verdict = None, f"PROBLEM {problem!r}"
                self.problems.append(f"{before + 1} ({phase}, {victim}, {self.told()}): {problem}")
                self.keep_evidence(before + 1, verdict)
                self.start_clean()
            number = sum(self.table.values())
            print(f"{time.strftime('%H:%M:%S')} {number}/{self.kills} {seen or phase:11} {victim:7} {self.told()}: {verdict}",
                  flush=True)
            if len(self.ledger.entries) > INSTANCES_MAX:
                self.thin_out()

    def told(self):
        if self.scene is None:
            return "-"
        return f"{self.scene.order.verb} {self.scene.order.instance} {self.scene.order.operation or 'unheard'}"

    # Between kills.

    def keep_evidence(self, number, verdict):
        """What is needed to understand a problem, before it is cleared away; kept when the folder is."""
        path = self.folder.path / f"problem-{number}.txt"
        parts = [verdict, f"orders: {self.ledger.orders}", f"ledger: {self.ledger.entries}"]
        for route in ("/v1/instances", "/v1/operations?page_size=20", "/v1/workers"):
            try:
                parts.append(f"{route}: {self.rest.get(route).body.decode()}")
            except OSError as problem:
                parts.append(f"{route}: {problem!r}")
        parts += [self.cluster.master.tail(40), self.worker.program.tail(40)]
        parts += self.traces.ask("ps", "-a", "--no-trunc")
        path.write_text("\n\n".join(parts))

    def start_clean(self):
        """After a problem: what it left is not to be counted again."""
        for program in (self.cluster.master, self.worker.program):
            if not program.alive():
                self.start([program])
        lab.eventually(self.cluster.answers, 60, what="the master's return")
        self.delete_all()
        for path in self.temporary.iterdir():
            shutil.rmtree(path)

    def delete_all(self):
        def all_gone():
            there = self.rest.get("/v1/instances?page_size=1000").json["instances"]
            for one in there:
                self.rest.delete(f"/v1/instances/{one['id']}?wait=30s")
            return not there
        lab.eventually(all_gone, 180, every=0.5, what="the end of all instances")
        self.ledger.settled({})

    def thin_out(self):
        for name in self.random.sample(sorted(self.ledger.entries), INSTANCES_MAX // 2):
            self.cluster.delete(name)
            del self.ledger.entries[name]

    def report(self):
        print(f"\n{'phase':12}" + "".join(f"{victim:>8}" for victim in VICTIMS))
        for phase in PHASES:
            print(f"{phase:12}" + "".join(f"{self.table[phase, victim]:8}" for victim in VICTIMS))
        done = sum(self.table.values())
        if done < self.kills:
            self.problems.append(f"{self.kills - done} kills of {self.kills} did not come about")
        if done >= CELL_MIN * len(PHASES) * len(VICTIMS):
            self.problems += [f"only {self.table[phase, victim]} kills of {victim} in {phase}" for phase in PHASES
                              for victim in VICTIMS if self.table[phase, victim] < CELL_MIN]
        print(f"quiet after {self.longest:.1f} s at most; the machine was up to {self.slowest:.1f} times slower than alone")
        for problem in self.problems:
            print(problem)
        print(f"{max(0, done - len(self.problems))} passed, {len(self.problems)} failed")
        return 1 if self.problems or not done else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "consul"), default="sqlite")
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    lab.BIN, lab.KEEP = arguments.bin.resolve(), arguments.keep
    print(f"seed {arguments.seed}, store {arguments.store}, pid {os.getpid()}", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has it ignored
        signal.signal(number, signal.default_int_handler)
    chaos = Chaos(arguments)
    try:
        chaos.open()
        chaos.run()
    except KeyboardInterrupt:
        print("cut short")
    finally:
        chaos.close()
    sys.exit(chaos.report())


if __name__ == "__main__":
    main()
