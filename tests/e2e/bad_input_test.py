"""Bad input through every door that can take it: a clear error, nothing changed, nobody disturbed."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import bad_sources
import images
import lab
from cluster import Cluster, docker_listing
from grpc_door import GrpcDoor

HTTP_OF = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "ABORTED": 409,
           "ALREADY_EXISTS": 409, "FAILED_PRECONDITION": 400, "RESOURCE_EXHAUSTED": 429}
EXIT_OF = {"INVALID_ARGUMENT": 2, "NOT_FOUND": 3, "UNAUTHENTICATED": 4, "PERMISSION_DENIED": 4}

BAD_NAMES = ["../x", "a/b", "-h", "--help", "a;id", "$(id)", "`id`", "a|b", "a&b", "A", "a b", "a\nb", "a\0b", "а", "a" * 64,
             "a" * 4096, ".git", "x.git", "ａ", "a%2fb", "a\u202eb", "_a", ""]
BAD_URLS = ["ext::sh -c id", "file:///etc", "/etc/passwd", "-oProxyCommand=x", "ssh://-oProxyCommand=x/y", "--upload-pack=x",
            "http://user:secretword@127.0.0.1/x.git", "git://127.0.0.1/x", "https://", "http://127.0.0.1:1/\nx"]
BAD_REFS = ["-h", "--upload-pack=x", "a..b", "a b", "refs/heads/../x", "x" * 5000, "a~1", "a^{commit}", "@{1}"]


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made_base = images.ensure_base(["docker"])
        cls.cluster = Cluster("bad-input")
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        cls.cluster.add_worker("worker-1")
        cls.rest = cls.cluster.rest
        cls.grpc = GrpcDoor(f"127.0.0.1:{cls.cluster.grpc}", cls.rest.token)
        cls.good = cls.cluster.deploy("neighbour")
        cls.url = cls.good["endpoints"][0]["url"]
        cls.cases = 0

    @classmethod
    def tearDownClass(cls):
        cls.grpc.close()
        for instance in cls.rest.get("/v1/instances").json["instances"]:
            cls.cluster.delete(instance["id"])
        if cls.made_base:
            lab.run(["docker", "image", "rm", images.BASE])
        print(f"{cls.cases} cases")

    def setUp(self):
        self.before = self.listing()

    def tearDown(self):
        self.assertEqual(lab.fetch(self.url), b"hello", "the good instance beside it")
        self.assertEqual(self.listing(), self.before)

    def listing(self):
        engine = docker_listing()
        ids = [instance["id"] for instance in self.rest.get("/v1/instances?page_size=1000").json["instances"]]
        staging = [str(path) for path in self.cluster.data.rglob("staging/*")]
        repos = sorted(str(path) for path in (self.cluster.data / "git").glob("*/*.git"))
        return engine, ids, staging, repos

    def judge_problem(self, answer, codes, object_part="", hint=True):
        type(self).cases += 1
        self.assertEqual(answer.headers.get("Content-Type"), "application/problem+json", answer)
        problem = answer.json
        self.assertIn(problem["code"], codes, problem)
        self.assertEqual(answer.status, problem["status"])
        self.assertTrue(problem["object"], problem)
        self.assertTrue(problem["cause"], problem)
        if hint:
            self.assertTrue(problem["hint"], problem)
        self.assertIn(object_part, problem["object"], problem)
        self.assertLess(len(answer.body), 20_000)
        return problem

    def judge_failure(self, operation, codes, object_part):
        type(self).cases += 1
        self.assertEqual(operation["state"], "FAILED", operation)
        failure = operation["failure"]
        self.assertIn(failure["code"], codes, failure)
        self.assertTrue(failure["cause"] and failure["hint"], failure)
        self.assertIn(object_part, failure["object"], failure)

    def judge_grpc(self, code, detail, codes):
        type(self).cases += 1
        self.assertIn(code, codes, detail)

    def judge_edmctl(self, done, exits):
        type(self).cases += 1
        self.assertIn(done.returncode, exits, done.stdout + done.stderr)
        self.assertIn("error:", done.stderr)

    def test_names(self):
        for name in BAD_NAMES:
            with self.subTest(name=name[:40]):
                if name:
                    self.judge_problem(self.rest.post("/v1/instances", {"id": name}), ("INVALID_ARGUMENT",))
                    self.judge_grpc(*self.grpc.call("CreateInstance", "CreateInstanceRequest", {"id": name}), ("INVALID_ARGUMENT",))
                self.judge_problem(self.rest.post("/v1/instances", {"id": "ok", "owner": "bad/" + name}), ("INVALID_ARGUMENT",))
                if name and "\0" not in name and not name.startswith("-"):
                    self.judge_edmctl(self.cluster.edmctl("show", name, check=False), (2, 3))

    def test_unknown_names_are_not_found_by_every_door(self):
        for verb in ("start", "stop", "restart", "build", "refresh", "deploy", "rollback"):
            self.judge_problem(self.rest.post(f"/v1/instances/neighbor/{verb}"), ("NOT_FOUND",), "neighbor")
        self.judge_problem(self.rest.delete("/v1/instances/neighbor"), ("NOT_FOUND",))
        self.judge_problem(self.rest.get("/v1/operations/op-none"), ("NOT_FOUND",))
        self.judge_problem(self.rest.get("/v1/workers/none"), ("NOT_FOUND",))
        self.judge_problem(self.rest.get("/v1/instances/neighbor/logs"), ("NOT_FOUND",))
        self.judge_problem(self.rest.get("/v1/nowhere"), ("NOT_FOUND",))
        for verb in ("start", "stop", "show", "logs", "url", "releases", "why"):
            done = self.cluster.edmctl(verb, "neighbor", check=False)
            self.judge_edmctl(done, (3,))
            self.assertIn("neighbour", done.stderr, "did you mean")

    def test_archives(self):
        for name, (archive, codes, part) in bad_sources.ARCHIVES.items():
            with self.subTest(archive=name):
                data = archive() if callable(archive) else archive
                answer = self.rest.put("/v1/instances/from-archive/source?create=true&until=RUNNING", data, timeout=120)
                self.judge_problem(answer, codes, part)
                self.judge_grpc(*self.grpc.upload(data, id="from-archive", create=True), codes)

    def test_compose_files(self):
        self.rest.post("/v1/instances", {"id": "judged"})
        self.addCleanup(self.cluster.delete, "judged")
        self.before = None
        for name, (files, codes, part) in bad_sources.COMPOSE_FILES.items():
            with self.subTest(compose=name):
                engine = docker_listing()
                self.judge_failure(self.cluster.deploy("judged", files), codes, part)
                self.assertEqual(docker_listing(), engine)
                folder = self.cluster.folder.path / "judged"
                images.write(folder, files)
                done = self.cluster.edmctl("validate", str(folder), check=False)
                shutil.rmtree(folder)
                self.judge_edmctl(done, (1, 2))
        self.cluster.delete("judged")
        self.before = self.listing()

    def test_workloads(self):
        for name, (files, part) in bad_sources.WORKLOADS.items():
            with self.subTest(workload=name):
                operation = self.cluster.deploy("breaks", files)
                self.judge_failure(operation, bad_sources.REFUSED + ("ABORTED", "DEADLINE_EXCEEDED", "NOT_FOUND", "UNKNOWN"), part)
                self.cluster.delete("breaks")

    def test_git_urls_and_refs(self):
        self.rest.post("/v1/instances", {"id": "imports"})
        for url in BAD_URLS:
            with self.subTest(url=url):
                answer = self.rest.post("/v1/instances/imports/source", {"git_url": url, "ref": "main"})
                self.judge_problem(answer, ("INVALID_ARGUMENT",))
                self.judge_grpc(*self.grpc.call("SetSource", "SetSourceRequest", {"id": "imports", "git_url": url}), ("INVALID_ARGUMENT",))
                self.assertNotIn(b"secretword", answer.body)
        for ref in BAD_REFS:
            with self.subTest(ref=ref[:40]):
                self.judge_problem(self.rest.post("/v1/instances/imports/deploy", {"git_url": "http://127.0.0.1:1/x.git", "ref": ref}),
                                   ("INVALID_ARGUMENT",))
        logs = self.cluster.master.log.read_text()
        self.assertNotIn("secretword", logs)
        self.cluster.delete("imports")

    def test_tokens(self):
        for token in ("", "wrong", "edm_0000_1111", "edm_" + "a" * 5000):
            with self.subTest(token=token[:20]):
                answer = self.rest.get("/v1/instances", token=token)
                self.assertEqual(answer.status, 401)
                self.judge_problem(answer, ("UNAUTHENTICATED",))
        made = self.rest.post("/v1/tokens", {"name": "short", "lifetime": "1s"}).json
        self.assertEqual(self.rest.get("/v1/instances", token=made["secret"]).status, 200)
        lab.eventually(lambda: self.rest.get("/v1/instances", token=made["secret"]).status == 401, 5)
        other = self.rest.post("/v1/tokens", {"name": "revoked"}).json
        self.rest.delete(f"/v1/tokens/{other['token']['id']}")
        self.assertEqual(self.rest.get("/v1/instances", token=other["secret"]).status, 401)
        anonymous = GrpcDoor(f"127.0.0.1:{self.cluster.grpc}", "")
        self.judge_grpc(*anonymous.call("ListInstances", "ListInstancesRequest", {}), ("UNAUTHENTICATED",))
        anonymous.close()

    def test_requests(self):
        post = lambda body: self.rest.call("POST", "/v1/instances", body=body, headers={"Content-Type": "application/json"})
        for body in (b"{", b"[]", b"7", b'{"id": 7}', b'{"idd": "x"}', b'{"id": "x", "id": "y"}x', b"\xff", b'{"spec": []}',
                     b'{"annotations": {"a": 1}}'):
            with self.subTest(body=body):
                self.judge_problem(post(body), ("INVALID_ARGUMENT",))
        self.judge_problem(post(b'{"description": "' + b"a" * (2 << 20) + b'"}'), ("RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"))
        self.assertEqual(self.rest.call("POST", "/v1/version", body=b"{}").status, 405)
        self.judge_problem(self.rest.get("/v1/instances?page_size=-1"), ("INVALID_ARGUMENT",))
        self.judge_problem(self.rest.get("/v1/instances?page_token=forged"), ("INVALID_ARGUMENT",))
        self.judge_problem(self.rest.get("/v1/instances?nonsense=1"), ("INVALID_ARGUMENT",))
        stale = self.rest.call("PATCH", "/v1/instances/neighbour", body=b'{"description": "x"}', headers={"If-Match": '"0"'})
        self.judge_problem(stale, ("ABORTED", "FAILED_PRECONDITION", "INVALID_ARGUMENT"))


if __name__ == "__main__":
    unittest.main()
