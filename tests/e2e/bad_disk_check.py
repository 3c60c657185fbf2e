"""The disk of a master or a worker is full: during an upload, a build, a state write."""
import contextlib
import os
import subprocess
import threading
import time
import unittest

import images
from bad_backends import SLOW, BackendCase
from bad_codes import LIMIT
from bad_judges import LIMITS, NEIGHBOUR, named
from cluster import Cluster

MIB = 1 << 20


class DiskTroubleTest(BackendCase):
    """Master and worker each on a small disk of their own; the engine's is somewhere else."""
    MASTER, WORKER = 96 * MIB, 1200 * MIB

    @classmethod
    def open_cluster(cls):
        cls.cluster = Cluster("bad-disk", more=[*LIMITS, "--disk-reserve", str(16 * MIB)])
        cls.addClassCleanup(cls.cluster.close)
        for name, size in (("master", cls.MASTER), ("worker-1", cls.WORKER)):
            folder = cls.cluster.folder.path / name
            folder.mkdir(mode=0o700)
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)], capture_output=True)
            if mounted.returncode != 0:
                raise unittest.SkipTest("a disk of its own needs the right to mount")
            cls.addClassCleanup(subprocess.run, ["umount", "-l", str(folder)], check=True)
        cls.addClassCleanup(cls.stop_programs)
        cls.cluster.start_master()
        cls.cluster.add_worker("worker-1")

    @classmethod
    def stop_programs(cls):
        for worker in cls.cluster.workers.values():
            worker.program.stop()
        cls.cluster.master.stop()

    def fill(self, name, free=0):
        """Leaves so many bytes on that disk."""
        folder = self.cluster.folder.path / name
        ballast = folder / "ballast"
        with open(ballast, "ab") as file:
            facts = os.statvfs(folder)
            room = facts.f_bavail * facts.f_frsize - free
            with contextlib.suppress(OSError):
                while room > 0:
                    room -= file.write(bytes(min(room, MIB)))
                    file.flush()

    def free(self, name):
        (self.cluster.folder.path / name / "ballast").unlink(missing_ok=True)

    def tearDown(self):
        for name in ("master", "worker-1"):
            self.free(name)
        super().tearDown()

    def listing(self):
        found = super().listing()
        found.pop("staging")
        return found

    def test_an_upload_that_fills_the_disk(self):
        large = images.tarball({**images.site(), "large": os.urandom(12 * MIB)}, mode="w")
        self.fill("master", 24 * MIB)
        with self.case(disk="full", during="upload"):
            answer = self.rest.put(f"/v1/instances/{named('large')}/source?create=true", large)
            self.judge_problem(answer, LIMIT, "disk of the master", status=507)
            self.judge_grpc(self.grpc.upload(large, id=named("large"), create=True), LIMIT, "disk of the master")
            folder = str(self.folder_of({**images.site(), "large": os.urandom(12 * MIB)}))
            done = self.cluster.edmctl("deploy", folder, f"--id={named('large')}", check=False)
            self.judge_edmctl(done, 1, "disk of the master")
            answer = self.rest.put("/v1/templates/large/source", large)
            self.judge_problem(answer, LIMIT, "disk of the master", status=507)
        with self.case(disk="full", during="unpacking"):
            zeros = images.tarball({**images.site(), "zeros": bytes(14 * MIB)})
            answer = self.rest.put(f"/v1/instances/{named('large')}/source?create=true", zeros)
            self.judge_problem(answer, LIMIT, "disk of the master", status=507)
        self.free("master")
        self.all_is_well()

    def test_a_disk_without_any_room(self):
        self.assertEqual(self.cluster.deploy(named("there"))["state"], "DONE")
        everything, self.before = self.before, self.listing()
        self.fill("master", 0)
        with self.case(disk="full", during="state write"), self.within(30):
            body = {"id": named("none")}
            self.judge_problem(self.rest.post("/v1/instances", body), LIMIT, "disk of the master")
            self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), LIMIT, "disk of the master")
            self.judge_problem(self.rest.post(f"/v1/instances/{named('there')}/start"), LIMIT, "disk of the master")
            self.judge_problem(self.rest.call("PATCH", f"/v1/instances/{NEIGHBOUR}", {"description": "x"}), LIMIT, "disk of the master")
            self.judge_problem(self.rest.post("/v1/tokens", {"name": "none"}), LIMIT, "disk of the master")
            self.judge_edmctl(self.cluster.edmctl("start", named("there"), check=False), 1, "disk of the master")
            self.judge_edmctl(self.cluster.edmctl("token", "create", "none", check=False), 1, "disk of the master")
            self.judge_push(self.push(named("there"), images.site("new")), "disk of the master")
        with self.case(disk="full", during="reading"):
            self.assertEqual(self.rest.get("/v1/instances").status, 200)
            ready = self.rest.get("/readyz")
            self.assertEqual(ready.status, 503, ready)
            self.assertIn(b"disk of the master", ready.body)
        self.free("master")
        self.assertEqual(self.rest.get("/readyz").status, 200)
        self.assertEqual(self.cluster.delete(named("there"))["state"], "DONE")
        self.before = everything
        self.all_is_well()

    def test_a_disk_that_fills_up_while_an_operation_goes_on(self):
        """The worker's end is heard, and stored once there is room; a restart in between loses nothing."""
        with self.counted(disk="full", during="an operation"):
            operation = self.begin(named("meanwhile"), SLOW)
            self.await_step(operation, "build")
            self.fill("master", 0)
            time.sleep(6)
            self.free("master")
            self.assertEqual(self.end_of(operation)["state"], "DONE")
        self.assertEqual(self.cluster.delete(named("meanwhile"))["state"], "DONE")
        self.all_is_well()

    def test_a_worker_without_room(self):
        self.fill("worker-1", 100 * MIB)
        time.sleep(3)  # its load is told with the beats
        with self.counted(disk="full", on="the worker", during="place"):
            done = self.cluster.deploy(named("nowhere"))
            self.judge_operation(done, LIMIT, "")
        self.free("worker-1")
        time.sleep(3)
        with self.counted(disk="full", on="the worker", during="checkout"):
            # The worker takes the order while there is room, and finds none for the files.
            self.fill("worker-1", 1030 * MIB)
            time.sleep(3)
            filler = threading.Timer(0.0, self.fill, ("worker-1", 0))
            operation = self.begin(named("nowhere"), {**SLOW, **{f"more/{number}": "x" * 200_000 for number in range(60)}})
            filler.start()
            ended = self.end_of(operation)
            filler.join()
            self.assertEqual(ended["state"], "FAILED", ended)
            self.assertIn(ended["failure"]["code"], (LIMIT,), ended)
        self.free("worker-1")
        with self.counted(disk="full", on="the worker", during="build"):
            operation = self.begin(named("nowhere"), SLOW)
            self.await_step(operation, "build")
            self.fill("worker-1", 0)
            ended = self.end_of(operation)
            self.assertEqual(ended["state"], "FAILED", ended)
            self.judge(ended["failure"], LIMIT, "")
        self.free("worker-1")
        self.assertEqual(self.cluster.delete(named("nowhere"))["state"], "DONE")
        self.all_is_well()


if __name__ == "__main__":
    unittest.main()
