"""Two workers, each with an engine and a network namespace of its own, and a real Consul."""
import base64
import concurrent.futures
import json
import os
import unittest
import urllib.error

import images
import lab
import network_lab
from cluster import Cluster, docker_listing

COUNT = 20


class TwoWorkersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("two-workers")
        cls.net = network_lab.NetworkLab(cls.folder.path)
        cls.addClassCleanup(cls.folder.close)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        for host in cls.net.hosts:
            images.ensure_base(host.docker)
        cls.cluster = Cluster("two", address=cls.net.root_address, more=["--store", "consul", "--consul-url", cls.net.consul_url])
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        for host in cls.net.hosts:
            cls.cluster.add_worker(f"worker-{host.number}", namespace=host.name, address=host.address,
                                   socket=host.socket, more=["--directory", "consul"], cpu=host.number - 1)

    def consul(self, path):
        return json.loads(lab.fetch(f"{self.net.consul_url}/v1/{path}"))

    def kv(self, key):
        return base64.b64decode(self.consul(f"kv/{key}")[0]["Value"]).decode()

    def keys(self, prefix):
        try:
            return self.consul(f"kv/{prefix}?keys")
        except urllib.error.HTTPError as none:
            self.assertEqual(none.code, 404)
            return []

    def deploy_all(self, prefix, count=COUNT):
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            jobs = [pool.submit(self.cluster.deploy, f"{prefix}-{number}", images.site(f"{prefix}-{number}"))
                    for number in range(count)]
            operations = [job.result() for job in jobs]
        for operation in operations:
            self.assertEqual(operation["state"], "DONE", operation)
        return operations

    def spread(self, prefix, count=COUNT):
        placed = [self.cluster.instance(f"{prefix}-{number}")["status"] for number in range(count)]
        return placed, [sum(1 for status in placed if status["worker"] == f"worker-{host.number}") for host in self.net.hosts]

    def delete_all(self, prefix, count=COUNT):
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            for operation in pool.map(self.cluster.delete, [f"{prefix}-{number}" for number in range(count)]):
                self.assertEqual(operation["state"], "DONE", operation)

    def test_1_all_answer_and_every_record_is_right_and_nothing_stays(self):
        before = [docker_listing(host.socket) for host in self.net.hosts]
        keys_before, files_before = self.keys(""), self.cluster.listings()
        self.deploy_all("calm")
        placed, spread = self.spread("calm")
        self.assertTrue(all(8 <= share <= 12 for share in spread), spread)
        for number, status in enumerate(placed):
            name = f"calm-{number}"
            host = self.net.hosts[int(status["worker"][-1]) - 1]
            self.assertEqual(self.cluster.page({"endpoints": status["endpoints"]}), name)
            self.assertEqual(self.kv(f"instance/{name}/ip"), host.address)
            for service, tag in ((f"web.{name}", None), (name, "web")):
                entries = self.consul(f"catalog/service/{service}")
                self.assertEqual([(entry["ServiceAddress"], entry["ServicePort"]) for entry in entries],
                                 [(host.address, status["endpoints"][0]["port"])], service)
                if tag:
                    self.assertIn(tag, entries[0]["ServiceTags"])
        self.cluster.master.kill()
        self.cluster.start_master()
        for verb in ("stop", "start"):
            for number in range(0, COUNT, 5):
                self.assertEqual(self.cluster.order(f"calm-{number}", verb)["state"], "DONE")
        self.delete_all("calm")
        self.assertEqual([docker_listing(host.socket) for host in self.net.hosts], before)
        self.assertEqual([key for key in self.keys("instance/")], [])
        self.assertEqual(self.consul("catalog/services").keys(), {"consul"})
        grown = {path for path in self.cluster.listings() - files_before if "calm" in path}
        self.assertEqual(grown, set())
        self.assertEqual([key for key in self.keys("edm/v1/instances/") if key not in keys_before], [])

    def test_2_a_busy_worker_gets_few_and_the_reasons_show_the_load(self):
        # Each worker may use one core (its affinity is what its load is measured on); the hog sits on the first.
        hog = lab.Program(["taskset", "-c", "0", "python3", "-c", "while True: pass"], self.folder.path / "hog.log",
                          env={"PATH": os.environ["PATH"]})
        try:
            lab.eventually(lambda: self.load("worker-1") > 0.8, 30, what="the load of worker-1")
            lab.eventually(lambda: self.load("worker-2") < 0.5, 30, what="the calm of worker-2")
            for number in range(COUNT):
                self.assertEqual(self.cluster.deploy(f"busy-{number}", images.site(f"busy-{number}"))["state"], "DONE")
        finally:
            hog.kill()
        placed, spread = self.spread("busy")
        self.assertGreaterEqual(spread[1], 15, spread)
        for status in placed:
            loads = {one["worker"]: one["load"] for one in status["placement"]["candidates"]}
            self.assertEqual(set(loads), {"worker-1", "worker-2"})
        self.assertGreater(loads["worker-1"], loads["worker-2"])
        self.delete_all("busy")
        lab.eventually(lambda: abs(self.load("worker-1") - self.load("worker-2")) < 0.2, 30, what="equal loads")
        self.deploy_all("even")
        _, spread = self.spread("even")
        self.assertTrue(all(8 <= share <= 12 for share in spread), spread)
        self.delete_all("even")

    def load(self, worker):
        return self.cluster.rest.get(f"/v1/workers/{worker}").json["load"]["cpu"]

    def test_3_a_hundred_instances_on_one_worker_each_with_a_subnet_of_its_own(self):
        last = self.cluster.workers["worker-2"]
        last.program.stop()
        lab.eventually(lambda: self.cluster.rest.get("/v1/workers/worker-2").json["state"] == "LOST", 20)
        try:
            for first in range(0, 100, 20):
                with concurrent.futures.ThreadPoolExecutor(20) as pool:
                    names = [f"many-{number}" for number in range(first, first + 20)]
                    for operation in pool.map(lambda name: self.cluster.deploy(name, images.site(name)), names):
                        self.assertEqual(operation["state"], "DONE", operation)
            docker = self.net.hosts[0].docker
            ids = lab.run([*docker, "network", "ls", "-q", "--filter", "label=dev.edm.instance"]).stdout.split()
            subnets = lab.run([*docker, "network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", *ids]).stdout.split()
            self.assertEqual((len(subnets), len(set(subnets))), (100, 100))
            for number in range(0, 100, 7):
                self.assertEqual(self.cluster.page(self.cluster.instance(f"many-{number}")), f"many-{number}")
            for first in range(0, 100, 20):
                with concurrent.futures.ThreadPoolExecutor(20) as pool:
                    for operation in pool.map(self.cluster.delete, [f"many-{number}" for number in range(first, first + 20)]):
                        self.assertEqual(operation["state"], "DONE", operation)
        finally:
            last.start()


if __name__ == "__main__":
    unittest.main()
