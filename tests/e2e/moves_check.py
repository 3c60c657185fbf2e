"""Instances move: a worker's power is cut, its link is cut, it is drained, it comes back. Each worker is a machine of
its own (a network namespace with an engine and a Consul agent), and Consul is a real one.

    /usr/bin/python3 tests/e2e/run.py --cluster --bin DIR moves_check    # EDM_ROUNDS=10 for medians of ten power cuts
"""
import base64
import concurrent.futures
import json
import os
import statistics
import subprocess
import threading
import time
import unittest

import images
import lab
import network_lab
from cluster import Cluster

ROUNDS = int(os.environ.get("EDM_ROUNDS", "1"))
DRAINED = 20
NOTICED = 5      # seconds: three missed beats, and a machine that is busy
SERVING = 20     # likewise; what it really took is printed
PATIENCE = 10    # of a caller: slowness of a busy machine is no failed request
EVICTED = 30
VOLUME = images.COMPOSE + """    volumes: ["kept:/kept"]
volumes:
  kept: {}
"""


class Watcher:
    """Looks all the time from another thread, until the block ends."""

    def __init__(self, look, every=0.02):
        self.look, self.every, self.seen, self.over = look, every, [], threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.over.wait(self.every):
            self.seen.append(self.look())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


class MovesTest(unittest.TestCase):
    HOSTS = 2

    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("moves")
        cls.net = network_lab.NetworkLab(cls.folder.path, hosts=cls.HOSTS)
        cls.addClassCleanup(cls.folder.close)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        for host in cls.net.hosts:
            images.ensure_base(host.docker)
        cls.cluster = Cluster("moves", address=cls.net.root_address,
                              more=["--store", "consul", "--consul-url", cls.net.consul_url])
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        for host in cls.net.hosts:
            cls.cluster.add_worker(f"worker-{host.number}", namespace=host.name, address=host.address,
                                   socket=host.socket, more=["--directory", "consul"])

    # What there is.

    def consul(self, path):
        return json.loads(lab.fetch(f"{self.net.consul_url}/v1/{path}"))

    def address(self, name):
        """A fresh lookup of instance/<id>/ip."""
        return base64.b64decode(self.consul(f"kv/instance/{name}/ip")[0]["Value"]).decode()

    def catalog(self, name):
        """The addresses that the catalog lists for an instance."""
        return sorted(one["ServiceAddress"] for one in self.consul(f"catalog/service/{name}"))

    def status(self, name):
        return self.cluster.instance(name)["status"]

    def host_of(self, name):
        return self.net.hosts[int(self.status(name)["worker"][-1]) - 1]

    def other(self, host):
        return next(one for one in self.net.hosts if one is not host)

    def call(self, name):
        """One request the way callers do it: a fresh lookup of the address, and of the port that belongs to it."""
        while True:
            endpoint, address = self.status(name)["endpoints"][0], self.address(name)
            if endpoint["address"] == address:
                return lab.fetch(f"http://{address}:{endpoint['port']}/", timeout=PATIENCE).decode()

    def running(self, host, name):
        found = subprocess.run([*host.docker, "ps", "-q", "--filter", f"label=dev.edm.instance={name}"],
                               capture_output=True, text=True)
        return len(found.stdout.split())

    def left(self, host, name):
        """All of an instance that an engine holds but for its volumes."""
        label = f"label=dev.edm.instance={name}"
        return [line for argv in (["ps", "-aq"], ["network", "ls", "-q"], ["images", "-q"])
                for line in lab.run([*host.docker, *argv, "--filter", label]).stdout.split()]

    def worker_state(self, host):
        return self.cluster.rest.get(f"/v1/workers/worker-{host.number}").json["state"]

    # What happens.

    def deploy(self, name, worker=None, **more):
        others = [host for host in self.net.hosts if worker and host is not worker]
        for host in others:
            self.cluster.edmctl("worker", "cordon", f"worker-{host.number}")
        operation = self.cluster.deploy(name, images.site(name, **more))
        for host in others:
            self.cluster.edmctl("worker", "uncordon", f"worker-{host.number}")
        self.assertEqual(operation["state"], "DONE", operation)
        self.assertEqual(self.call(name), name)

    def singleton(self, name):
        made = self.cluster.rest.post("/v1/instances", {"id": name, "owner": "default", "project": name,
                                                        "spec": {"requirements": {"singleton": True}}})
        self.assertEqual(made.status, 201, made)

    def link(self, host, state):
        network_lab.ip("link", "set", f"h{self.net.net}-{host.number}", state, namespace=self.net.switch)

    def cut_power(self, host):
        self.link(host, "down")
        self.cluster.workers[f"worker-{host.number}"].program.kill()
        running = subprocess.run([*host.docker, "ps", "-q"], capture_output=True, text=True).stdout.split()
        if running:
            subprocess.run([*host.docker, "kill", *running], capture_output=True)

    def bring_back(self, host):
        self.link(host, "up")
        worker = self.cluster.workers[f"worker-{host.number}"]
        if not worker.program.alive():
            worker.start()
        lab.eventually(worker.ready, 30, what=f"worker-{host.number} being READY")

    def assert_only_there(self, name, host):
        """Listings, key and catalog name the one worker, and the other has nothing left."""
        other = self.other(host)
        lab.eventually(lambda: not self.left(other, name), EVICTED, 0.5, what=f"the end of {name} on worker-{other.number}")
        lab.eventually(lambda: self.catalog(name) == [host.address], EVICTED, 0.5, what=f"the catalog listing {name} once")
        self.assertEqual(self.address(name), host.address)
        self.assertEqual(self.call(name), name)

    def serves_from(self, name, host):
        return self.address(name) == host.address and self.call(name) == name

    def clean(self, *names):
        for name in names:
            self.assertEqual(self.cluster.delete(name)["state"], "DONE")

    # The tests.

    def test_1_a_move_shows_one_copy_to_callers_and_takes_the_old_one_away(self):
        self.deploy("mover")
        before = self.host_of("mover")
        with Watcher(lambda: self.try_call("mover")) as callers:
            moved = self.cluster.edmctl("move", "mover")
            self.assert_only_there("mover", self.other(before))
        self.assertEqual(set(callers.seen), {"mover"}, moved.stdout)
        self.assertEqual(self.cluster.order("mover", "restart")["state"], "DONE")
        self.assertEqual(self.call("mover"), "mover")
        self.clean("mover")

    def test_2_a_power_cut_is_noticed_and_the_instance_serves_elsewhere(self):
        times = [self.lose_power(f"cut-{number}") for number in range(ROUNDS)]
        for what, values in zip(("noticed", "serving elsewhere"), zip(*times)):
            print(f"  power cut: {what} after {statistics.median(values):.1f} s (median of {len(values)}, "
                  f"{min(values):.1f}..{max(values):.1f})", flush=True)

    def lose_power(self, name):
        """Seconds until the loss is noticed, and until the instance answers at its new address."""
        self.deploy(name)
        host = self.host_of(name)
        other = self.other(host)
        began = time.monotonic()
        self.cut_power(host)
        lab.eventually(lambda: self.worker_state(host) == "LOST", NOTICED, what="the loss being noticed")
        noticed = time.monotonic() - began
        lab.eventually(lambda: self.serves_from(name, other), SERVING, what="the instance serving elsewhere")
        serving = time.monotonic() - began
        self.bring_back(host)
        self.assert_only_there(name, other)
        self.clean(name)
        return noticed, serving

    def test_3_a_worker_that_was_cut_off_and_comes_back_loses_its_old_copy(self):
        self.deploy("silent")
        host = self.host_of("silent")
        other = self.other(host)
        self.link(host, "down")
        lab.eventually(lambda: self.serves_from("silent", other), SERVING, what="the instance serving elsewhere")
        self.assertEqual(self.running(host, "silent"), 1, "it runs on behind the cut")
        self.bring_back(host)
        self.assert_only_there("silent", other)
        self.clean("silent")

    def test_4_what_keeps_data_waits_for_its_worker_or_for_recover(self):
        self.deploy("kept", compose=VOLUME)
        host = self.host_of("kept")
        refused = self.cluster.edmctl("move", "kept", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("keeps data", refused.stderr)
        self.cut_power(host)
        lab.eventually(lambda: self.status("kept")["phase"] == "LOST", NOTICED, what="the instance being LOST")
        self.assertIn("edmctl recover kept", self.status("kept")["failure"]["hint"])
        self.bring_back(host)
        lab.eventually(lambda: self.status("kept")["phase"] == "RUNNING", 30, what="the instance running again")
        self.assertEqual(self.host_of("kept"), host)
        self.cut_power(host)
        lab.eventually(lambda: self.status("kept")["phase"] == "LOST", NOTICED, what="the instance being LOST")
        self.cluster.edmctl("recover", "kept")
        self.bring_back(host)
        self.assert_only_there("kept", self.other(host))
        volumes = lab.run([*host.docker, "volume", "ls", "-q"]).stdout.split()
        self.assertIn("kept_kept", volumes, "an eviction takes no data")
        lab.run([*host.docker, "volume", "rm", "kept_kept"])
        self.clean("kept")

    def test_5_of_a_singleton_there_are_never_two(self):
        self.singleton("single")
        self.deploy("single")
        before = self.host_of("single")
        count = lambda: sum(self.running(host, "single") for host in self.net.hosts)  # noqa: E731
        with Watcher(count) as copies:
            self.cluster.edmctl("move", "single")
        self.assertLessEqual(max(copies.seen), 1, copies.seen)
        self.assert_only_there("single", self.other(before))
        self.clean("single")

    def test_6_a_drain_under_callers_loses_no_request(self):
        ids = [f"drained-{number}" for number in range(DRAINED)]
        host = self.net.hosts[0]
        for one in self.net.hosts[1:]:
            self.cluster.edmctl("worker", "cordon", f"worker-{one.number}")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: self.cluster.deploy(name, images.site(name)), ids))
        for one in self.net.hosts[1:]:
            self.cluster.edmctl("worker", "uncordon", f"worker-{one.number}")
        wrong = []

        def ask(name):
            said = self.try_call(name)
            if said != name:
                wrong.append((name, said))

        watchers = [Watcher(lambda name=name: ask(name), every=0.3) for name in ids]
        began = time.monotonic()
        for watcher in watchers:
            watcher.__enter__()
        try:
            drained = self.cluster.edmctl("worker", "drain", "worker-1", "--deadline", "10m", timeout=700)
            lab.eventually(lambda: not any(self.left(host, name) for name in ids), 60, 1, what="nothing left there")
        finally:
            for watcher in watchers:
                watcher.__exit__()
        calls = sum(len(watcher.seen) for watcher in watchers)
        print(f"  {DRAINED} drained in {time.monotonic() - began:.0f} s under {calls} calls", flush=True)
        self.assertEqual(wrong, [], drained.stderr)
        self.assertEqual(self.worker_state(host), "DRAINING")
        self.cluster.master.kill()
        self.cluster.start_master()
        lab.eventually(lambda: self.worker_state(host) == "DRAINING", 20, what="the drain outliving the master")
        self.cluster.edmctl("worker", "uncordon", "worker-1")
        self.clean(*ids)

    def try_call(self, name):
        try:
            return self.call(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, a caller saw it
            return repr(error)

    def test_7_a_worker_is_removed_when_it_holds_nothing(self):
        self.deploy("stays", worker=self.net.hosts[1])
        refused = self.cluster.edmctl("worker", "rm", "worker-2", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("stays", refused.stderr)
        self.cluster.edmctl("worker", "drain", "worker-2", "--deadline", "2m")
        self.cluster.workers["worker-2"].program.stop()
        self.cluster.edmctl("worker", "rm", "worker-2")
        self.assertEqual(self.cluster.rest.get("/v1/workers/worker-2").status, 404)
        self.assertEqual(self.call("stays"), "stays")
        self.clean("stays")


if __name__ == "__main__":
    unittest.main()
