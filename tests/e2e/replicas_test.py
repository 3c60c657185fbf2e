"""`replicas` in edm.yaml: whichever way a source comes, one that was never deployed becomes an instance with members."""
import pathlib
import unittest

import images
import lab
from git_push_test import GIT_ENV
from one_worker import TracelessTest
from plain_git import PlainGit


def site(text, replicas):
    return images.site(text, **{"edm.yaml": f"replicas: {replicas}\n" if replicas else None})


class ReplicasTest(TracelessTest):
    NAME = "replicas"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = {**GIT_ENV, "HOME": str(cls.cluster.folder.path)}

    def git(self, *argv, cwd):
        return lab.run(["git", *argv], cwd=cwd, env=self.env, timeout=300)

    def make(self, name):
        made = self.rest.post("/v1/instances", {"id": name})
        self.assertEqual(made.status, 201, made)

    def upload(self, name, files, until="SOURCE"):
        put = self.rest.put(f"/v1/instances/{name}/source?until={until}&wait=60s", images.tarball(files),
                            headers={"Content-Type": "application/gzip"})
        return self.cluster.ended(put)

    def assert_members(self, name, count, page):
        instance = self.cluster.instance(name)
        status = instance["status"]
        self.assertEqual(instance["spec"].get("replicas", 0), count)
        self.assertEqual([one["id"] for one in status["members"]], [f"{name}_{n}" for n in range(1, count + 1)])
        self.assertEqual({one["phase"] for one in status["members"]}, {"RUNNING"}, status)
        self.assertEqual([lab.fetch(one["url"]).decode() for one in status["endpoints"]], [page] * count)

    def test_of_a_push(self):
        self.make("pushed")
        work = pathlib.Path(self.cluster.folder.path / "work-pushed")
        images.write(work, site("by push", 2))
        self.git("init", "-q", "-b", "main", cwd=work)
        self.git("add", "-A", cwd=work)
        self.git("commit", "-q", "-m", "one", cwd=work)
        url = self.cluster.url.replace("http://", f"http://any:{self.rest.token}@")
        pushed = self.git("push", f"{url}/git/default/pushed.git", "main", cwd=work)
        self.assertIn("pushed_2", pushed.stderr)
        self.assert_members("pushed", 2, "by push")

    def test_of_a_git_url(self):
        with PlainGit(self.cluster.folder.path / "served", self.git, site("by URL", 2)) as url:
            self.make("fetched")
            done = self.cluster.order("fetched", "deploy", {"git_url": f"{url}/full.git"})
            self.assertEqual(done["state"], "DONE", done)
            self.assert_members("fetched", 2, "by URL")
            self.cluster.edmctl("deploy", "--id=told", f"{url}/full.git")
            self.assert_members("told", 2, "by URL")
            warned = self.cluster.edmctl("deploy", "--id=told-3", "--replicas=3", f"{url}/full.git")
        self.assert_members("told-3", 3, "by URL")
        self.assertIn("edm.yaml says replicas: 2, and told-3 has 3", warned.stderr + warned.stdout)

    def test_of_an_upload_that_is_deployed_later(self):
        self.make("later")
        self.assertEqual(self.upload("later", site("first", 3))["state"], "DONE")
        self.assertNotIn("replicas", {key for key, value in self.cluster.instance("later")["spec"].items() if value})
        self.assertEqual(self.upload("later", site("second", 2))["state"], "DONE")
        self.assertEqual(self.cluster.order("later", "deploy")["state"], "DONE")
        self.assert_members("later", 2, "second")

    def test_of_an_upload_that_is_deployed_at_once(self):
        self.make("at-once")
        self.assertEqual(self.upload("at-once", site("here", 2), "RUNNING").get("warnings", []), [])
        self.assert_members("at-once", 2, "here")
        more = self.upload("at-once", site("more", 3), "RUNNING")
        self.assertEqual(len(more["warnings"]), 1, more)
        self.assertIn("replicas: 3, and at-once has 2; edmctl scale at-once 3", more["warnings"][0])
        self.assert_members("at-once", 2, "more")

    def test_of_one_that_was_deployed_without(self):
        self.make("alone")
        self.assertEqual(self.upload("alone", site("one", 0), "RUNNING")["state"], "DONE")
        again = self.upload("alone", site("two", 2), "RUNNING")
        self.assertEqual(again["state"], "DONE")
        self.assertIn("replicas: 2, and alone has none", again["warnings"][0])
        self.assertEqual(self.cluster.page(self.cluster.instance("alone")), "two")


if __name__ == "__main__":
    unittest.main()
