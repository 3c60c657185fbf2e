"""Workers' certificates: renewed without a restart, worth nothing once they ended, were copied, or were joined over."""
import os
import shutil
import stat
import time
import unittest
import urllib.error

import images
import lab
from cluster import Cluster, Worker

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
LIFETIME = 8  # seconds of a certificate


def ready(cluster, name):
    return cluster.rest.get(f"/v1/workers/{name}").json.get("state") == "READY"


def clock_moved(by):
    """The environment of a program whose wall clock, and no other, is ahead by so much."""
    return os.environ | {"LD_PRELOAD": FAKETIME, "FAKETIME": by, "DONT_FAKE_MONOTONIC": "1"}


def is_refused(worker):
    """It runs, and says of itself that it is not registered."""
    assert worker.program.alive(), worker.program.tail()
    try:
        lab.fetch(f"http://127.0.0.1:{worker.http}/readyz", timeout=2)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code == 503
    return False


class CertificatesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if images.ensure_base(["docker"]):
            cls.addClassCleanup(lab.run, ["docker", "image", "rm", images.BASE])
        cls.cluster = Cluster("certificates", more=["--tls-worker-lifetime", f"{LIFETIME}s"])
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()

    def copy_of(self, worker, folder):
        """Another machine with the disk of this one."""
        copy = Worker(self.cluster, worker.name)
        copy.data = self.cluster.folder.path / folder
        shutil.copytree(worker.data / "tls", copy.data / "tls")
        copy.start()
        self.addCleanup(copy.program.stop)
        return copy

    def join_again(self, worker):
        worker.program.stop()
        worker.join()
        worker.start()
        lab.eventually(worker.ready, 20, what=f"{worker.name} being READY")

    def test_a_worker_outlives_its_certificates(self):
        worker = self.cluster.add_worker("renews")
        identity = worker.data / "tls" / "worker.pem"
        seen = {identity.read_bytes()}
        end = time.monotonic() + 2.5 * LIFETIME
        while time.monotonic() < end:
            self.assertTrue(ready(self.cluster, "renews"), worker.program.tail())
            seen.add(identity.read_bytes())
            time.sleep(0.2)
        self.assertGreaterEqual(len(seen), 4)
        self.assertEqual(stat.S_IMODE(identity.stat().st_mode), 0o600)
        shown = self.cluster.edmctl("worker", "show", "renews").stdout
        self.assertIn("renewed by itself", shown)
        # The master's orders are taken with the newest certificate: what a stranger's deploy does.
        self.assertEqual(self.cluster.deploy("kept")["state"], "DONE")
        self.cluster.delete("kept")

    def test_one_whose_clock_is_a_day_off_keeps_its_certificate_and_gets_nothing_new(self):
        for ahead, word in (("+1d", "ahead of"), ("-1d", "behind")):
            with self.subTest(ahead=ahead):
                name = "early" if ahead == "+1d" else "late"
                worker = self.cluster.add_worker(name, env=clock_moved(by=ahead))
                first = (worker.data / "tls" / "worker.pem").read_bytes()
                lab.eventually(lambda: (worker.data / "tls" / "worker.pem").read_bytes() != first, LIFETIME, what="a renewal")
                self.assertRegex(self.cluster.edmctl("worker", "show", name).stdout, f"not believed +its clock is 2[34] h .*{word}")
                problems = self.cluster.edmctl("status", check=False).stdout
                self.assertRegex(problems, f"worker {name}.*clock")
                for other in self.cluster.workers:
                    if other != name:
                        self.cluster.edmctl("worker", "cordon", other, check=False)
                nowhere = self.cluster.deploy(f"by-{name}", timeout="3s")
                self.assertNotEqual(nowhere["state"], "DONE")
                self.assertIn("reports a load that cannot be", " ".join(nowhere["failure"]["evidence"]), nowhere)
                self.cluster.delete(f"by-{name}")
                for other in self.cluster.workers:
                    self.cluster.edmctl("worker", "uncordon", other, check=False)
                worker.program.stop()

    def test_one_that_was_away_for_longer_joins_again(self):
        worker = self.cluster.add_worker("away")
        worker.program.stop()
        time.sleep(LIFETIME + 1)
        worker.start()
        lab.eventually(lambda: is_refused(worker), 15, what="the refusal")
        time.sleep(2)
        self.assertTrue(is_refused(worker))
        self.join_again(worker)

    def test_a_copied_identity_does_not_disturb_its_owner(self):
        worker = self.cluster.add_worker("owner")
        copy = self.copy_of(worker, "copied")
        lab.eventually(lambda: is_refused(copy), 15, what="the copy's refusal")
        end = time.monotonic() + 4
        while time.monotonic() < end:
            shown = self.cluster.rest.get("/v1/workers/owner").json
            self.assertEqual((shown["state"], shown["rpc_address"]), ("READY", f"127.0.0.1:{worker.rpc}"))
            time.sleep(0.1)

    def test_one_that_was_removed_stays_away_until_it_joins_again(self):
        worker = self.cluster.add_worker("removed")
        self.cluster.edmctl("worker", "rm", "removed", "--force")
        lab.eventually(lambda: is_refused(worker), 15, what="the refusal")
        time.sleep(3)
        self.assertTrue(is_refused(worker))
        known = [one["id"] for one in self.cluster.rest.get("/v1/workers").json.get("workers", [])]
        self.assertNotIn("removed", known)
        self.join_again(worker)

    def test_who_joined_before_is_locked_out_by_who_joins_anew(self):
        first = self.cluster.add_worker("place")
        other = self.cluster.rest.post("/v1/tokens", {"name": "somebody", "kind": "WORKER"}).json["secret"]
        first.program.stop()
        lab.eventually(lambda: self.cluster.rest.get("/v1/workers/place").json["state"] == "LOST", 20, what="the loss")
        second = Worker(self.cluster, "place")
        second.data = self.cluster.folder.path / "second-place"
        argv = [lab.BIN / "edm-worker", "join", "--token-file", "-", *second.flags()]
        refused = lab.run(argv, stdin=other, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("token create place", refused.stderr)
        second.join()
        second.start()
        self.addCleanup(second.program.stop)
        lab.eventually(second.ready, 20, what="place being READY")
        first.start()
        lab.eventually(lambda: is_refused(first), 15, what="the first one's refusal")
        self.assertEqual(self.cluster.rest.get("/v1/workers/place").json["rpc_address"], f"127.0.0.1:{second.rpc}")
