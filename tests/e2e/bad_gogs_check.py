"""A Gogs-style git server is down, slow or restarting."""
import contextlib
import threading
import unittest

import images
import lab
from bad_backends import BackendCase, slow
from bad_codes import AWAY, LATE
from bad_judges import LIMITS, named
from cluster import Cluster
from proxy import Proxy


class GogsTroubleTest(BackendCase):
    """Sources in the scripted Gogs of the contract tests, as a program, whose way is cut or stalled."""

    @classmethod
    def open_cluster(cls):
        cls.cluster = Cluster("bad-gogs")
        cls.addClassCleanup(cls.cluster.close)
        folder = cls.cluster.folder.path / "gogs"
        folder.mkdir()
        log = cls.cluster.folder.path / "gogs.log"
        cls.gogs = lab.Program([lab.BIN / "scripted_gogs", folder], log)
        cls.addClassCleanup(cls.gogs.stop)
        lab.eventually(lambda: log.read_text().startswith("http://"), 10, what="the git server's URL")
        host, upstream = log.read_text().split()[0].removeprefix("http://").split(":")
        port = lab.free_port()
        cls.proxy = Proxy((host, port), (host, int(upstream)))
        cls.addClassCleanup(cls.proxy.close)
        cls.cluster.more = [*LIMITS, "--git-server", "gogs", "--gogs-url", f"http://{host}:{port}",
                            "--gogs-token", "secret-of-the-admin", "--gogs-user-secret", "of this run"]
        cls.cluster.start_master()
        cls.cluster.add_worker("worker-1")
        cls.addClassCleanup(cls.proxy.restore)

    def tearDown(self):
        self.proxy.restore()
        super().tearDown()

    def test_a_git_server_that_is_down(self):
        self.proxy.cut()
        with self.counted(git="down", door="REST"), self.within(60):
            failure = self.judge_operation(self.cluster.deploy(named("down")), AWAY)
            self.assertIn("the instance stays", failure["evidence"][-1])  # its repo cannot be removed either
        with self.counted(git="down", door="gRPC"), self.within(60):
            self.judge_operation(self.deploy_over_grpc(named("down"), images.site("2"), create=True), AWAY)
        with self.counted(git="down", door="edmctl"), self.within(60):
            done = self.cluster.edmctl("deploy", str(self.folder_of(images.site("3"))), f"--id={named('down')}", check=False)
            self.judge_edmctl(done, 1)
        self.proxy.restore()
        self.assertEqual(self.cluster.delete(named("down"))["state"], "DONE")
        self.all_is_well()

    def test_a_git_server_that_hangs(self):
        self.proxy.stall()
        with self.counted(git="hangs", door="REST"), self.within(40):
            self.judge_operation(self.cluster.deploy(named("hung"), timeout="5s"), LATE, state="EXPIRED")
        with self.counted(git="hangs", door="edmctl"), self.within(40):
            done = self.cluster.edmctl("deploy", str(self.folder_of(images.site("3"))), f"--id={named('hung')}", "--timeout=5s",
                                       check=False)
            self.judge_edmctl(done, 6)
        with self.counted(git="hangs", call="others"), self.within(5):
            self.assertEqual(self.rest.get("/v1/instances").status, 200)
        self.proxy.restore()
        self.assertEqual(self.cluster.delete(named("hung"))["state"], "DONE")
        self.all_is_well()

    @contextlib.contextmanager
    def away(self, seconds):
        """So long from now on, whatever is asked meanwhile."""
        self.proxy.cut()
        back = threading.Timer(seconds, self.proxy.restore)
        back.start()
        yield
        back.join()

    def test_a_git_server_that_restarts(self):
        with self.counted(git="restarts", during="source"), self.within(90):
            with self.away(2):
                operation = self.begin(named("restarts"), slow())
            ended = self.end_of(operation)
            self.assertEqual(ended["state"], "DONE", ended)
        with self.counted(git="restarts", during="delete"), self.within(90):
            with self.away(2):
                answer = self.rest.delete(f"/v1/instances/{named('restarts')}")
            self.assertEqual(answer.status, 202, answer)
            self.assertEqual(self.end_of(answer.json["id"])["state"], "DONE")
        self.all_is_well()


if __name__ == "__main__":
    unittest.main()
