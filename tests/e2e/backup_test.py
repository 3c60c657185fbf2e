"""Backup under load, a blank host, restore: the same cluster at the same URLs."""
import json
import shutil
import stat
import threading
import time
import unittest

import images
import lab
from cluster import have_consul
from one_worker import TracelessTest

PASSPHRASE = "correct horse battery"
RESTORED_MAX_S = 60


class BackupTest(TracelessTest):
    NAME = "backup"

    def setUp(self):
        self.folder = lab.Folder("backup-file")
        self.addCleanup(self.folder.close)
        self.word = self.folder.path / "word"
        self.word.write_text(PASSPHRASE + "\n")
        self.file = self.folder.path / "edm.backup"

    def backup(self, check=True, **more):
        return self.cluster.edmctl("backup", self.file, "--passphrase-file", self.word, check=check, **more)

    def restore(self, data, *more, check=True):
        return lab.run([lab.BIN / "edmctl", "restore", self.file, "--data-dir", data, "--passphrase-file", self.word, *more],
                       check=check)

    def move_to(self, data):
        """The master begins on another data folder, as on a host that was blank."""
        self.cluster.data = data
        self.cluster.master = None
        self.cluster.start_master()
        self.rest = type(self).rest = self.cluster.rest
        lab.eventually(self.cluster.workers["worker-1"].ready, 30, what="the worker's return")

    def make_cluster_of_two_owners(self):
        made = self.rest.put("/v1/templates/site/source", images.tarball({
            "compose.yaml": images.COMPOSE, "Dockerfile": images.DOCKERFILE, "edm.yaml": "{}\n"}))
        self.assertIn(made.status, (200, 201), made)
        for owner, name in (("ann", "shop"), ("bob", "blog")):
            done = self.cluster.deploy(name, images.site(f"{name} one"), owner=owner, project=name)
            self.assertEqual(done["state"], "DONE", done)
        answer = self.rest.post("/v1/instances", {"id": "templated", "owner": "bob", "project": "site",
                                                  "spec": {"template": "site", "environment": {"SECRET": "kept-sealed"}}})
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(self.cluster.deploy("templated", {"www/index.html": "templated one"})["state"], "DONE")
        self.assertEqual(self.cluster.deploy("shop", images.site("shop two"))["state"], "DONE")
        return {name: self.cluster.instance(name)["status"]["endpoints"][0]["url"] for name in ("shop", "blog", "templated")}

    def test_backup_under_load_blank_host_restore_the_same_urls(self):
        urls = self.make_cluster_of_two_owners()
        bob = self.rest.post("/v1/tokens", {"name": "bob"}).json["secret"]
        stop = threading.Event()
        deployed = []

        def keep_deploying():
            number = 0
            while not stop.is_set():
                number += 1
                deployed.append(self.cluster.deploy("busy", images.site(f"busy {number}"))["state"])

        load = threading.Thread(target=keep_deploying)
        load.start()
        try:
            lab.eventually(lambda: deployed, 60, what="load")
            self.backup()
            lab.eventually(lambda: len(deployed) > 1, 60, what="load going on")
        finally:
            stop.set()
            load.join()
        self.assertEqual(set(deployed), {"DONE"})
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        sealed = self.file.read_bytes()
        for plain in (b"shop one", b"PRIVATE KEY", b"kept-sealed", self.rest.token.encode(), PASSPHRASE.encode()):
            self.assertNotIn(plain, sealed)

        # The cluster goes on after its backup: numbers that the restored state does not know.
        for _ in range(2):
            self.assertEqual(self.cluster.order("shop", "restart")["state"], "DONE")
        self.assertEqual(self.cluster.deploy("blog", images.site("blog after the backup"))["state"], "DONE")
        attempts = self.cluster.instance("blog")["status"]["attempt"]

        self.cluster.master.kill()
        token = self.rest.token
        shutil.rmtree(self.cluster.data)
        began = time.monotonic()
        data = self.cluster.folder.path / "blank" / "master"
        data.parent.mkdir()
        told = self.restore(data)
        self.assertIn("workers", told.stdout)
        self.move_to(data)
        for name, url in urls.items():
            lab.eventually(lambda: self.cluster.instance(name)["status"]["phase"] == "RUNNING", 20, what=name)
            self.assertEqual(self.cluster.instance(name)["status"]["endpoints"][0]["url"], url)
        took = time.monotonic() - began
        print(f"restored, and all URLs known, in {took:.1f} s")
        self.assertLess(took, RESTORED_MAX_S)
        self.assertIn("shop two", lab.fetch(urls["shop"]).decode())
        self.assertIn("templated one", lab.fetch(urls["templated"]).decode())
        self.assertIn("blog after the backup", lab.fetch(urls["blog"]).decode())

        # The same tokens, numbers that go on, and everything that a cluster does.
        self.assertEqual(self.rest.token, token)
        self.assertEqual(self.rest.call("GET", "/v1/version", token=bob).status, 200)
        self.assertGreaterEqual(self.cluster.instance("blog")["status"]["attempt"], attempts)
        done = self.cluster.deploy("shop", images.site("shop three"))
        self.assertEqual(done["state"], "DONE", done)
        self.assertIn("shop three", lab.fetch(urls["shop"]).decode())
        done = self.cluster.order("shop", "rollback")
        self.assertEqual(done["state"], "DONE", done)
        self.assertIn("shop two", lab.fetch(urls["shop"]).decode())
        done = self.cluster.order("templated", "refresh")
        self.assertEqual(done["state"], "DONE", done)
        done = self.cluster.deploy("blog", images.site("blog three"))
        self.assertEqual(done["state"], "DONE", done)
        self.assertIn("blog three", lab.fetch(urls["blog"]).decode())
        self.assertEqual(self.cluster.edmctl("status", check=False).returncode, 0)
        for repo in (data / "git").glob("*/*.git"):
            lab.run(["git", "-C", repo, "fsck", "--full", "--no-dangling"])

    def test_a_target_that_is_not_empty_is_left_alone(self):
        self.backup()
        data = self.folder.path / "there"
        (data / "git").mkdir(parents=True)
        refused = self.restore(data, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("--force", refused.stderr)
        self.assertEqual([path.name for path in data.iterdir()], ["git"])
        self.restore(data, "--force")
        self.assertTrue((data / "state.db").exists())

    def test_a_master_that_runs_there_is_not_robbed_of_its_state(self):
        self.backup()
        refused = self.restore(self.cluster.data, "--force", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual(self.rest.get("/v1/instances").status, 200)

    def test_a_cut_or_changed_file_or_another_passphrase_restores_nothing(self):
        self.backup()
        whole = self.file.read_bytes()
        data = self.folder.path / "nothing"
        for broken in (whole[:-1], whole[:len(whole) // 2], whole[:50], whole + b"x",
                       whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]):
            self.file.write_bytes(broken)
            refused = self.restore(data, check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertFalse((data / "seal.key").exists())
        self.file.write_bytes(whole)
        self.word.write_text("another passphrase\n")
        refused = self.restore(data, check=False)
        self.assertIn("passphrase", refused.stderr)
        self.assertFalse((data / "seal.key").exists())

    def test_it_is_for_people_and_leaves_nothing_half_written(self):
        self.assertNotEqual(self.backup(check=False, token="wrong").returncode, 0)
        self.assertEqual(list(self.folder.path.glob("edm.backup*")), [])
        self.word.write_text("short\n")
        refused = self.backup(check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        nobody = self.cluster.edmctl("backup", self.file, "--passphrase-file", "-", check=False, stdin="")
        self.assertNotEqual(nobody.returncode, 0)
        self.assertEqual(list(self.folder.path.glob("edm.backup*")), [])


@unittest.skipUnless(have_consul(), "no consul here")
class ConsulRestoreTest(TracelessTest):
    """A cluster on SQLite becomes one on Consul by way of its backup."""
    NAME = "backup-consul"

    def test_the_state_is_restored_into_consul(self):
        folder = lab.Folder("backup-consul-file")
        self.addCleanup(folder.close)
        ports = {name: lab.free_port() for name in ("http", "server", "serf_lan", "serf_wan")}
        agent = lab.Program(["consul", "agent", "-dev", "-bind", "127.0.0.1", "-dns-port", "-1", "-grpc-port", "-1",
                             "-http-port", ports["http"], "-server-port", ports["server"],
                             "-serf-lan-port", ports["serf_lan"], "-serf-wan-port", ports["serf_wan"]],
                            folder.path / "consul.log")
        self.addCleanup(agent.stop)
        url = f"http://127.0.0.1:{ports['http']}"
        lab.eventually(lambda: b"127" in lab.fetch(url + "/v1/status/leader"), 20, what="Consul")
        self.assertEqual(self.cluster.deploy("moved", images.site("moved one"))["state"], "DONE")
        at = self.cluster.instance("moved")["status"]["endpoints"][0]["url"]
        word = folder.path / "word"
        word.write_text(PASSPHRASE)
        self.cluster.edmctl("backup", folder.path / "file", "--passphrase-file", word)
        self.cluster.master.stop()
        data = folder.path / "master"
        argv = [lab.BIN / "edmctl", "restore", folder.path / "file", "--data-dir", data, "--passphrase-file", word,
                "--consul", url, "--consul-prefix", "lab/"]
        lab.run(argv)
        self.assertFalse((data / "state.db").exists())
        keys = json.loads(lab.fetch(url + "/v1/kv/?keys"))
        self.assertIn("lab/instance/moved/ip", keys)
        again = lab.run([*argv[:4], folder.path / "second", *argv[5:]], check=False)
        self.assertIn("--force", again.stderr)
        lab.run([*argv[:4], folder.path / "second", *argv[5:], "--force"])
        self.cluster.data, self.cluster.master = data, None
        self.cluster.more = ["--store", "consul", "--consul-url", url, "--consul-prefix", "lab/"]
        self.cluster.start_master()
        type(self).rest = self.rest = self.cluster.rest
        lab.eventually(self.cluster.workers["worker-1"].ready, 30, what="the worker's return")
        self.assertEqual(self.cluster.instance("moved")["status"]["endpoints"][0]["url"], at)
        self.assertEqual(self.cluster.order("moved", "restart")["state"], "DONE")
        self.assertIn("moved one", lab.fetch(at).decode())
        self.cluster.delete("moved")


if __name__ == "__main__":
    unittest.main()
