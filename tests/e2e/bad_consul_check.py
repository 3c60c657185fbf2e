"""Consul is down, slow, restarting, or away for a minute under load."""
import json
import threading
import time
import unittest

import bad_archives
import images
import lab
from bad_backends import BackendCase, slow
from bad_codes import AWAY
from bad_judges import LIMITS, NEIGHBOUR, named
from cluster import Cluster
from consul_server import ConsulServer
from proxy import Proxy

AWAY_SECONDS = 60
SERVED, WRITERS = 3, 2  # instances that are ordered about, and clients that only change records


class Client(threading.Thread):
    """Gives orders one after the other; keeps what was acknowledged and what was refused, by request id."""

    def __init__(self, rest, give):
        super().__init__(daemon=True)
        self.rest, self.give, self.over = rest, give, threading.Event()
        self.acknowledged, self.refused, self.count = {}, {}, 0

    def run(self):
        while not self.over.wait(0.2):
            request, self.count = f"{self.name}-{self.count}", self.count + 1
            answer = self.give(request)
            (self.acknowledged if answer.status in (201, 202) else self.refused)[request] = answer
            if answer.status == 202:
                self.await_end(answer.json["id"])

    def await_end(self, operation):
        while not self.over.is_set():
            answer = self.rest.get(f"/v1/operations/{operation}/wait?timeout=2s")
            if answer.status == 200 and answer.json["state"] not in ("PENDING", "RUNNING"):
                return


class ConsulTroubleTest(BackendCase):
    """State, locks and catalog in a Consul whose way is cut or stalled, or which restarts."""

    @classmethod
    def open_cluster(cls):
        cls.cluster = Cluster("bad-consul")
        cls.addClassCleanup(cls.cluster.close)
        cls.consul = ConsulServer(cls.cluster.folder.path)
        cls.addClassCleanup(cls.consul.program.kill)
        port = lab.free_port()
        cls.proxy = Proxy(("127.0.0.1", port), ("127.0.0.1", cls.consul.ports[0]))
        cls.addClassCleanup(cls.proxy.close)
        cls.cluster.more = [*LIMITS, "--store", "consul", "--consul-url", f"http://127.0.0.1:{port}"]
        cls.cluster.start_master()
        cls.cluster.add_worker("worker-1", more=["--directory", "consul", "--consul-url", f"http://127.0.0.1:{port}"])
        cls.addClassCleanup(cls.proxy.restore)

    def tearDown(self):
        self.proxy.restore()
        lab.eventually(lambda: self.rest.get("/readyz").status == 200, 30, what="the store's return")
        super().tearDown()

    def refused_by_every_door(self, what):
        """After the first write has met the trouble, all others hear of it at once."""
        first = self.rest.post("/v1/tokens", {"name": "first", "request_id": named(what)}, timeout=30)
        # It may have been taken: nobody was told.
        self.judge_problem(first, AWAY, status=503)
        body = {"id": named("none")}
        with self.within(10):
            self.judge_problem(self.rest.post("/v1/instances", body), AWAY, status=503)
            self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), AWAY)
            answer = self.rest.put(f"/v1/instances/{named('none')}/source?create=true", bad_archives.GOOD)
            self.judge_problem(answer, AWAY, status=503)
            self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/stop"), AWAY, status=503)
            self.judge_edmctl(self.cluster.edmctl("stop", NEIGHBOUR, check=False), 1)
            self.judge_push(self.push(NEIGHBOUR, images.site("new")))
            self.assertEqual(self.rest.get("/v1/instances").status, 200, "reads go on")
            self.assertEqual(self.rest.get("/readyz").status, 503)

    def back_again(self, what):
        """The change that was not refused has been made, once."""
        lab.eventually(lambda: self.rest.get("/readyz").status == 200, 30, what="the store's return")
        again = self.rest.post("/v1/tokens", {"name": "first", "request_id": named(what)})
        self.assertEqual(again.status, 201, again)
        self.rest.delete(f"/v1/tokens/{again.json['token']['id']}")
        self.all_is_well()

    def test_a_store_that_is_down(self):
        with self.counted(consul="down"):
            self.proxy.cut()
            self.refused_by_every_door("down")
            self.proxy.restore()
            self.back_again("down")

    def test_a_store_that_hangs(self):
        with self.counted(consul="hangs"):
            self.proxy.stall()
            self.refused_by_every_door("hangs")
            self.proxy.restore()
            self.back_again("hangs")

    def test_a_store_that_restarts_during_a_deploy(self):
        with self.counted(consul="restarts"):
            operation = self.begin(named("restarts"), slow())
            self.await_step(operation, "build")
            self.consul.restart()
            ended = self.end_of(operation, 90)
            self.assertEqual(ended["state"], "DONE", ended)
            lab.eventually(lambda: self.catalog(named("restarts")), 10, what="its catalog entry")
            self.assertEqual(self.cluster.delete(named("restarts"))["state"], "DONE")
            lab.eventually(lambda: not self.catalog(named("restarts")), 10, what="the end of its catalog entry")

    def test_a_store_that_is_away_during_a_start(self):
        """What is to be published waits for Consul; the instance is where its order says once it is back."""
        with self.counted(consul="away", during="start"):
            operation = self.begin(named("away"), slow())
            self.await_step(operation, "build")
            self.proxy.cut()
            time.sleep(8)
            self.proxy.restore()
            ended = self.end_of(operation, 90)
            self.assertEqual(ended["state"], "DONE", ended)
            lab.eventually(lambda: self.catalog(named("away")), 10, what="its catalog entry")
            self.assertEqual(self.cluster.delete(named("away"))["state"], "DONE")

    def test_a_store_that_is_stopped_for_a_minute_under_load(self):
        """The neighbour and its container stay as they are: tearDown looks."""
        with self.counted(consul="stopped", seconds=AWAY_SECONDS):
            names = [named(f"served-{number}") for number in range(SERVED)]
            for name in names:
                self.assertEqual(self.cluster.deploy(name, images.site(name))["state"], "DONE")
            clients = [Client(self.rest, lambda request, name=name: self.order(name, request)) for name in names]
            clients += [Client(self.rest, self.create) for _ in range(WRITERS)]
            for client in clients:
                client.start()
            time.sleep(5)
            self.consul.program.kill()
            time.sleep(AWAY_SECONDS)
            began = len(clients[-1].acknowledged)
            self.consul.program.start()
            lab.eventually(lambda: len(clients[-1].acknowledged) > began, 60, what="a change after the store's return")
            time.sleep(5)
            for client in clients:
                client.over.set()
            for client in clients:
                client.join()
            self.assert_nothing_lost(clients)
            for name, client in zip(names, clients):
                self.await_served(name, client)
                self.assertEqual(self.cluster.delete(name)["state"], "DONE")
            self.all_is_well()

    def order(self, name, request):
        """A deploy of new source, then a restart, by turns."""
        number = int(request.rpartition("-")[2])
        if number % 2:
            return self.rest.post(f"/v1/instances/{name}/restart", {"request_id": request})
        source = images.tarball(images.site(request))
        return self.rest.put(f"/v1/instances/{name}/source?until=RUNNING&request_id={request}", source)

    def create(self, request):
        return self.rest.post("/v1/instances", {"id": named(request.lower()), "request_id": request})

    def assert_nothing_lost(self, clients):
        refused = [answer for client in clients for answer in client.refused.values()]
        acknowledged = [answer for client in clients for answer in client.acknowledged.values()]
        print(f"  {len(acknowledged)} orders acknowledged, {len(refused)} refused", flush=True)
        self.assertGreater(len(refused), AWAY_SECONDS)
        for answer in refused:
            self.assertRegex(json.dumps(self.judge_problem(answer, AWAY, status=503)), "consul|store")
        for client in clients:
            for request, answer in client.acknowledged.items():
                if answer.status == 202:
                    ended = self.end_of(answer.json["id"], 120)
                    self.assertEqual(ended["state"], "DONE", ended)
                else:
                    self.assertEqual(self.create(request).json, answer.json, "the same again is the same")
        self.delete_created()

    def delete_created(self):
        """Of those that were refused one may have been taken as the store went."""
        listed = self.rest.get("/v1/instances?page_size=1000").json["instances"]
        for name in (each["id"] for each in listed if each["id"].startswith(named("thread-"))):
            self.assertEqual(self.cluster.delete(name)["state"], "DONE")

    def await_served(self, name, client):
        """The last deploy that was acknowledged, or one after it of which nobody knew."""
        deploys = range(0, client.count, 2)
        last = max((number for number in deploys if f"{client.name}-{number}" in client.acknowledged), default=None)
        pages = [name] if last is None else []
        pages += [f"{client.name}-{number}" for number in deploys if number >= (last or 0)]
        def served():
            page = self.cluster.page(self.cluster.instance(name))
            self.assertIn(page, pages)
            return page
        lab.eventually(served, 20, what=f"the page of {name}")
        lab.eventually(lambda: self.catalog(name), 20, what=f"the catalog entry of {name}")

    def catalog(self, name):
        services = json.loads(lab.fetch(f"http://127.0.0.1:{self.consul.ports[0]}/v1/catalog/services"))
        return [service for service in services if service.split(".")[-1] == name]


if __name__ == "__main__":
    unittest.main()
