"""Deploys of ever-changing source on a worker with a disk of 10 GB: 15 of them, on a disk that is nearly full already.

    EDM_DEPLOYS=1000 /usr/bin/python3 tests/e2e/run.py --bin build/release/bin small_disk    # on an empty one

The engine's data and the worker's lie on that disk. All deploys succeed, five releases can be rolled back to, and what
edm did not make is as it was: images and records of the build cache that others made before, in between and at the same
time, also from edm's own images.
"""
import io
import json
import os
import secrets
import subprocess
import tarfile
import threading
import time
import unittest

import images
import lab
import network_lab
from cluster import Cluster

DEPLOYS = int(os.environ.get("EDM_DEPLOYS", "15"))
CHANGE_MIB = int(os.environ.get("EDM_CHANGE_MIB", "8"))  # of each deploy: what nothing makes smaller
DISK_MIB = 10240
# Of the disk at first; 2 GiB are to stay free.
LEFT_MIB = int(os.environ.get("EDM_LEFT_MIB", "2300" if DEPLOYS < 100 else DISK_MIB))
FOREIGN_EVERY, FOREIGN_LAST = 5, 50  # deploys with a build of somebody else at the same time
KEPT = 5
MIB = 1 << 20


class SmallDiskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("small-disk")
        cls.addClassCleanup(cls.folder.close)
        cls.disk = cls.folder.path / "disk"
        cls.mount()
        cls.net = network_lab.NetworkLab(cls.disk, hosts=1, consul=False)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        cls.host = cls.net.hosts[0]
        images.ensure_base(cls.host.docker)
        cls.cluster = Cluster("small-disk", address=cls.net.root_address)
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        (cls.disk / "worker").mkdir(mode=0o700)
        (cls.cluster.folder.path / "worker-1").symlink_to(cls.disk / "worker")
        cls.worker = cls.cluster.add_worker("worker-1", namespace=cls.host.name, address=cls.host.address,
                                            socket=cls.host.socket)
        facts = os.statvfs(cls.disk)
        ballast = facts.f_bavail * facts.f_frsize - LEFT_MIB * MIB
        if ballast > 0:
            lab.run(["fallocate", "-l", str(ballast), cls.disk / "ballast"])
        cls.images, cls.records = set(), set()  # that are not edm's

    @classmethod
    def mount(cls):
        """A file that is a disk: sparse, so that it takes only what is written."""
        image = cls.folder.path / "disk.img"
        with open(image, "wb") as file:
            file.truncate(DISK_MIB * MIB)
        lab.run(["mkfs.ext4", "-q", "-m", "0", image])
        cls.disk.mkdir()
        if subprocess.run(["mount", "-o", "loop", str(image), str(cls.disk)], capture_output=True).returncode != 0:
            raise unittest.SkipTest("a disk of its own needs the right to mount")
        cls.addClassCleanup(subprocess.run, ["umount", "-l", str(cls.disk)], check=True)

    # What the engine has, and what somebody else does there.

    def docker(self, *argv):
        return lab.run([*self.host.docker, *argv]).stdout.strip()

    def engine(self, *argv):
        return lab.run(["curl", "-sS", "--unix-socket", self.host.socket, *argv]).stdout

    def image_ids(self):
        return set(self.docker("images", "-aq", "--no-trunc").split())

    def cache_ids(self):
        return {one["ID"] for one in json.loads(self.engine("http://engine/v1.41/system/df"))["BuildCache"] or []}

    def build_foreign(self, base, tag=None):
        """With the builder that edm uses, as a client of somebody else does. The image's id."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path, data in {"Dockerfile": f"FROM {base}\nCOPY big /\nRUN cat /big > /copy\n".encode(),
                               "big": secrets.token_bytes(MIB)}.items():
                info = tarfile.TarInfo(path)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        source = self.folder.path / f"foreign-{secrets.token_hex(4)}.tar"
        source.write_bytes(archive.getvalue())
        said = self.engine("-X", "POST", "-H", "Content-Type: application/x-tar", "--data-binary", f"@{source}",
                           f"http://engine/v1.41/build?version=2{'&t=' + tag if tag else ''}")
        source.unlink()
        made = [line for line in said.splitlines() if "moby.image.id" in line]
        self.assertTrue(made, said)
        return json.loads(made[0])["aux"]["ID"]

    def make_foreign(self):
        """Images with a tag and without one, and what their builds left in the cache."""
        before = self.cache_ids()
        self.images |= {self.build_foreign(images.BASE, "somebody/else:1"), self.build_foreign(images.BASE)}
        folder = images.write(self.folder.path / "foreign", {"Dockerfile": f"FROM {images.BASE}\nCOPY x /\n", "x": "x"})
        self.images.add(self.docker("build", "-q", "-t", "somebody/older:1", folder))  # by the engine's older builder
        self.docker("volume", "create", "theirs")
        self.records |= self.cache_ids() - before

    def make_foreign_from_ours(self):
        """All of them inherit the labels of a release that goes later."""
        before = self.cache_ids()
        ours = self.docker("images", "-q", "edm/changing/web").split()[0]
        self.docker("tag", ours, "somebody/kept:1")
        self.images |= {self.build_foreign("somebody/kept:1", "somebody/derived:1"),
                        self.docker("inspect", "-f", "{{.Id}}", "somebody/kept:1")}
        container = self.docker("create", ours)
        self.images |= {self.docker("commit", container, "somebody/committed:1"), self.docker("commit", container)}
        self.docker("rm", container)
        self.records |= self.cache_ids() - before

    # Deploys.

    def free_mib(self):
        facts = os.statvfs(self.disk)
        return facts.f_bavail * facts.f_frsize // MIB

    def deploy(self, number):
        files = images.site(f"release {number}", **{"www/change": secrets.token_bytes(CHANGE_MIB * MIB)})
        beside = None
        if number % FOREIGN_EVERY == 0 and number <= FOREIGN_LAST:
            beside = threading.Thread(target=lambda: self.images.add(self.build_foreign(images.BASE)))
            beside.start()
        operation = self.cluster.deploy("changing", files)
        if beside:
            beside.join()
        self.assertEqual(operation["state"], "DONE", f"deploy {number}: {json.dumps(operation)}")
        return self.free_mib()

    def test_deploys_of_changing_source(self):
        self.make_foreign()
        began, least = time.monotonic(), self.free_mib()
        for number in range(1, DEPLOYS + 1):
            least = min(least, self.deploy(number))
            if number == 2:
                self.make_foreign_from_ours()
        seconds = time.monotonic() - began
        print(f"  {DEPLOYS} deploys of {CHANGE_MIB} MiB each, {LEFT_MIB} MiB free at first: at least {least} MiB stayed "
              f"free; {seconds / DEPLOYS:.1f} s each", flush=True)
        self.assert_foreign()
        self.assert_releases()
        self.assert_told()
        self.assert_made_room()
        self.assert_never_full()
        self.assertEqual(self.cluster.delete("changing")["state"], "DONE")
        self.assert_foreign()

    def assert_foreign(self):
        self.assertEqual(self.images - self.image_ids(), set(), "images of others are gone")
        self.assertEqual(self.records - self.cache_ids(), set(), "records of others in the build cache are gone")
        self.assertIn("theirs", self.docker("volume", "ls", "-q").split())
        tags = self.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        for tag in ("somebody/else:1", "somebody/older:1", "somebody/kept:1", "somebody/derived:1", "somebody/committed:1"):
            self.assertIn(tag, tags)

    def assert_releases(self):
        listed = self.cluster.rest.get("/v1/instances/changing/releases").json["releases"]
        kept = sorted(one["number"] for one in listed if one["kept"])
        self.assertEqual(kept, list(range(DEPLOYS - KEPT + 1, DEPLOYS + 1)))
        wanted = {f"r{number}" for number in kept}
        # The worker hears with a beat which of them are kept.
        lab.eventually(lambda: set(self.docker("images", "--format", "{{.Tag}}", "edm/changing/web").split()) == wanted, 10,
                       what=f"images of {sorted(wanted)} and no others")
        for number in (kept[0], kept[-1]):
            done = self.cluster.order("changing", "rollback", {"release": number})
            self.assertEqual(done["state"], "DONE", done)
            self.assertEqual(self.cluster.page(self.cluster.instance("changing")), f"release {number}")

    def assert_told(self):
        told = self.cluster.rest.get("/v1/disk?worker=worker-1").json["workers"][0]
        self.assertNotIn("failure", told)
        uses = {use["kind"]: use for use in told["uses"]}
        foreign = {use["kind"]: use for use in told["foreign"]}
        self.assertEqual(uses["images"]["count"], KEPT)
        self.assertGreaterEqual(uses["images"]["size_kib"], KEPT * CHANGE_MIB * 1024)
        self.assertEqual(uses["checkouts"]["count"], KEPT)
        self.assertGreaterEqual(foreign["images"]["count"], 5)
        self.assertGreaterEqual(foreign["build-cache"]["count"], len(self.records))
        self.assertEqual([one["instance"] for one in told["instances"]], ["changing"])
        print(self.cluster.edmctl("df", "--worker", "worker-1").stdout, flush=True)

    def assert_made_room(self):
        """Where the disk was short of room from the first."""
        if LEFT_MIB < DISK_MIB:
            told = self.cluster.rest.get("/v1/disk?worker=worker-1").json["workers"][0]
            self.assertIn("of the build cache", json.dumps(told["removed"]), told)

    def assert_never_full(self):
        for log in (self.cluster.folder.path / "worker-1.log", self.disk / f"{self.host.name}-engine.log"):
            self.assertNotIn("no space left", log.read_text(errors="replace").lower(), log)

    def test_a_full_disk_is_named_before_anything_is_built(self):
        """What others fill edm cannot empty."""
        if LEFT_MIB == DISK_MIB:
            self.skipTest("this disk is an empty one")
        self.assertEqual(self.cluster.deploy("early")["state"], "DONE")
        filler = self.disk / "filler"
        lab.run(["fallocate", "-l", str((self.free_mib() - 60) * MIB), filler])
        try:
            cache = self.cache_ids()
            ended = self.cluster.deploy("early", images.site("second"), wait="30s", timeout="20s")
            self.assertNotEqual(ended["state"], "DONE", ended)
            self.assertIn("disk", json.dumps(ended["failure"]))
            self.assertEqual(self.cluster.page(self.cluster.instance("early")), "hello")
            self.assertEqual(self.cache_ids() - cache, set(), "something was built")
        finally:
            filler.unlink()
        self.assertEqual(self.cluster.deploy("early", images.site("second"))["state"], "DONE")
        self.cluster.delete("early")


if __name__ == "__main__":
    unittest.main()
