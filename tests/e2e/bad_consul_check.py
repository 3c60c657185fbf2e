"""Consul is down, slow or restarting."""
import json
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

    def catalog(self, name):
        services = json.loads(lab.fetch(f"http://127.0.0.1:{self.consul.ports[0]}/v1/catalog/services"))
        return [service for service in services if service.split(".")[-1] == name]


if __name__ == "__main__":
    unittest.main()
