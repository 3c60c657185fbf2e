"""A stock git client against the embedded git server."""
import pathlib
import unittest

import images
import lab
from one_worker import OneWorkerTest

GIT_ENV = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
           "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org",
           "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}


class GitPushTest(OneWorkerTest):
    NAME = "push"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = {**GIT_ENV, "HOME": str(cls.cluster.folder.path)}

    def git(self, *argv, cwd, check=True):
        return lab.run(["git", *argv], cwd=cwd, env=self.env, check=check, timeout=180)

    def repo(self, name, files):
        made = self.cluster.rest.post("/v1/instances", {"id": name, "owner": "Team"})
        self.assertIn(made.status, (200, 201), made)
        folder = pathlib.Path(self.cluster.folder.path / f"work-{name}")
        folder.mkdir()
        images.write(folder, files)
        self.git("init", "-q", "-b", "main", cwd=folder)
        self.commit(folder)
        url = self.cluster.url.replace("http://", f"http://any:{self.cluster.rest.token}@")
        self.git("remote", "add", "edm", f"{url}/git/Team/{name}.git", cwd=folder)
        return folder

    def commit(self, folder):
        self.git("add", "-A", cwd=folder)
        self.git("commit", "-q", "-m", "change", cwd=folder)

    def test_a_push_deploys_and_shows_steps_and_url(self):
        folder = self.repo("pushed", images.site("by push"))
        pushed = self.git("push", "edm", "main", cwd=folder)
        self.assertIn("remote:", pushed.stderr)
        self.assertIn("build", pushed.stderr)
        url = self.cluster.instance("pushed")["status"]["endpoints"][0]["url"]
        self.assertIn(url, pushed.stderr)
        self.assertEqual(lab.fetch(url).decode(), "by push")

    def test_a_failing_build_rejects_the_push_and_the_branch_has_not_moved(self):
        folder = self.repo("rejected", images.site("one"))
        self.git("push", "edm", "main", cwd=folder)
        before = self.git("ls-remote", "edm", "refs/heads/main", cwd=folder).stdout
        images.write(folder, {"Dockerfile": images.DOCKERFILE + 'RUN ["/bin/busybox", "false"]\n'})
        self.commit(folder)
        for _ in range(2):
            pushed = self.git("push", "edm", "main", cwd=folder, check=False)
            self.assertNotEqual(pushed.returncode, 0)
            self.assertIn("rejected", pushed.stderr)
            self.assertEqual(self.git("ls-remote", "edm", "refs/heads/main", cwd=folder).stdout, before)
        self.assertEqual(self.cluster.page(self.cluster.instance("rejected")), "one")

    def test_another_branch_is_only_stored(self):
        folder = self.repo("stored", images.site("one"))
        pushed = self.git("push", "edm", "main:feature/login", cwd=folder)
        self.assertIn("stored", pushed.stderr)
        self.assertEqual(self.cluster.instance("stored")["status"]["phase"], "PENDING")
        clone = self.cluster.folder.path / "clone"
        url = self.git("remote", "get-url", "edm", cwd=folder).stdout.strip()
        self.git("clone", "-q", "--depth", "1", "-b", "feature/login", url, str(clone), cwd=folder)
        self.assertTrue((clone / "compose.yaml").exists())

    def test_a_wrong_token_is_refused(self):
        folder = self.repo("guarded", images.site("one"))
        bad = self.cluster.url.replace("http://", "http://any:edm_wrong@")
        pushed = self.git("push", f"{bad}/git/Team/guarded.git", "main", cwd=folder, check=False)
        self.assertNotEqual(pushed.returncode, 0)


if __name__ == "__main__":
    unittest.main()
