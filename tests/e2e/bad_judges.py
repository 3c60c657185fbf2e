"""What is asserted of every bad input, whatever door it came through, and the good neighbour that must not notice."""
import contextlib
import http.client
import json
import secrets
import shutil
import socket
import threading
import unittest
import urllib.parse

import images
import lab
from cluster import Cluster
from grpc_door import GrpcDoor, failure_in

PREFIX = f"bad{secrets.token_hex(3)}-"  # of every instance made here: other runs may share the engine
GIT_ENV = {"PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
           "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org",
           "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}
LIMITS = ["--upload-entries-max", "2000", "--upload-unpacked-bytes-max", str(64 << 20), "--upload-bytes-max", str(16 << 20),
          "--push-bytes-max", str(16 << 20)]


def named(word):
    """An instance of this run."""
    return PREFIX + word


NEIGHBOUR = named("neighbour")


class Engine:
    """Reads the engine's API: a hundred listings cost less than a second."""

    def __init__(self, path="/var/run/docker.sock"):
        self.path = path

    def get(self, path):
        connection = http.client.HTTPConnection("localhost", timeout=30)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            return body if answer.status == 200 else None
        finally:
            connection.close()

    def labelled(self, path, key=None):
        filters = urllib.parse.quote(json.dumps({"label": ["dev.edm.instance"]}))
        found = self.get(f"{path}filters={filters}")
        return [each for each in (found[key] if key else found) or []
                if each["Labels"]["dev.edm.instance"].startswith(PREFIX)]

    def listing(self):
        """Everything of ours, with when each container was started."""
        containers = []
        for each in self.labelled("/containers/json?all=1&"):
            state = self.get(f"/containers/{each['Id']}/json")
            containers.append((each["Names"][0], each["Id"], state and (state["State"]["StartedAt"], state["RestartCount"])))
        pattern = urllib.parse.quote(json.dumps({"reference": [f"edm/{PREFIX}*/*"]}))
        return {"containers": sorted(containers),
                "networks": sorted(each["Id"] for each in self.labelled("/networks?")),
                "volumes": sorted(each["Name"] for each in self.labelled("/volumes?", "Volumes")),
                "images": sorted(tag for each in self.get(f"/images/json?filters={pattern}") for tag in each["RepoTags"])}


class Neighbour(threading.Thread):
    """Asks for the good instance's page all the time; what went wrong is kept."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.troubles, self.asked, self.ended = url, [], 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            self.asked += 1
            try:
                if lab.fetch(self.url, timeout=10) != b"hello":
                    self.troubles.append("another page")
            except OSError as problem:
                self.troubles.append(repr(problem))

    def stop(self):
        self.ended.set()
        self.join()


class BadInput(unittest.TestCase):
    """A cluster with a good instance, the four doors, and the judges."""

    @classmethod
    def open_cluster(cls):
        """The master and its worker; its resources are given back by class cleanups."""
        cls.cluster = Cluster("bad-input", more=LIMITS)
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        cls.cluster.add_worker("worker-1")

    @classmethod
    def setUpClass(cls):
        cls.made_base = images.ensure_base(["docker"])
        cls.addClassCleanup(cls.remove_base)
        cls.open_cluster()
        cls.rest = cls.cluster.rest
        cls.grpc = GrpcDoor(f"127.0.0.1:{cls.cluster.grpc}", cls.rest.token)
        cls.addClassCleanup(cls.grpc.close)
        cls.addClassCleanup(cls.delete_all)
        cls.engine = Engine()
        good = cls.cluster.deploy(NEIGHBOUR)
        assert good["state"] == "DONE", good
        cls.neighbour = Neighbour(good["endpoints"][0]["url"])
        cls.neighbour.start()
        cls.addClassCleanup(cls.neighbour.stop)
        cls.cases, cls.answers = 0, 0

    @classmethod
    def remove_base(cls):
        if cls.made_base:
            lab.run(["docker", "image", "rm", images.BASE])

    @classmethod
    def delete_all(cls):
        for instance in cls.rest.get("/v1/instances").json["instances"]:
            cls.cluster.delete(instance["id"])
        left = cls.engine.listing()
        assert not any(left.values()), f"left on the engine: {left}"

    @classmethod
    def tearDownClass(cls):
        print(f"{cls.cases} cases, {cls.answers} answers judged, the neighbour asked {cls.neighbour.asked} times")

    def setUp(self):
        self.before = self.listing()

    def tearDown(self):
        self.assertEqual(self.neighbour.troubles, [], "the good instance beside it")
        self.unchanged()

    def listing(self):
        found = self.engine.listing()
        instances = self.rest.get("/v1/instances?page_size=1000").json["instances"]
        found["instances"] = [(each["id"], each["revision"], each["status"].get("source")) for each in instances]
        found["tokens"] = sorted(each["id"] for each in self.rest.get("/v1/tokens").json["tokens"]
                                 if each["kind"] != "WORKER")  # used ones are swept away
        found["templates"] = self.rest.get("/v1/templates").json["templates"]
        found["workers"] = [each["id"] for each in self.rest.get("/v1/workers").json["workers"]]
        found["open"] = [each["id"] for state in ("PENDING", "RUNNING")
                         for each in self.rest.get(f"/v1/operations?state={state}").json["operations"]]
        top = self.cluster.folder.path
        found["staging"] = sorted(str(path) for path in self.cluster.data.glob("staging/*"))
        found["refs"] = sorted(self.refs(self.cluster.data / "git"))
        found["checkouts"] = sorted(str(path.relative_to(top)) for path in (top / "worker-1").glob("instances/*/*"))
        return found

    @staticmethod
    def refs(repos):
        """All branches and tags of all repos, as they lie there: asking git for each would take most of the time. A
        release that failed is one as well, and refs/edm holds its commit."""
        for repo in repos.glob("*/*.git"):
            for path in [repo / "packed-refs", *(repo / "refs").rglob("*")]:
                if path.is_file() and "refs/edm" not in str(path):
                    yield str(path.relative_to(repos)), path.read_text()

    def unchanged(self):
        """What is taken away in the background gets a moment."""
        def same():
            self.assertEqual(self.listing(), self.before)
            return True
        lab.eventually(same, 5, every=0.2, what="the same listing")

    @contextlib.contextmanager
    def counted(self, **what):
        """One bad input, after which something may have changed."""
        type(self).cases += 1
        with self.subTest(**what):
            yield

    @contextlib.contextmanager
    def case(self, **what):
        """One bad input: whatever doors it goes through, nothing has changed afterwards."""
        with self.counted(**what):
            yield
            try:
                self.unchanged()
            except AssertionError:
                self.before = self.listing()  # told once, not of each case that follows
                raise

    # The judges: one code for each bad input.

    def judge(self, failure, code, object_part):
        type(self).answers += 1
        self.assertEqual(failure.get("code"), code, failure)
        self.assertTrue(failure.get("object"), failure)
        self.assertTrue(failure.get("cause"), failure)
        self.assertTrue(failure.get("hint"), failure)
        self.assertIn(object_part, failure["object"], failure)
        return failure

    def judge_problem(self, answer, code, object_part="", status=None):
        self.assertEqual(answer.headers.get("Content-Type"), "application/problem+json", answer)
        self.assertEqual(answer.status, answer.json["status"], answer)
        self.assertEqual(answer.status // 100, 4 if status is None else status // 100, answer)
        if status is not None:
            self.assertEqual(answer.status, status, answer)
        self.assertLess(len(answer.body), 20_000)
        return self.judge(answer.json, code, object_part)

    def judge_grpc(self, answer, code, object_part=""):
        given, problem = answer
        self.assertEqual(given, code, problem)
        failure = failure_in(problem)
        self.assertEqual(failure.get("code"), code, problem)
        return self.judge(failure, code, object_part)

    def judge_operation(self, operation, code, object_part="", state="FAILED"):
        self.assertEqual(operation["state"], state, operation)
        return self.judge(operation["failure"], code, object_part)

    def judge_edmctl(self, done, exit_code, part=""):
        type(self).answers += 1
        told = done.stdout + done.stderr
        self.assertEqual(done.returncode, exit_code, told)
        self.assertIn("error:", done.stderr, told)
        self.assertIn("  next ", done.stderr, told)
        self.assertIn(part, done.stderr, told)

    def judge_push(self, done, part=""):
        """By a hook's verdict, by git itself, or by the HTTP door: each way git shows the words."""
        type(self).answers += 1
        self.assertNotEqual(done.returncode, 0, done.stderr)
        self.assertIn("error:", done.stderr)
        self.assertIn("next", done.stderr)
        self.assertIn(part, done.stderr.replace("\nremote: ", ""))

    # The doors that are more than one call.

    def git(self, *argv, cwd, check=True, stdin=None):
        env = {**GIT_ENV, "HOME": str(self.cluster.folder.path)}
        return lab.run(["git", *argv], cwd=cwd, env=env, check=check, timeout=180, stdin=stdin)

    def git_url(self, name, token=None, owner="default"):
        return self.cluster.url.replace("http://", f"http://any:{token or self.rest.token}@") + f"/git/{owner}/{name}.git"

    @contextlib.contextmanager
    def repo(self, files):
        """A repo of its own with one commit of `files`."""
        folder = self.cluster.folder.path / "pushed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        images.write(folder, files)
        self.git("init", "-q", "-b", "main", cwd=folder)
        self.git("add", "-A", "-f", cwd=folder)
        self.git("commit", "-q", "--allow-empty", "-m", "bad", cwd=folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def push(self, name, files, branch="main"):
        """Pushes `files` to the deploy branch from a repo of its own."""
        with self.repo(files) as folder:
            return self.git("push", self.git_url(name), f"+HEAD:{branch}", cwd=folder, check=False)

    def folder_of(self, files):
        folder = self.cluster.folder.path / "typed"
        shutil.rmtree(folder, ignore_errors=True)
        return images.write(folder, files)

    def deploy_over_grpc(self, name, files, **more):
        code, operation = self.grpc.upload(images.tarball(files), id=name, until="RUNNING", **more)
        self.assertEqual(code, "OK", operation)
        code, ended = self.grpc.call("WaitOperation", "WaitOperationRequest", {"id": operation["id"], "timeout": "120s"})
        self.assertEqual(code, "OK", ended)
        return ended
