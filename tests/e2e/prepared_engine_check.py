"""An engine set up by edm bears many instances: the last one starts as the first ones did, and a restart harms none.

EDM_INSTANCES says how many (200 unless given; the aim is 1,000, which takes about half an hour).
"""
import concurrent.futures
import datetime
import os
import statistics
import time
import unittest

import images
import lab
import network_lab
from cluster import Cluster

COUNT = int(os.environ.get("EDM_INSTANCES", "200"))
CLIENTS = 2
MEASURED = 5  # starts, one after the other: around the tenth, and the last ones
SLOWER_MAX = 1.5  # the last against the tenth
ANSWER_WITHIN = 60  # seconds, after the engine came back
# A check every second, of each of a thousand, is more than a small machine has.
COMPOSE = "services:\n  web:\n    build: .\n    ports: [\"8000\"]\n    stop_signal: SIGKILL\n"
REQUEST = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {} 8000 | tail -n 1"


class PreparedEngineCheck(unittest.TestCase):
    """The tests are steps of one story, in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("prepared")
        cls.addClassCleanup(cls.folder.close)
        cls.net = network_lab.NetworkLab(cls.folder.path, hosts=1, consul=False, prepared=True)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        cls.host = cls.net.hosts[0]
        images.ensure_base(cls.host.docker)
        cls.cluster = Cluster("prepared", address=cls.net.root_address)
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        cls.cluster.add_worker("w1", namespace=cls.host.name, address=cls.host.address, socket=cls.host.socket,
                               pools=COUNT // 256 + 1, more=["--networks-max", "1000", "--default-memory", "16MiB"])
        cls.ids = [f"many-{number}" for number in range(COUNT)]

    def deploy(self, name):
        done = self.cluster.deploy(name, files=images.site(name, compose=COMPOSE))
        self.assertEqual(done["state"], "DONE", done)
        return done

    @staticmethod
    def start_seconds(operation):
        step = next(step for step in operation["steps"] if step["name"] == "start")
        began, ended = (datetime.datetime.fromisoformat(step[key]) for key in ("started_at", "ended_at"))
        return (ended - began).total_seconds()

    def docker(self, *words):
        return lab.run([*self.host.docker, *words]).stdout.strip()

    def containers(self):
        return sorted(self.docker("ps", "-q", "--no-trunc").split())

    def address_of(self, name):
        container = self.docker("ps", "-q", "--filter", f"label=dev.edm.instance={name}")
        return container, self.docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container)

    def answering(self):
        """How many of all say their own name through their port."""
        def says(name):
            try:
                return self.cluster.page(self.cluster.instance(name)) == name
            except OSError:
                return False
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return sum(pool.map(says, self.ids))

    def test_1_the_last_one_starts_as_the_tenth_did(self):
        first = 10 - MEASURED // 2
        for name in self.ids[:first]:
            self.deploy(name)
        tenth = [self.start_seconds(self.deploy(name)) for name in self.ids[first:first + MEASURED]]
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(self.deploy, self.ids[first + MEASURED:-MEASURED]))
        print(f"\n{COUNT - first - 2 * MEASURED} more in {time.monotonic() - began:.0f} s")
        last = [self.start_seconds(self.deploy(name)) for name in self.ids[-MEASURED:]]
        print(f"starts around the tenth {tenth} s, the last ones {last} s")
        self.assertEqual(self.answering(), COUNT)
        self.assertLess(statistics.median(last), SLOWER_MAX * statistics.median(tenth))

    def test_2_instances_do_not_reach_one_another(self):
        one, other = self.address_of(self.ids[0]), self.address_of(self.ids[1])
        ask = lambda container, address: self.docker("exec", container, "/bin/busybox", "sh", "-c", REQUEST.format(address))
        self.assertEqual(ask(one[0], one[1]), self.ids[0])
        self.assertEqual(ask(one[0], other[1]), "")
        published = self.cluster.instance(self.ids[1])["status"]["endpoints"][0]["port"]
        out = REQUEST.replace("8000", str(published)).format(self.host.address)
        self.assertEqual(self.docker("exec", one[0], "/bin/busybox", "sh", "-c", out), self.ids[1])

    def test_3_the_engine_restarts_beneath_them(self):
        before = self.containers()
        self.host.engine.stop()
        self.net.start_engine(self.host)
        began = time.monotonic()
        lab.eventually(lambda: self.answering() == COUNT, ANSWER_WITHIN, every=1, what="all answering")
        print(f"\nall answer {time.monotonic() - began:.1f} s after the engine does")
        self.assertEqual(self.containers(), before)
        self.deploy(self.ids[0])
