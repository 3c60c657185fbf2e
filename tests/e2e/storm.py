#!/usr/bin/python3
"""Shakes a whole cluster: three masters, each beside a Consul server, and five workers, all on machines of their own (network
namespaces, engines, Consul agents, clocks, disks), under a steady load of orders.

usage: tests/e2e/storm.py --bin DIR [--seed N] [--faults N] [--keep]

All the time: what is a singleton runs once. After each fault: a leader and all workers are back. After every tenth, with
the load at rest: every acknowledged order has ended and what it said is so, by the listings of engines, K/V and catalog;
nothing is left over, nothing is missing. Ends with a table fault x victim and "N passed, M failed".
"""
import argparse
import collections
import os
import pathlib
import random
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import images
import lab
import network_lab
import storm_faults
from chaos_pace import Pace
from masters import AWAY, Masters
from storm_copies import Copies
from storm_load import Load
from storm_rules import Rules

WORKERS, MASTERS = 5, 3
PEOPLE, INSTANCES_EACH = 4, 3
FAULTS_AT_A_TIME = 10          # between two looks at everything
HELD_MIN, HELD_MAX = 0.5, 8.0  # s that a fault lasts: both less and more than a beat, a leader's ttl, three beats
LONG_SHARE, LONG = 0.15, 18.0  # s; beyond the fence, so that singletons go elsewhere as well
GAP_MAX = 3.0                  # s from one to the next
WELL_MAX, QUIET_MAX = 60, 120  # s of a calm machine: until all are back; until everything is as it must be
FENCE = 10                     # s; a worker that is killed or hangs is back before that, as its unit's watchdog sees to


class Storm:
    def __init__(self, arguments):
        self.seed, self.faults_wanted = arguments.seed, arguments.faults
        self.random = random.Random(arguments.seed)
        self.table, self.problems = collections.Counter(), []
        self.over, self.paused = threading.Event(), threading.Event()
        self.last = "nothing"
        self.longest_well = self.longest_quiet = 0.0
        self.own_moves, self.epoch = set(), 0
        self.clocks, self.disks, self.load, self.net = {}, {}, None, None

    def say(self, text):
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    def violation(self, text):
        self.problems.append(f"{time.strftime('%H:%M:%S')}, after {sum(self.table.values())} faults, the last {self.last}: {text}")
        self.say(f"VIOLATION {text}")

    # Building it up, and taking it down.

    def open(self):
        self.folder = lab.Folder("storm")
        self.net = network_lab.NetworkLab(self.folder.path, hosts=WORKERS + MASTERS, engines=WORKERS, servers=MASTERS)
        self.net.open()
        self.cluster = Masters("storm", self.net.hosts[WORKERS:], more=["--fence-after", f"{FENCE}s"])
        (self.cluster.folder.path / "git").mkdir()
        for master in self.cluster.masters:
            master.env = self.give_clock_and_disk(master.name, master.data)
        self.cluster.start_masters()
        for host in self.net.hosts[:WORKERS]:
            images.ensure_base(host.docker)
            name = f"worker-{host.number}"
            env = self.give_clock_and_disk(name, self.cluster.folder.path / name)
            self.cluster.add_worker(name, namespace=host.name, address=host.address, socket=host.socket, env=env,
                                    more=["--directory", "consul"])
        self.load = Load(self, PEOPLE, INSTANCES_EACH)
        self.copies = Copies(self, [one.name for one in self.load.instances if one.singleton])
        self.faults, self.rules = storm_faults.Faults(self), Rules(self)

    def give_clock_and_disk(self, name, data):
        self.clocks[name] = storm_faults.Clock(self.cluster.folder.path / f"{name}.clock")
        self.disks[name] = storm_faults.Disk(data)
        return {**os.environ, **self.clocks[name].environment()}

    def close(self):
        self.over.set()
        for person in self.load.people if self.load else ():
            if person.is_alive():
                person.join(30)
        try:
            self.cluster.close()
        finally:
            for disk in self.disks.values():
                disk.close()
            self.net.close()
            self.folder.close()

    # One fault.

    def strike(self, fault, kind):
        victim = self.faults.victim(kind)
        self.last = f"{fault} of {kind} ({victim.name})"
        held = self.random.uniform(HELD_MIN, HELD_MAX)
        if self.random.random() < LONG_SHARE and (fault, kind) not in (("kill", "worker"), ("stop", "worker")):
            held = LONG
        undo = self.faults.do(fault, victim)
        self.table[fault, kind] += 1
        time.sleep(held)
        undo()
        took = self.await_well()
        self.say(f"{sum(self.table.values())}/{self.faults_wanted} {self.last}, {held:.1f} s: well after {took:.1f} s")

    def await_well(self):
        """How long until one leads and all workers are there."""
        pace, last = Pace(), None
        while pace.spent() < WELL_MAX:
            try:
                if self.is_well():
                    self.longest_well = max(self.longest_well, pace.wall())
                    return pace.wall()
            except (AssertionError, KeyError, ValueError, *AWAY) as problem:
                last = problem
            time.sleep(0.2)
        raise AssertionError(f"not well after {pace.wall():.0f} s: {last!r}")

    def is_well(self):
        for program in self.programs():
            if not program.alive():  # as its unit would
                self.say(f"{program.log.stem} ended by itself and is started again: {program.tail(1)}")
                program.start()
        leader = self.cluster.leader()
        assert leader, "no leader"
        states = {one["id"]: one["state"] for one in leader.rest.get("/v1/workers", timeout=5).json["workers"]}
        assert set(states.values()) == {"READY"} and len(states) == WORKERS, states
        return True

    def programs(self):
        yield from (master.program for master in self.cluster.masters)
        yield from (worker.program for worker in self.cluster.workers.values())
        for host in self.net.hosts:
            yield from (one for one in (host.engine, host.consul) if one)

    def next_cell(self):
        least = min(self.table[cell] for cell in storm_faults.CELLS)
        return self.random.choice([cell for cell in storm_faults.CELLS if self.table[cell] == least])

    # A look at everything.

    def look(self):
        self.paused.set()
        pace = Pace()
        while any(not person.at_rest.is_set() for person in self.load.people):
            assert pace.spent() < QUIET_MAX, f"orders have not ended after {pace.wall():.0f} s: {self.load.busy()}"
            time.sleep(0.2)
        pace, last = Pace(), None
        while True:
            try:
                self.rules.hold()
                break
            except (AssertionError, KeyError, ValueError, *AWAY) as problem:
                last = problem
            assert pace.spent() < QUIET_MAX, f"not as it must be after {pace.wall():.0f} s: {last}"
            time.sleep(0.5)
        self.longest_quiet = max(self.longest_quiet, pace.wall())
        self.note_what_the_cluster_did()
        states = collections.Counter(one.state for one in self.load.instances)
        self.say(f"all is as it must be after {pace.wall():.1f} s: {dict(states)}, {self.told()}")
        self.rest_at_look()

    def note_what_the_cluster_did(self):
        leader = self.cluster.await_leader()
        self.epoch = leader.version()["epoch"]
        listed = leader.rest.get("/v1/operations?page_size=1000").json["operations"]
        self.own_moves |= {one["id"] for one in listed if one["kind"] == "MOVE" and one["actor"] == "edm"}

    def rest_at_look(self):
        for person in self.load.people:
            person.at_rest.clear()
        self.paused.clear()

    def told(self):
        return f"{sum(self.outcomes.values())} orders ended, {self.outcomes_bad()} of them not well"

    def outcomes_bad(self):
        return sum(count for (_, state), count in self.outcomes.items() if state != "DONE")

    def run(self):
        self.load.start()
        self.copies.start()
        while sum(self.table.values()) < self.faults_wanted and not self.problems:
            for _ in range(min(FAULTS_AT_A_TIME, self.faults_wanted - sum(self.table.values()))):
                time.sleep(self.random.uniform(0, GAP_MAX))
                self.attempt(lambda: self.strike(*self.next_cell()))
                if self.problems:
                    break
            self.attempt(self.look)

    def attempt(self, step):
        try:
            step()
        except (AssertionError, KeyError, ValueError, *AWAY) as problem:
            self.violation(str(problem))
            self.keep_evidence()

    def keep_evidence(self):
        parts = []
        for master in self.cluster.masters:
            for route in ("/v1/version", "/v1/instances", "/v1/operations?page_size=30", "/v1/workers"):
                try:
                    parts.append(f"{master.name} {route}: {master.rest.get(route, timeout=5).body.decode()}")
                except AWAY as problem:
                    parts.append(f"{master.name} {route}: {problem!r}")
        parts += [f"{program.log.stem}:\n{program.tail(40)}" for program in self.programs()]
        (self.folder.path / f"problem-{len(self.problems)}.txt").write_text("\n\n".join(parts))

    def report(self):
        victims = list(storm_faults.PROCESSES)
        print(f"\n{'fault':8}" + "".join(f"{victim:>16}" for victim in victims))
        for fault in dict.fromkeys(fault for fault, _ in storm_faults.CELLS):
            print(f"{fault:8}" + "".join(f"{self.table[fault, victim] if (fault, victim) in storm_faults.CELLS else '-':>16}"
                                         for victim in victims))
        done = sum(self.table.values())
        print(f"\n{'order':10}{'ended':28}{'times':>6}")
        for (verb, state), count in sorted(self.outcomes.items()):
            print(f"{verb:10}{state:28}{count:6}")
        print(f"answers that asked to try again: {dict(self.refused)}; copies looked at {self.copies.looks} times")
        print(f"leaders: {self.epoch}; moves by the cluster itself: {len(self.own_moves)}")
        print(f"well after {self.longest_well:.1f} s at most, as it must be after {self.longest_quiet:.1f} s at most")
        for problem in self.problems:
            print(problem)
        if done < self.faults_wanted:
            self.problems.append("cut short")
        print(f"{done} passed, {len(self.problems)} failed" if not self.problems else
              f"{max(0, done - 1)} passed, {len(self.problems)} failed")
        return 1 if self.problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    lab.BIN, lab.KEEP = arguments.bin.resolve(), arguments.keep
    print(f"seed {arguments.seed}, pid {os.getpid()}", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    storm = Storm(arguments)
    try:
        storm.open()
        storm.run()
    except KeyboardInterrupt:
        print("cut short")
    finally:
        storm.close()
    sys.exit(storm.report())


if __name__ == "__main__":
    main()
