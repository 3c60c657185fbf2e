"""Two workers, each with an engine, a network namespace and a core of its own, and a real Consul.

Each test stands alone: tests/e2e/run.py --cluster --bin DIR test_2 runs one of them. They measure load, so they want a
quiet machine.
"""
import base64
import concurrent.futures
import datetime
import json
import statistics
import time
import unittest
import urllib.error

import dns
import images
import lab
import network_lab
from cluster import Cluster, docker_listing

COUNT = 20
MANY = 100
CALM_AGAIN = 10  # seconds: a load that has ended is gone from the figures by then
ECHO = 4          # seconds after a worker's last order: so long its load is put down to that one, and a beat
KEPT_FOR = 100   # seconds: operations of deleted instances (keep.deleted_for, and two sweeps)


def names(prefix, count=COUNT):
    return [f"{prefix}-{number}" for number in range(count)]


def step_times(operations):
    """The median and the longest time of each step, in seconds."""
    times = {}
    for step in (step for operation in operations for step in operation["steps"] if step.get("ended_at")):
        began, ended = (datetime.datetime.fromisoformat(step[key]) for key in ("started_at", "ended_at"))
        times.setdefault(step["name"], []).append((ended - began).total_seconds())
    return ", ".join(f"{name} {statistics.median(all_of):.1f}..{max(all_of):.1f}" for name, all_of in times.items())


def recorded_reasons(statuses):
    """Why each was placed where it is, in the order of the placements."""
    lines = []
    for status in statuses:
        seen = "; ".join(f"{one['worker']} {one['score']:.2f}: {', '.join(one['reasons'])}"
                         for one in status["placement"]["candidates"])
        lines.append((status["placement"]["decided_at"], f"{status['worker']} <- {seen}"))
    return "\n".join(["", *(text for _, text in sorted(lines))])


def seldom_checked(name):
    """As often as an engine checks when nobody says how often: a hundred checks a second are more than two cores do."""
    return images.site(name, compose=images.COMPOSE.replace("interval: 1s", "interval: 30s"))


class TwoWorkersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("two-workers")
        cls.net = network_lab.NetworkLab(cls.folder.path, own_cores=True)
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
                                   socket=host.socket, more=["--directory", "consul"], cpu=host.cpu)

    def tearDown(self):
        self.delete_all([one["id"] for one in self.cluster.rest.get("/v1/instances?page_size=1000").json["instances"]])

    # What there is.

    def consul(self, path):
        return json.loads(lab.fetch(f"{self.net.consul_url}/v1/{path}"))

    def kv(self, key):
        return base64.b64decode(self.consul(f"kv/{key}")[0]["Value"]).decode()

    def keys(self):
        try:
            return set(self.consul("kv/?keys"))
        except urllib.error.HTTPError as none:
            self.assertEqual(none.code, 404)
            return set()

    def catalog(self):
        """Each entry of each service, by its id."""
        return {entry["ServiceID"] for name in self.consul("catalog/services")
                for entry in self.consul(f"catalog/service/{name}")}

    def holdings(self):
        """All that the cluster holds, as listings: what a delete must bring back to what it was."""
        held = {f"engine {host.number}": docker_listing(host.socket) for host in self.net.hosts}
        held.update({f"links {host.number}": host.links() for host in self.net.hosts})
        held.update(keys=self.keys(), catalog=self.catalog(), disk=self.cluster.listings())
        return held

    def settled_holdings(self):
        """Tokens that workers joined with are swept soon after, and so is what deleted instances leave of records:
        only the token of the admin stays."""
        lab.eventually(lambda: sum(key.startswith("edm/v1/tokens/") for key in self.keys()) == 1, 30, 1,
                       what="the end of the join tokens")
        lab.eventually(lambda: not any(key.startswith("edm/v1/operations/") for key in self.keys()), KEPT_FOR, 1,
                       what="the end of the operations of deleted instances")
        return self.holdings()

    def assert_holdings(self, before):
        """The same as before, some time after the last delete."""
        end = time.monotonic() + KEPT_FOR
        while (now := self.holdings()) != before and time.monotonic() < end:
            time.sleep(2)
        for kind, listing in before.items():
            self.assertEqual(now[kind], listing, f"{kind} differ from before")

    def load(self, worker):
        return self.cluster.rest.get(f"/v1/workers/worker-{worker}").json["load"]["cpu"]

    def lasting_load(self, worker):
        return self.cluster.rest.get(f"/v1/workers/worker-{worker}").json["load"]["cpu_lasting"]

    # What people do.

    def deploy_all(self, ids, clients=COUNT, files=images.site):
        """All of them, by so many clients who each send one after the other."""
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(clients) as pool:
            operations = list(pool.map(lambda name: self.cluster.deploy(name, files(name)), ids))
        for operation in operations:
            self.assertEqual(operation["state"], "DONE", operation)
        print(f"  {len(ids)} deployed in {time.monotonic() - began:.0f} s; {step_times(operations)}", flush=True)

    def delete_all(self, ids):
        with concurrent.futures.ThreadPoolExecutor(COUNT) as pool:
            for operation in pool.map(self.cluster.delete, ids):
                self.assertEqual(operation["state"], "DONE", operation)

    def placed(self, ids):
        """The status of each, and how many are on which worker."""
        found = [self.cluster.instance(name)["status"] for name in ids]
        spread = [sum(status["worker"] == f"worker-{host.number}" for status in found) for host in self.net.hosts]
        print(f"  {ids[0]} and on: {spread[0]} on worker-1, {spread[1]} on worker-2", flush=True)
        return found, spread

    def assert_even(self, ids, least=8):
        found, spread = self.placed(ids)
        self.assertGreaterEqual(min(spread), least, recorded_reasons(found))
        return found

    def calm_again(self):
        """Both show that a load has ended. What both are busy with is no calm: it may go from one first."""
        lab.eventually(lambda: max(self.load(host.number) for host in self.net.hosts) < 0.5, CALM_AGAIN,
                       what="calm on both workers (the machine must have nothing else to do)")

    # What is right.

    def assert_recorded(self, name, status):
        """The page answers, and K/V, catalog and DNS say where it is."""
        host = self.net.hosts[int(status["worker"][-1]) - 1]
        port = status["endpoints"][0]["port"]
        self.assertEqual(self.cluster.page({"endpoints": status["endpoints"]}), name)
        self.assertEqual(self.kv(f"instance/{name}/ip"), host.address)
        for service, tags in ((f"web.{name}", []), (name, ["web"])):
            entries = self.consul(f"catalog/service/{service}")
            self.assertEqual([(one["Node"], one["ServiceAddress"], one["ServicePort"], one["ServiceTags"]) for one in entries],
                             [(host.name, host.address, port, tags)], service)
            tagged = entries[0]["ServiceTaggedAddresses"]
            for net in ("lan", "wan"):
                self.assertEqual(tagged[net], {"Address": host.address, "Port": port}, service)
        checks = self.consul(f"health/checks/{name}")
        self.assertEqual([one["Status"] for one in checks], ["passing"])
        for asked in (f"web.{name}.service.consul", f"{name}.service.consul"):
            self.assertEqual(dns.lookup(self.net.root_address, asked), [host.address], asked)
            answers = dns.lookup(self.net.root_address, asked, dns.SRV)
            self.assertEqual([one[0] for one in answers], [port], asked)

    def assert_gone(self, name):
        with self.assertRaises(urllib.error.HTTPError):
            self.kv(f"instance/{name}/ip")
        with self.assertRaises(dns.Refused) as refused:
            dns.lookup(self.net.root_address, f"web.{name}.service.consul")
        self.assertEqual(refused.exception.code, dns.NO_SUCH_NAME)

    def test_1_all_answer_every_record_is_right_and_nothing_stays(self):
        before = self.settled_holdings()
        ids = names("calm")
        self.deploy_all(ids)
        statuses = self.assert_even(ids)
        for name, status in zip(ids, statuses):
            self.assert_recorded(name, status)
        self.cluster.master.kill()
        self.cluster.start_master()
        for verb in ("stop", "start"):
            for name in ids[::5]:
                self.assertEqual(self.cluster.order(name, verb)["state"], "DONE")
        for name, status in zip(ids, statuses):
            now = self.cluster.instance(name)["status"]
            self.assertEqual((now["worker"], now["endpoints"][0]["url"]), (status["worker"], status["endpoints"][0]["url"]))
            self.assert_recorded(name, now)
        self.cluster.master.kill()
        self.cluster.start_master()
        self.delete_all(ids)
        for name in ids[::5]:
            self.assert_gone(name)
        self.assert_holdings(before)

    def test_2_a_hogged_worker_gets_few_and_the_reasons_show_the_load(self):
        hog = network_lab.cpu_hog(self.net.hosts[0], self.folder.path / "hog.log")
        try:
            self.check_hogged("busy", clients=COUNT)
        finally:
            hog.kill()
        self.delete_all(names("busy"))  # twenty on one worker, each with a check every second, are a load as well
        self.calm_again()
        self.deploy_all(names("even"))
        self.assert_even(names("even"))
        self.delete_all(names("even"))

    def test_3_a_container_that_hogs_is_a_load_and_clients_may_come_one_after_the_other(self):
        docker = self.net.hosts[1].docker
        lab.run([*docker, "run", "-d", "--name", "hog", images.BASE, "/bin/busybox", "sh", "-c", "while :; do :; done"])
        try:
            self.check_hogged("rows", clients=3, hogged=2)
        finally:
            lab.run([*docker, "rm", "-f", "hog"])
        self.delete_all(names("rows"))
        self.calm_again()
        self.deploy_all(names("three"), clients=3)
        self.assert_even(names("three"))
        self.delete_all(names("three"))
        self.calm_again()
        self.deploy_all(names("one"), clients=1)
        # One after the other they even out the load, too: a twentieth of a machine is worth five instances.
        self.assert_even(names("one"), least=5)
        self.delete_all(names("one"))

    def check_hogged(self, prefix, clients, hogged=1):
        other = 3 - hogged
        # It shows a busy loop in full when that is 3 s old; placement goes by it once no order may explain it.
        lab.eventually(lambda: self.lasting_load(hogged) > 0.8, 15, what=f"the load of worker-{hogged}")
        time.sleep(ECHO)
        lab.eventually(lambda: self.load(other) < 0.5, 15, what=f"the calm of worker-{other}")
        self.deploy_all(names(prefix), clients)
        statuses, spread = self.placed(names(prefix))
        self.assertGreaterEqual(spread[other - 1], 15, recorded_reasons(statuses))
        for status in statuses:
            seen = {one["worker"]: one for one in status["placement"]["candidates"]}
            self.assertEqual(set(seen), {"worker-1", "worker-2"})
            busy, calm = seen[f"worker-{hogged}"], seen[f"worker-{other}"]
            self.assertGreater(busy["load"], 0.6, status["placement"])
            self.assertGreater(busy["load"], calm["load"] + 0.2, status["placement"])
            for one in (busy, calm):
                self.assertIn(f"load {one['load']:.2f}", one["reasons"][0])

    def test_4_a_hundred_instances_on_one_worker_each_with_a_subnet_of_its_own(self):
        before = self.settled_holdings()
        last = self.cluster.workers["worker-2"]
        last.program.stop()
        lab.eventually(lambda: self.cluster.rest.get("/v1/workers/worker-2").json["state"] == "LOST", 20)
        ids = names("many", MANY)
        try:
            self.deploy_all(ids, clients=MANY, files=seldom_checked)
            docker = self.net.hosts[0].docker
            found = lab.run([*docker, "network", "ls", "-q", "--filter", "label=dev.edm.instance"]).stdout.split()
            subnets = lab.run([*docker, "network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", *found]).stdout.split()
            self.assertEqual((len(subnets), len(set(subnets))), (MANY, MANY))
            self.assertEqual(len(lab.run([*docker, "ps", "-q"]).stdout.split()), MANY)
            for name in ids:
                self.assertEqual(self.cluster.page(self.cluster.instance(name)), name)
            self.delete_all(ids)
        finally:
            last.start()
        lab.eventually(last.ready, 20, what="worker-2 being READY")
        self.assert_holdings(before)


if __name__ == "__main__":
    unittest.main()
