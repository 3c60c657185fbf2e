"""What can happen to a cluster: each fault does its harm to one victim and returns how to undo it."""
import contextlib
import json
import os
import signal
import subprocess

import lab

DAY = 86400  # s
DISK = 1536  # MiB of the data folder of a master or worker, which takes nothing below 1 GiB
SLOW = ["rate", "400kbit", "burst", "16kb", "latency", "800ms"]  # of a link: what is more waits, and is lost in the end

PROCESSES = ("leader", "follower", "worker", "engine", "consul-leader", "consul-follower", "agent")
MACHINES = ("leader", "follower", "worker")
CELLS = [(fault, victim) for fault in ("kill", "stop") for victim in PROCESSES] + \
        [(fault, victim) for fault in ("cut", "deaf", "mute", "slow", "disk", "clock") for victim in MACHINES]


class Clock:
    """The wall clock of one program; its steady clock is left alone."""

    LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

    def __init__(self, path):
        self.path = path
        self.set(0)

    def set(self, seconds):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.rename(self.path)

    def environment(self):
        return {"LD_PRELOAD": self.LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.path), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_RESET": "1"}


class Disk:
    """A small one of its own under the data folder of a program."""

    def __init__(self, path):
        self.path = path
        path.mkdir(exist_ok=True)
        lab.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=0755", "tmpfs", path])

    def fill(self):
        with open(self.path / "filler", "wb") as filler:
            for piece in (1 << 24, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        os.posix_fallocate(filler.fileno(), filler.seek(0, os.SEEK_END), piece)

    def free(self):
        (self.path / "filler").unlink()

    def close(self):
        lab.run(["umount", "-l", self.path], check=False)


class Victim:
    """One machine's part: its program, and what lies around it."""

    def __init__(self, name, host, program, clock=None, disk=None):
        self.name, self.host, self.program, self.clock, self.disk = name, host, program, clock, disk


class Faults:
    def __init__(self, storm):
        self.storm, self.random, self.net = storm, storm.random, storm.net

    def victim(self, kind):
        """One of that kind, as the cluster is now."""
        storm = self.storm
        if kind in ("leader", "follower"):
            leader = storm.cluster.await_leader(60)
            master = leader if kind == "leader" else self.random.choice(storm.cluster.others(leader))
            return Victim(master.name, master.host, master.program, storm.clocks[master.name], storm.disks[master.name])
        if kind.startswith("consul"):
            hosts = [master.host for master in storm.cluster.masters]
            leader = json.loads(lab.fetch(f"{self.net.consul_url}/v1/status/leader")).split(":")[0]
            chosen = [host for host in hosts if (host.address == leader) == (kind == "consul-leader")]
            host = self.random.choice(chosen or hosts)
            return Victim(f"consul of {host.name}", host, host.consul)
        host = self.random.choice(self.net.hosts[:self.net.engines])
        if kind == "engine":
            return Victim(f"engine of {host.name}", host, host.engine)
        if kind == "agent":
            return Victim(f"agent of {host.name}", host, host.consul)
        name = f"worker-{host.number}"
        return Victim(name, host, storm.cluster.workers[name].program, storm.clocks[name], storm.disks[name])

    def do(self, fault, victim):
        return getattr(self, fault)(victim)

    # The faults.

    def kill(self, victim):
        victim.program.kill()
        return victim.program.start

    def stop(self, victim):
        victim.program.process.send_signal(signal.SIGSTOP)
        return lambda: victim.program.process.send_signal(signal.SIGCONT)

    def cut(self, victim):
        self.net.set_link(victim.host, "down")
        return lambda: self.net.set_link(victim.host, "up")

    def deaf(self, victim):
        """What it sends arrives; nothing arrives at it."""
        return self.drop(victim.host, [["raw", "PREROUTING", "-i"]])

    def mute(self, victim):
        return self.drop(victim.host, [["mangle", "POSTROUTING", "-o"]])

    def drop(self, host, rules):
        def change(verb):
            for table, chain, side in rules:
                self.inside(host, "iptables", "-w", "5", "-t", table, verb, chain, side, self.net.link_of(host), "-j", "DROP")
        change("-I")
        return lambda: change("-D")

    def slow(self, victim):
        link = self.net.link_of(victim.host)
        self.inside(victim.host, "tc", "qdisc", "add", "dev", link, "root", "tbf", *SLOW)
        return lambda: self.inside(victim.host, "tc", "qdisc", "del", "dev", link, "root")

    def disk(self, victim):
        victim.disk.fill()
        return victim.disk.free

    def clock(self, victim):
        victim.clock.set(self.random.choice((-DAY, -3600, 3600, DAY)))
        return lambda: victim.clock.set(0)

    @staticmethod
    def inside(host, *argv):
        lab.run(["nsenter", f"--net=/run/netns/{host.name}", *argv])
