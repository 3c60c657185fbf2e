"""A bare Debian machine becomes a worker by one command over ssh, and is as it was after another one."""
import os
import pathlib
import shutil
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import bare_host
import images
import lab
from chaos_pace import Pace
from cluster import Cluster

PATIENCE = 15  # seconds, once packages are at hand


class BareHostCheck(unittest.TestCase):
    """The tests are steps of one story, in the order of their names."""

    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("bare")
        cls.addClassCleanup(cls.folder.close)
        cls.packages = cls.folder.path / "packages"
        made = lab.run(["scripts/package", "--bin", lab.BIN, "--out", cls.packages], timeout=300).stdout.split()
        worker_package = next(file for file in made if pathlib.Path(file).name.startswith("edm-worker_"))
        prepared = pathlib.Path(os.environ.get("EDM_BARE_HOST") or cls.folder.path / "prepared")
        if not prepared.exists():
            prepared.mkdir()
            bare_host.prepare(prepared, worker_package)
        for package in (prepared / "packages").iterdir():
            shutil.copy(package, cls.packages)
        cls.host = bare_host.BareHost(cls.folder.path)
        cls.addClassCleanup(cls.host.close)
        cls.host.open(prepared)
        cls.cluster = Cluster("bare-master", address=cls.host.here)
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        cls.url = f"ssh://root@{cls.host.address}"

    def edmctl(self, *words, check=True):
        return self.cluster.edmctl("worker", *words, "--ssh-config", self.host.ssh_config, check=check, timeout=600)

    def add(self, *more, check=True):
        return self.edmctl("add", self.url, "--id", "bare", "--label", "zone=a", "--packages", self.packages,
                           "--cluster-address", self.cluster.cluster_address, *more, check=check)

    def workers(self):
        return {one["id"]: one for one in self.cluster.rest.get("/v1/workers").json.get("workers", [])}

    def assert_is_itself_again(self, before):
        after = self.host.listing()
        changed = {path: (before.get(path), after.get(path)) for path in before.keys() | after.keys()
                   if before.get(path) != after.get(path)}
        self.assertEqual(changed, {})

    def tables(self):
        return lab.run(["nft", "list", "tables"], namespace=self.host.namespace).stdout

    def test_1_a_host_whose_key_nobody_has_seen_is_not_touched(self):
        before = self.host.listing()
        unknown = self.add(check=False)
        self.assertNotEqual(unknown.returncode, 0)
        self.assertIn("--accept-new", unknown.stderr)
        self.assertEqual(self.host.listing(), before)
        self.assertEqual(self.workers(), {})

    def test_2_it_becomes_a_worker_and_is_itself_again(self):
        before = self.host.listing()
        pace = Pace()
        with ThreadPoolExecutor(1) as pool:
            adding = pool.submit(self.add, "--accept-new")
            while not adding.done():
                took = pace.spent()
                time.sleep(0.2)
        print(f"\nworker add: {took:.1f} s of a calm machine, {pace.wall():.1f} s here\n{adding.result().stderr}")
        worker = self.workers()["bare"]
        self.assertEqual((worker["state"], worker["labels"], worker["public_address"]),
                         ("READY", {"zone": "a"}, self.host.address))
        self.assertIn("inet edm_network", self.tables())
        self.assertIn("Live Restore Enabled: true", self.host.ssh("docker", "info").stdout)
        again = self.add(check=False)
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("at work", again.stderr)

        wrong = self.edmctl("rm", "other", "--host", self.url, check=False)
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("bare", wrong.stderr)
        self.edmctl("rm", "bare", "--host", self.url)
        self.assertNotIn("bare", self.workers())
        self.assertNotIn("edm_network", self.tables())
        self.assert_is_itself_again(before)
        self.assertLess(took, PATIENCE)

    def test_3_an_inventory_is_shown_and_then_added(self):
        before = self.host.listing()
        file = self.folder.path / "inventory.ini"
        file.write_text(f"[zone_b]\nfirst ansible_host={self.host.address} ansible_user=root\n")
        shown = self.edmctl("import", file, "--plan")
        self.assertIn("first", shown.stdout)
        self.assertEqual((self.workers(), self.host.listing()), ({}, before))
        self.edmctl("import", file, "--packages", self.packages, "--cluster-address", self.cluster.cluster_address)
        self.assertEqual(self.workers()["first"]["labels"], {"group.zone_b": "true"})
        images.ensure_base([*self.host.there, "docker"])
        deployed = self.cluster.deploy("shop")
        self.assertEqual(deployed["state"], "DONE", deployed)
        self.edmctl("uninstall", self.url)
        self.assert_is_itself_again(before)
        self.edmctl("rm", "first", "--force")

    def test_4_what_is_wrong_with_an_inventory_has_its_line_and_column(self):
        file = self.folder.path / "workers.yaml"
        file.write_text("workers:\n  w1: { host: 10.0.0.11, prot: 22 }\n")
        wrong = self.edmctl("import", file, "--plan", check=False)
        self.assertNotEqual(wrong.returncode, 0)
        self.assertRegex(wrong.stderr, r"workers\.yaml:2:\d+")
