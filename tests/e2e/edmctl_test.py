"""edmctl as a person types it."""
import json
import os
import pathlib
import secrets
import signal
import subprocess
import time
import unittest

import images
import lab
from one_worker import OneWorkerTest

SLOW = images.DOCKERFILE.replace("EXPOSE", 'RUN ["/bin/busybox", "sleep", "4"]\nEXPOSE')


class EdmctlTest(OneWorkerTest):
    NAME = "edmctl"

    def folder(self, name, files=None):
        return images.write(pathlib.Path(self.cluster.folder.path) / "src" / name, files or images.site(name))

    def ctl(self, *argv, **more):
        return self.cluster.edmctl(*argv, **more)

    def test_deploy_takes_its_id_from_the_folder_and_ends_with_the_url(self):
        done = self.ctl("deploy", cwd=self.folder("shop"))
        self.assertEqual(done.returncode, 0)
        for step in ("source", "place", "policy", "build", "start"):
            self.assertIn(step, done.stdout)
        url = self.ctl("url", "shop").stdout.strip()
        self.assertIn(url, done.stdout)
        self.assertEqual(lab.fetch(url).decode(), "shop")
        self.assertIn("shop", self.ctl("ls").stdout)
        # Its health comes and goes with the engine's own checks.
        lab.eventually(lambda: json.loads(self.ctl("show", "shop", "--json").stdout) == self.cluster.instance("shop"),
                       what="the same JSON from both")
        self.assertEqual(self.ctl("exec", "shop/web", "--", "/bin/busybox", "sh", "-c", "exit 42", check=False).returncode, 42)
        self.assertEqual(self.ctl("exec", "shop", "--", "/bin/busybox", "echo", "hi").stdout.strip(), "hi")

    def test_a_second_folder_of_that_name_is_refused_with_both_ways_out(self):
        self.ctl("deploy", cwd=self.folder("twin"))
        other = self.ctl("deploy", cwd=self.folder("elsewhere/twin", images.site("other")), check=False)
        self.assertEqual(other.returncode, 8, other.stderr)
        self.assertIn("--id", other.stderr)
        self.assertEqual(self.cluster.page(self.cluster.instance("twin")), "twin")

    def test_a_failed_deploy_says_what_was_seen_and_what_to_do(self):
        folder = self.folder("fails", images.site(dockerfile=images.DOCKERFILE + 'RUN ["/bin/busybox", "false"]\n'))
        done = self.ctl("deploy", str(folder), check=False)
        self.assertEqual(done.returncode, 1)
        text = done.stdout + done.stderr
        self.assertIn("error:", text)
        self.assertIn("next", text)

    def test_exit_codes(self):
        self.assertEqual(self.ctl("show", "nobody", check=False).returncode, 3)
        self.assertEqual(self.ctl("shwo", check=False).returncode, 2)
        self.assertIn("show", self.ctl("shwo", check=False).stderr)
        for verb, meant in {"rm": "delete", "ps": "ls", "destroy": "delete"}.items():
            done = self.ctl(verb, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(meant, done.stderr)
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "EDM_MASTER": "127.0.0.1:1", "EDM_TOKEN": "x"}
        self.assertEqual(lab.run([lab.BIN / "edmctl", "ls"], env=env, check=False).returncode, 5)
        env.update(EDM_MASTER=f"127.0.0.1:{self.cluster.grpc}")
        self.assertEqual(lab.run([lab.BIN / "edmctl", "ls"], env=env, check=False).returncode, 4)
        self.assertEqual(self.ctl("delete", "nobody", check=False, stdin="").returncode in (2, 3), True)

    def test_detach_wait_and_cancel(self):
        folder = self.folder("slow", images.site(dockerfile=SLOW))
        done = self.ctl("deploy", str(folder), "--detach")
        operation = self.cluster.rest.get("/v1/operations?instance=slow").json["operations"][0]
        self.assertIn(operation["id"], done.stdout + done.stderr)
        self.assertIn(operation["state"], ("PENDING", "RUNNING"))
        began = time.monotonic()
        self.ctl("op", "cancel", operation["id"])
        ended = lab.eventually(lambda: self.cluster.rest.get(f"/v1/operations/{operation['id']}").json["state"] == "CANCELLED", 5)
        self.assertTrue(ended)
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(self.ctl("op", "watch", operation["id"], check=False).returncode, 7)

    def test_interrupt_leaves_the_operation_running(self):
        folder = self.folder("interrupted", images.site(dockerfile=SLOW.replace("RUN", "ENV RUN=" + secrets.token_hex(4) + "\nRUN")))
        home = self.cluster.folder.path / "home"
        home.mkdir(exist_ok=True)
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "EDM_MASTER": f"127.0.0.1:{self.cluster.grpc}",
               "EDM_TOKEN": self.cluster.rest.token}
        process = subprocess.Popen([str(lab.BIN / "edmctl"), "deploy", str(folder)], env=env, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        lab.eventually(lambda: self.cluster.rest.get("/v1/operations?instance=interrupted").json.get("operations"), 10)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
        self.assertIn("edmctl op watch", output)
        lab.eventually(lambda: self.cluster.instance("interrupted")["status"]["phase"] == "RUNNING", 60)

    def test_plain_output_has_no_escapes_and_json_lines_parse(self):
        folder = self.folder("plain")
        done = self.ctl("deploy", str(folder), "--json")
        for line in done.stdout.splitlines():
            json.loads(line)
        again = self.ctl("deploy", str(folder))
        self.assertNotIn("\x1b", again.stdout + again.stderr)

    def test_help_and_completion(self):
        for argv in (["--help"], ["deploy", "--help"], ["completion", "bash"], ["completion", "zsh"], ["version"]):
            self.assertTrue(self.ctl(*argv).stdout.strip(), argv)

    def test_init_and_validate(self):
        empty = pathlib.Path(self.cluster.folder.path) / "fresh"
        empty.mkdir()
        self.assertNotEqual(self.ctl("validate", str(empty), check=False).returncode, 0)
        images.write(empty, images.site())
        self.ctl("init", cwd=empty)
        self.assertTrue((empty / "edm.yaml").exists())
        self.assertEqual(self.ctl("validate", str(empty)).returncode, 0)

    def git_env(self, **more):
        return {"PATH": f"{lab.BIN}:{os.environ['PATH']}", "HOME": str(self.cluster.folder.path / "home"),
                "EDM_MASTER": f"127.0.0.1:{self.cluster.grpc}", "EDM_TOKEN": self.cluster.rest.token,
                "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t",
                "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t", **more}

    def test_operands_behind_the_id(self):
        folder = self.folder("operands", images.site("one"))
        self.ctl("deploy", cwd=folder)
        images.write(folder, {"www/index.html": "two"})
        self.ctl("deploy", cwd=folder)
        self.assertEqual(self.cluster.page(self.cluster.instance("operands")), "two")
        self.ctl("rollback", "operands", "1")
        self.assertEqual(self.cluster.page(self.cluster.instance("operands")), "one")
        self.assertEqual(self.ctl("url", "operands", "web").stdout, self.ctl("url", "operands").stdout)
        self.ctl("logs", "operands", "web", "--tail", "1")
        whole = self.ctl("logs", "operands", "--build").stdout.splitlines()
        self.assertTrue(whole and all(line.startswith("web | ") for line in whole), whole)
        self.assertEqual(self.ctl("logs", "operands", "--build", "--tail", "1").stdout.splitlines(), whole[-1:])

    def test_completion_knows_ids_and_values(self):
        self.ctl("deploy", cwd=self.folder("completed"))
        script = """source <(edmctl completion bash)
            complete_it() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _edmctl; echo "${COMPREPLY[*]}"; }
            complete_it edmctl delo; complete_it edmctl depl; complete_it edmctl show compl
            complete_it edmctl deploy --until b; complete_it edmctl op wa; complete_it edmctl --json worker show w"""
        done = lab.run(["bash", "-uc", script], env=self.git_env())
        self.assertEqual(done.stdout.splitlines(), ["", "deploy", "completed", "built", "watch", "worker-1"])

    def test_a_remote_makes_nothing_outside_a_repository(self):
        done = lab.run([lab.BIN / "edmctl", "remote", "add", "nowhere"], cwd=self.cluster.folder.path,
                       env=self.git_env(GIT_CEILING_DIRECTORIES=str(self.cluster.folder.path.parent)), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("git init", done.stderr)
        self.assertEqual(self.cluster.rest.get("/v1/instances/nowhere").status, 404)

    def test_a_remote_of_what_was_uploaded_says_that_a_push_must_be_forced(self):
        folder = self.folder("uploaded")
        self.ctl("deploy", cwd=folder)
        env = self.git_env()
        for argv in (["git", "init", "-q", "-b", "main"], ["git", "add", "-A"], ["git", "commit", "-qm", "x"]):
            lab.run(argv, cwd=folder, env=env)
        added = lab.run([lab.BIN / "edmctl", "remote", "add", "uploaded"], cwd=folder, env=env)
        self.assertIn("git push --force edm HEAD:main", added.stderr)
        self.assertNotEqual(lab.run(["git", "push", "edm", "HEAD:main"], cwd=folder, env=env, check=False).returncode, 0)
        lab.run(["git", "push", "--force", "edm", "HEAD:main"], cwd=folder, env=env)
        again = lab.run([lab.BIN / "edmctl", "remote", "add", "uploaded"], cwd=folder, env=env)
        self.assertNotIn("--force", again.stderr)

    def test_git_remote_with_edmctl_as_credential_helper(self):
        folder = self.folder("bygit")
        env = self.git_env(http_proxy="http://127.0.0.1:1", https_proxy="http://127.0.0.1:1")  # none leads here
        for argv in (["git", "init", "-q", "-b", "main"], ["git", "add", "-A"], ["git", "commit", "-qm", "x"]):
            lab.run(argv, cwd=folder, env=env)
        lab.run([lab.BIN / "edmctl", "remote", "add", "bygit"], cwd=folder, env=env)
        pushed = lab.run(["git", "push", "edm", "main"], cwd=folder, env=env)
        self.assertIn("http://", pushed.stderr)
        self.assertEqual(self.cluster.page(self.cluster.instance("bygit")), "bygit")


if __name__ == "__main__":
    unittest.main()
