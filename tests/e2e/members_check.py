"""An instance with members, on two machines (network namespaces with an engine and a Consul agent each): each is found
alone and all together, they are ordered together and follow the workers.

    /usr/bin/python3 tests/e2e/run.py --cluster --bin DIR members_check
"""
import base64
import json
import unittest
import urllib.error

import dns
import images
import lab
import network_lab
from cluster import Cluster, docker_listing

MOVED = 60       # seconds: a loss, a build and a start on a busy machine
FOLLOWED = 60    # likewise, after a worker that came or goes
KEPT_FOR = 60
HEALTHY_AFTER = 20
SPEAKING = images.COMPOSE + """    command: ["/bin/busybox", "sh", "-c", "echo up; exec /bin/busybox httpd -f -p 8000 -h /www"]
"""
VOLUME = images.COMPOSE + """    volumes: ["kept:/kept"]
volumes:
  kept: {}
"""


class MembersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("members")
        cls.net = network_lab.NetworkLab(cls.folder.path)
        cls.addClassCleanup(cls.folder.close)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        for host in cls.net.hosts:
            images.ensure_base(host.docker)
        cls.cluster = Cluster("members", address=cls.net.root_address,
                              more=["--store", "consul", "--consul-url", cls.net.consul_url])
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        for host in cls.net.hosts:
            cls.cluster.add_worker(f"worker-{host.number}", namespace=host.name, address=host.address,
                                   socket=host.socket, more=["--directory", "consul"])

    def setUp(self):
        self.before = self.holdings()

    # What there is.

    def consul(self, path):
        return json.loads(lab.fetch(f"{self.net.consul_url}/v1/{path}"))

    def holdings(self):
        """Of engines, addresses and catalog."""
        held = {f"engine {host.number}": docker_listing(host.socket) for host in self.net.hosts}
        try:
            held["addresses"] = sorted(key for key in self.consul("kv/?keys") if key.startswith("instance/"))
        except urllib.error.HTTPError:
            held["addresses"] = []
        held["catalog"] = sorted(name for name in self.consul("catalog/services") if not name.startswith(("consul", "edm-")))
        return held

    def kv(self, name):
        return base64.b64decode(self.consul(f"kv/instance/{name}/ip")[0]["Value"]).decode()

    def status(self, name):
        return self.cluster.instance(name)["status"]

    def members(self, name):
        return self.status(name)["members"]

    def address_of(self, worker):
        return self.net.hosts[int(worker[-1]) - 1].address

    def pages(self, name):
        """What each way into any member answers."""
        return [lab.fetch(endpoint["url"] + "/").decode() for endpoint in self.status(name)["endpoints"]]

    def listed(self, service):
        return sorted(one["ServiceAddress"] for one in self.consul(f"catalog/service/{service}"))

    # What people do.

    def source(self, name, page=None, **more):
        folder = self.folder.path / f"source-{name}"
        images.write(folder, images.site(page or name, **more))
        return folder

    def run_edmctl(self, *argv, check=True):
        return self.cluster.edmctl(*argv, check=check)

    def deploy(self, folder, name, *more):
        self.addCleanup(self.run_edmctl, "delete", name, "--yes", check=False)
        self.run_edmctl("deploy", str(folder), "--id", name, *more)

    def delete(self, name):
        self.run_edmctl("delete", name, "--yes")
        lab.eventually(lambda: self.holdings() == self.before, KEPT_FOR, 1, what="nothing being left")

    def assert_runs(self, name, count, page=None):
        """So many members, all healthy, spread, and each way in answers."""
        status = self.status(name)
        self.assertEqual([one["id"] for one in status["members"]], [f"{name}_{n}" for n in range(1, count + 1)], status)
        self.assertEqual({one["phase"] for one in status["members"]}, {"RUNNING"}, status)
        # The engine's own healthcheck may be behind what edm waited for.
        lab.eventually(lambda: {one["health"] for one in self.members(name)} == {"HEALTHY"}, HEALTHY_AFTER, what="health of all")
        status = self.status(name)
        self.assertEqual((status["phase"], status["health"]), ("RUNNING", "HEALTHY"), status)
        self.assertEqual(self.pages(name), [page or name] * count)

    def assert_recorded(self, name):
        """Each member under its own name, all of them under the set's."""
        members = self.members(name)
        addresses = [self.address_of(one["worker"]) for one in members]
        for one, address in zip(members, addresses):
            self.assertEqual(self.kv(one["id"]), address)
            self.assertEqual(self.listed(one["id"]), [address])
            self.assertEqual(self.listed(f"web.{one['id']}"), [address])
            self.assertEqual(dns.lookup(self.net.root_address, f"{one['ordinal']}.{name}.service.consul"), [address])
        self.assertEqual(self.kv(name), addresses[0])
        for service in (name, f"web.{name}"):
            self.assertEqual(self.listed(service), sorted(addresses), service)
        self.assertEqual(sorted(dns.lookup(self.net.root_address, f"web.{name}.service.consul")), sorted(set(addresses)))

    # The tests.

    def test_1_are_deployed_one_by_one_and_found_alone_and_together(self):
        folder = self.source("many", compose=SPEAKING)
        self.deploy(folder, "many", "--replicas", "3")
        self.assert_runs("many", 3)
        self.assertEqual({one["worker"] for one in self.members("many")}, {"worker-1", "worker-2"})
        self.assert_recorded("many")
        shown = self.run_edmctl("show", "many").stdout
        self.assertIn("many_2: running, healthy, release 1, on worker-", shown)
        said = self.run_edmctl("logs", "many").stdout
        for number in (1, 2, 3):
            self.assertRegex(said, rf"(?m)^many_{number}/web +\| up$")
        self.delete("many")

    def test_2_are_ordered_together(self):
        folder = self.source("web")
        (folder / "edm.yaml").write_text("replicas: 2\n")
        self.deploy(folder, "web")
        self.assert_runs("web", 2)
        self.source("web", "second")
        self.run_edmctl("deploy", str(folder), "--id", "web")
        self.assert_runs("web", 2, "second")
        self.run_edmctl("scale", "web", "3")
        self.assert_runs("web", 3, "second")
        self.run_edmctl("rollback", "web")
        self.assert_runs("web", 3, "web")
        self.run_edmctl("stop", "web")
        self.assertEqual({one["phase"] for one in self.members("web")}, {"STOPPED"})
        self.run_edmctl("start", "web")
        self.assert_runs("web", 3, "web")
        self.run_edmctl("restart", "web_2")
        self.run_edmctl("scale", "web", "1")
        self.assert_runs("web", 1, "web")
        refused = self.run_edmctl("deploy", str(folder), "--id", "web_1", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.delete("web")

    def test_3_a_bad_release_stops_at_the_first_member_and_the_others_serve(self):
        folder = self.source("good")
        self.deploy(folder, "good", "--replicas", "2")
        dockerfile = folder / "Dockerfile"
        dockerfile.write_text(dockerfile.read_text() + "\nRUN exit 7\n")
        failed = self.run_edmctl("deploy", str(folder), "--id", "good", check=False)
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("member good_1", failed.stderr + failed.stdout)
        self.assert_runs("good", 2)
        self.delete("good")

    def test_4_a_lost_member_comes_back_elsewhere_and_the_address_follows(self):
        folder = self.source("lost")
        self.deploy(folder, "lost", "--replicas", "2")
        first = self.members("lost")[0]
        left = next(one for one in self.net.hosts if one.address != self.address_of(first["worker"]))
        worker = self.cluster.workers[first["worker"]]
        worker.program.kill()
        self.addCleanup(lambda: worker.program.alive() or worker.start())
        lab.eventually(lambda: self.kv("lost") == left.address, MOVED, what="the address of the other member")
        lab.eventually(lambda: self.members("lost")[0]["worker"] == f"worker-{left.number}", MOVED, what="the move")
        self.assertEqual(self.pages("lost"), ["lost"] * 2)
        worker.start()
        lab.eventually(worker.ready, 30, what="the worker being READY")
        self.delete("lost")

    def test_5_one_on_each_worker_follows_the_workers(self):
        folder = self.source("each")
        self.run_edmctl("worker", "label", "worker-1", "zone=north")
        self.deploy(folder, "each", "--on-each-worker", "--label", "zone=north")
        self.assertEqual([one["worker"] for one in self.members("each")], ["worker-1"])
        self.run_edmctl("worker", "label", "worker-2", "zone=north")
        lab.eventually(lambda: [one["phase"] for one in self.members("each")] == ["RUNNING"] * 2, FOLLOWED, what="a second one")
        self.assert_recorded("each")
        self.run_edmctl("worker", "label", "worker-1", "zone-")
        lab.eventually(lambda: [one["id"] for one in self.members("each")] == ["each_2"], FOLLOWED, what="the first one's end")
        self.assertEqual(self.pages("each"), ["each"])
        self.delete("each")

    def test_6_a_drain_deletes_a_member_with_data_only_when_told_to(self):
        self.deploy(self.source("data", compose=VOLUME), "data", "--on-each-worker")
        self.assert_runs("data", 2)
        there = next(one["id"] for one in self.members("data") if one["worker"] == "worker-1")
        self.addCleanup(self.run_edmctl, "worker", "uncordon", "worker-1", check=False)
        refused = self.run_edmctl("worker", "drain", "worker-1", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(f"({there}) keep data there, and each other worker has one of its own", refused.stderr)
        self.assert_runs("data", 2)
        self.run_edmctl("worker", "drain", "worker-1", "--force", "--deadline", "4m")
        self.assertEqual([one["worker"] for one in self.members("data")], ["worker-2"])
        self.assertEqual(self.pages("data"), ["data"])
        self.run_edmctl("worker", "uncordon", "worker-1")
        lab.eventually(lambda: [one["phase"] for one in self.members("data")] == ["RUNNING"] * 2, FOLLOWED, what="a new one")
        self.delete("data")


if __name__ == "__main__":
    unittest.main()
