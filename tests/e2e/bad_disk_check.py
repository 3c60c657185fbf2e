"""The disk of a master or a worker is full: during an upload, a build, a state write."""
import os
import signal
import subprocess
import time
import unittest

import images
import lab
from bad_backends import BackendCase, slow
from bad_codes import AWAY, LIMIT
from bad_judges import LIMITS, NEIGHBOUR, named
from cluster import Cluster

MIB = 1 << 20


class DiskTroubleTest(BackendCase):
    """Master and worker each on a small disk of their own; the engine's is somewhere else."""
    SIZES = {"master": 96 * MIB, "worker-1": 1200 * MIB}

    @classmethod
    def open_cluster(cls):
        cls.cluster = Cluster("bad-disk", more=[*LIMITS, "--disk-reserve", str(16 * MIB)])
        cls.addClassCleanup(cls.cluster.close)
        for name, size in cls.SIZES.items():
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

    def resize(self, name, size):
        lab.run(["mount", "-o", f"remount,size={size}", self.cluster.folder.path / name])

    def fill(self, name, free=0):
        """Leaves so many bytes on that disk: it becomes as small as what lies there."""
        def shrunk():
            facts = os.statvfs(self.cluster.folder.path / name)
            self.resize(name, (facts.f_blocks - facts.f_bfree) * facts.f_frsize + free)
            return True
        lab.eventually(shrunk, 10, what=f"a disk of {name} that is full")  # a program may write in between

    def keep_full(self, name, operation):
        """What a worker removes to make room is taken away again, until the operation has ended."""
        def ended():
            self.fill(name)
            return self.rest.get(f"/v1/operations/{operation}").json["state"] not in ("QUEUED", "RUNNING")
        lab.eventually(ended, 120, every=0.1, what="the operation's end")

    def free(self, name):
        self.resize(name, self.SIZES[name])

    def await_load(self, disk_free_mib):
        """Load is told with the beats."""
        def told():
            return disk_free_mib(self.rest.get("/v1/workers/worker-1").json["load"]["disk_free_mib"])
        lab.eventually(told, 15, what="the worker's word about its disk")

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
            self.judge_problem(self.rest.post("/v1/instances", body), LIMIT, "disk of the master", status=507)
            self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), LIMIT, "disk of the master")
            self.judge_problem(self.rest.post(f"/v1/instances/{named('there')}/start"), LIMIT, "disk of the master", status=507)
            self.judge_problem(self.rest.call("PATCH", f"/v1/instances/{NEIGHBOUR}", {"description": "x"}), LIMIT, "disk of the master",
                               status=507)
            self.judge_problem(self.rest.post("/v1/tokens", {"name": "none"}), LIMIT, "disk of the master", status=507)
            self.judge_edmctl(self.cluster.edmctl("start", named("there"), check=False), 1, "disk of the master")
            self.judge_edmctl(self.cluster.edmctl("token", "create", "none", check=False), 1, "disk of the master")
            self.judge_push(self.push(named("there"), images.site("new")), "disk of the master")
        with self.case(disk="full", during="reading"):
            self.assertEqual(self.rest.get("/v1/instances").status, 200)
            ready = self.rest.get("/readyz")
            self.assertEqual(ready.status, 503, ready)
            self.assertIn(b"disk of the master", ready.body)
        self.free("master")
        lab.eventually(lambda: self.rest.get("/readyz").status == 200, 5, what="a master that is ready again")
        self.assertEqual(self.cluster.delete(named("there"))["state"], "DONE")
        self.before = everything
        self.all_is_well()

    def test_a_disk_that_fills_up_while_an_operation_goes_on(self):
        """The worker's end is heard, and stored once there is room; a restart in between loses nothing."""
        with self.counted(disk="full", during="an operation"):
            operation = self.begin(named("meanwhile"), slow())
            self.await_step(operation, "build")
            self.fill("master", 0)
            # Its images are built, and who holds it cannot be stored: it is asked for again.
            lab.eventually(lambda: any(named("meanwhile") in tag for tag in self.engine.listing()["images"]), 30, every=0.2,
                           what="the image")
            time.sleep(3)  # so much longer it lasts
            self.free("master")
            ended = self.end_of(operation)
            self.assertEqual(ended["state"], "DONE", ended)
        self.assertEqual(self.cluster.delete(named("meanwhile"))["state"], "DONE")
        self.all_is_well()

    def test_a_worker_without_room(self):
        self.fill("worker-1", 100 * MIB)
        self.await_load(lambda free: free < 1024)
        with self.counted(disk="full", on="the worker", during="place"):
            failure = self.judge_operation(self.cluster.deploy(named("nowhere")), AWAY, named("nowhere"))
            self.assertRegex(failure["evidence"][0], "worker-1 has .* of disk free, 1024 are needed")
        self.free("worker-1")
        self.await_load(lambda free: free >= 1024)
        with self.counted(disk="full", on="the worker", during="checkout"):
            # It sleeps while the order is made, and finds no room when it wakes: no beat is missed for so long.
            self.worker.send_signal(signal.SIGSTOP)
            try:
                operation = self.begin(named("nowhere"), {**slow(), **{f"more/{number}": "x" * 200_000 for number in range(60)}})
                self.await_step(operation, "place", "DONE")
                self.fill("worker-1", MIB)
            finally:
                self.worker.send_signal(signal.SIGCONT)
            self.judge_operation(self.end_of(operation), LIMIT)
        self.free("worker-1")
        self.await_load(lambda free: free >= 1024)
        with self.counted(disk="full", on="the worker", during="build"):
            operation = self.begin(named("nowhere"), slow())
            self.await_step(operation, "build")
            self.keep_full("worker-1", operation)
            self.judge_operation(self.end_of(operation), LIMIT)
        self.free("worker-1")
        self.assertEqual(self.cluster.delete(named("nowhere"))["state"], "DONE")
        self.all_is_well()

    @property
    def worker(self):
        return self.cluster.workers["worker-1"].program.process


if __name__ == "__main__":
    unittest.main()
