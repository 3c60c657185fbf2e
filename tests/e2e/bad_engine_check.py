"""A worker's engine is down, hangs or restarts."""
import time
import unittest

import images
import lab
from bad_backends import BackendCase, slow
from bad_codes import AWAY, BROKEN, LATE
from bad_judges import LIMITS, NEIGHBOUR, named
from cluster import Cluster
from proxy import Proxy


class EngineTroubleTest(BackendCase):
    """A worker whose way to its engine is cut or stalled."""

    @classmethod
    def open_cluster(cls):
        cls.cluster = Cluster("bad-engine", more=LIMITS)
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        path = str(cls.cluster.folder.path / "engine.sock")
        cls.proxy = Proxy(path, "/var/run/docker.sock")
        cls.addClassCleanup(cls.proxy.close)
        cls.cluster.add_worker("worker-1", socket=path)
        cls.addClassCleanup(cls.proxy.restore)

    def tearDown(self):
        self.proxy.restore()
        super().tearDown()

    def test_an_engine_that_is_down(self):
        self.proxy.cut()
        with self.counted(engine="down", door="REST"), self.within(60):
            self.judge_operation(self.cluster.deploy(named("down")), AWAY, "engine")
        with self.counted(engine="down", door="gRPC"), self.within(60):
            self.judge_operation(self.deploy_over_grpc(named("down"), images.site("2")), AWAY, "engine")
        with self.counted(engine="down", door="edmctl"), self.within(60):
            done = self.cluster.edmctl("deploy", str(self.folder_of(images.site("3"))), f"--id={named('down')}", check=False)
            self.judge_edmctl(done, 1, "engine")
        with self.counted(engine="down", door="git push"), self.within(60):
            self.judge_push(self.push(named("down"), images.site("4")), "engine")
        with self.counted(engine="down", call="logs, run and exec"):
            self.judge_problem(self.rest.get(f"/v1/instances/{NEIGHBOUR}/logs"), AWAY, status=503)
            self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/run", {"argv": ["x"]}), AWAY, status=503)
            self.judge_grpc(self.grpc.exec({"id": NEIGHBOUR, "argv": ["x"]}), AWAY)
            self.judge_edmctl(self.cluster.edmctl("logs", NEIGHBOUR, check=False), 1)
        with self.counted(engine="down", call="stop"), self.within(60):
            # It waits for an engine that restarts, half as long as this one is given.
            self.judge_operation(self.cluster.order(NEIGHBOUR, "stop", {"timeout": "40s"}), AWAY, "engine")
        self.assertEqual(self.status_of(NEIGHBOUR)["desired"], "STOPPED")
        self.proxy.restore()
        # The order to stop stands; what was not carried out is asked for again.
        self.assertEqual(self.cluster.order(NEIGHBOUR, "start")["state"], "DONE")
        self.assertEqual(self.status_of(NEIGHBOUR)["phase"], "RUNNING")
        self.assertEqual(self.cluster.delete(named("down"))["state"], "DONE")
        self.all_is_well()

    def test_an_engine_that_goes_down_during_a_build(self):
        with self.counted(engine="down", step="build"), self.within(60):
            operation = self.begin(named("builds"), slow())
            self.await_step(operation, "build")
            lab.eventually(lambda: b"sleep" in self.rest.get(f"/v1/instances/{named('builds')}/logs?build=true").body, 20,
                           what="a build in the middle")
            self.proxy.cut()
            self.judge_operation(self.end_of(operation), AWAY, "")
        self.proxy.restore()
        self.assertEqual(self.cluster.delete(named("builds"))["state"], "DONE")
        self.all_is_well()

    def test_an_engine_that_restarts_during_a_start(self):
        """The release that ran before is put back, or is still there."""
        self.assertEqual(self.cluster.deploy(named("starts"), images.site("one"))["state"], "DONE")
        with self.counted(engine="restarts", step="start"), self.within(90):
            operation = self.begin(named("starts"), images.site("two", compose=images.COMPOSE.replace("8000/", "8000/none"),
                                                                **{"edm.yaml": "health: {time: 20s}\n"}))
            lab.eventually(lambda: self.runs(named("starts"), "2"), 30, what="the container of release 2")
            self.proxy.cut()
            time.sleep(1)  # so long it is away
            self.proxy.restore()
            ended = self.end_of(operation, 90)
            self.judge_operation(ended, BROKEN, named("starts"))
            self.assertTrue(ended["still_serves"] or ended["restored_release"] == 1, ended)
            lab.eventually(lambda: self.cluster.page(self.cluster.instance(named("starts"))) == "one", 30, what="the good release")
        self.assertEqual(self.cluster.delete(named("starts"))["state"], "DONE")
        self.all_is_well()

    def runs(self, name, release):
        """In place of the one before, or in a trial beside it."""
        return any(each["Labels"]["dev.edm.instance"] in (name, f"{name}_trial") and each["Labels"]["dev.edm.release"] == release
                   for each in self.engine.labelled("/containers/json?"))

    def test_an_engine_that_hangs(self):
        self.proxy.stall()
        with self.counted(engine="hangs", door="REST"), self.within(30):
            self.judge_operation(self.cluster.deploy(named("hung"), timeout="5s"), LATE, named("hung"), state="EXPIRED")
        with self.counted(engine="hangs", door="gRPC"), self.within(30):
            self.judge_operation(self.deploy_over_grpc(named("hung"), images.site("2"), timeout="5s"), LATE, named("hung"), state="EXPIRED")
        with self.counted(engine="hangs", door="edmctl"), self.within(30):
            folder = str(self.folder_of(images.site("3")))
            done = self.cluster.edmctl("deploy", folder, f"--id={named('hung')}", "--timeout=5s", check=False)
            self.judge_edmctl(done, 6)
        with self.counted(engine="hangs", call="cancel"), self.within(30):
            operation = self.begin(named("hung"), images.site("4"))
            self.await_step(operation, "place", "DONE")
            self.rest.post(f"/v1/operations/{operation}/cancel")
            self.assertEqual(self.end_of(operation)["state"], "CANCELLED")
        with self.counted(engine="hangs", call="run"), self.within(45):
            self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/run", {"argv": ["x"]}, timeout=60), LATE, status=504)
        with self.counted(engine="hangs", call="others"):
            self.assertEqual(self.rest.get("/v1/instances").status, 200)
            self.assertEqual(self.rest.get("/v1/workers/worker-1").json["state"], "READY")
        self.proxy.restore()
        self.assertEqual(self.cluster.delete(named("hung"))["state"], "DONE")
        self.all_is_well()


if __name__ == "__main__":
    unittest.main()
