"""Bad input through every door that can take it: a clear error, nothing changed, nobody disturbed."""
import json
import threading
import unittest

import bad_sources
import images
import lab
from bad_clients import BadClients
from bad_judges import BadInput
from bad_sources import INVALID, LIMIT, REFUSED
from grpc_door import GrpcDoor

BAD_NAMES = ["../x", "..", "a/b", "-h", "--help", "a;id", "$(id)", "`id`", "a|b", "a&b", "A", "NEIGHBOUR", "a b", "a\nb", "a\0b", "а",
             "a" * 64, "a" * 4096, ".git", "x.git", "ａ", "a%2fb", "a\u202eb", "_a", "~", "*", "bad-neighbour\u200b", "ﬁle"]
BAD_OWNERS = ["../x", "a/b", "-h", "x.git", "a..b", "a.", "$(id)", "a b", "а", "a\0b", "a" * 64, "a" * 4096]
BAD_VARIABLES = ["", "1A", "A B", "A=B", "$A", "A\0", "É", "A" * 300, "-A"]
BAD_URLS = ["ext::sh -c id", "file:///etc", "/etc/passwd", "-oProxyCommand=x", "ssh://-oProxyCommand=x/y", "--upload-pack=x",
            "http://user:secretword@127.0.0.1/x.git", "https://secretword@127.0.0.1/x.git", "git://127.0.0.1/x", "https://",
            "http://127.0.0.1:1/\nx", "fd::17", "user@host:path", "http://[::1", "https://" + "a" * 4096]
BAD_REFS = ["-h", "--upload-pack=x", "a..b", "a b", "refs/heads/../x", "x" * 5000, "a~1", "a^{commit}", "@{1}", "a\0b", "x.lock",
            "/a", "a/", "a:b", "a*"]
BAD_BODIES = {"cut": b"{", "list": b"[]", "number": b"7", "wrong type": b'{"id": 7}', "unknown field": b'{"idd": "x"}',
              "two values": b'{"id": "x"}{}', "not UTF-8": b'{"id": "\xff"}', "list for message": b'{"spec": []}',
              "number for text": b'{"annotations": {"a": 1}}', "deep": b'{"spec":' * 5000 + b"1" + b"}" * 5000,
              "half a surrogate": b'{"description": "\\ud800"}', "lone bytes": b"\xff\xfe\x00"}
WORKLOAD = REFUSED + ("ABORTED", "DEADLINE_EXCEEDED", "NOT_FOUND", "UNKNOWN", "UNAVAILABLE")


class BadInputTest(BadClients, BadInput):
    def test_names(self):
        for name in BAD_NAMES:
            with self.case(name=ascii(name[:40])):
                self.judge_problem(self.rest.post("/v1/instances", {"id": name}), INVALID, "instance id")
                self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", {"id": name}), INVALID, "instance id")
                self.judge_grpc(self.grpc.upload(bad_sources.GOOD, id=name, create=True), INVALID, "instance id")
                if "\0" not in name:
                    self.judge_edmctl(self.cluster.edmctl("show", "--", name, check=False), (2, 3))
                    folder = self.folder_of(images.site())
                    self.judge_edmctl(self.cluster.edmctl("deploy", str(folder), f"--id={name}", check=False), (2,))

    def test_owners(self):
        for owner in BAD_OWNERS:
            with self.case(owner=ascii(owner[:40])):
                self.judge_problem(self.rest.post("/v1/instances", {"id": "bad-owned", "owner": owner}), INVALID, "owner")
                self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", {"id": "bad-owned", "owner": owner}),
                                INVALID, "owner")

    def test_variables(self):
        for name in BAD_VARIABLES:
            body = {"id": "bad-varied", "spec": {"environment": {name: "x"}}}
            with self.case(variable=ascii(name[:40])):
                self.judge_problem(self.rest.post("/v1/instances", body), INVALID, "variable")
                self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), INVALID, "variable")
                if name and "\0" not in name and "=" not in name:
                    done = self.cluster.edmctl("deploy", str(self.folder_of(images.site())), "--id=bad-varied", f"--env={name}=x",
                                               check=False)
                    self.judge_edmctl(done, (2,))

    def test_unknown_names_are_not_found_by_every_door(self):
        for verb in ("start", "stop", "restart", "build", "refresh", "deploy", "rollback"):
            with self.case(verb=verb):
                self.judge_problem(self.rest.post(f"/v1/instances/bad-neighbor/{verb}"), ("NOT_FOUND",), "bad-neighbor")
                method = f"{verb.capitalize()}Instance"
                self.judge_grpc(self.grpc.call(method, f"{method}Request", {"id": "bad-neighbor"}), ("NOT_FOUND",), "bad-neighbor")
                if verb != "deploy":
                    done = self.cluster.edmctl(verb, "bad-neighbor", check=False)
                    self.judge_edmctl(done, (3,), "bad-neighbour")
        for path in ("instances/bad-neighbor", "operations/op-none", "workers/none", "instances/bad-neighbor/logs", "nowhere",
                     "instances/bad-neighbor/releases", "instances/bad-neighbor/footprint", "operations/op-none/events"):
            with self.case(path=path):
                self.judge_problem(self.rest.get(f"/v1/{path}"), ("NOT_FOUND",))
        with self.case(path="delete"):
            self.judge_problem(self.rest.delete("/v1/instances/bad-neighbor"), ("NOT_FOUND",))
        for verb in ("show", "logs", "url", "releases", "why"):
            with self.case(edmctl=verb):
                self.judge_edmctl(self.cluster.edmctl(verb, "bad-neighbor", check=False), (3,), "bad-neighbour")
        with self.case(push="no such repo"):
            done = self.push("bad-neighbor", images.site())
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("not found", done.stderr)

    def test_archives(self):
        for name, (archive, codes, part) in bad_sources.ARCHIVES.items():
            with self.case(archive=name):
                data = archive() if callable(archive) else archive
                answer = self.rest.put("/v1/instances/bad-archive/source?create=true&until=RUNNING", data, timeout=120)
                self.judge_problem(answer, codes, part)
                self.judge_grpc(self.grpc.upload(data, id="bad-archive", create=True), codes, part)

    def test_compose_files(self):
        self.rest.post("/v1/instances", {"id": "bad-judged"})
        for name, (files, codes, part) in bad_sources.COMPOSE_FILES.items():
            type(self).cases += 1
            with self.subTest(compose=name):
                engine = self.engine.listing()
                self.judge_operation(self.cluster.deploy("bad-judged", files), codes, part)
                operation = self.deploy_over_grpc("bad-judged", files)
                self.judge_operation(operation, codes, part)
                folder = str(self.folder_of(files))
                self.judge_edmctl(self.cluster.edmctl("validate", folder, check=False), (1, 2, 4), part)
                self.judge_edmctl(self.cluster.edmctl("deploy", folder, "--id=bad-judged", check=False), (1, 2, 4), part)
                self.judge_push(self.push("bad-judged", files), part)
                self.assertEqual(self.engine.listing(), engine)
        self.cluster.delete("bad-judged")

    def deploy_over_grpc(self, name, files):
        code, operation = self.grpc.upload(images.tarball(files), id=name, until="RUNNING")
        self.assertEqual(code, "OK", operation)
        code, ended = self.grpc.call("WaitOperation", "WaitOperationRequest", {"id": operation["id"], "timeout": "60s"})
        self.assertEqual(code, "OK", ended)
        return ended

    def test_workloads(self):
        """The bad ones fail one after the other while good ones are deployed beside them."""
        stop, ended = threading.Event(), []

        def beside():
            number = 0
            while not stop.is_set():
                number += 1
                ended.append(self.cluster.deploy("bad-beside", images.site(f"version {number}"))["state"])

        good = threading.Thread(target=beside)
        good.start()
        try:
            for name, (files, part) in bad_sources.WORKLOADS.items():
                with self.subTest(workload=name):
                    type(self).cases += 1
                    self.judge_operation(self.cluster.deploy("bad-breaks", files), WORKLOAD, part)
                    self.assertEqual(self.cluster.delete("bad-breaks")["state"], "DONE")
        finally:
            stop.set()
            good.join()
        self.assertEqual(set(ended), {"DONE"}, ended)
        self.cluster.delete("bad-beside")

    def test_a_build_that_hangs_ends_at_its_timeout(self):
        hangs = images.site(dockerfile=images.DOCKERFILE + 'RUN ["/bin/busybox", "sleep", "3600"]\n')
        with self.subTest(workload="build hangs"):
            type(self).cases += 1
            self.judge_operation(self.cluster.deploy("bad-hangs", hangs, timeout="5s"), ("DEADLINE_EXCEEDED",), "bad-hangs",
                                 state="EXPIRED")
            self.assertEqual(self.cluster.delete("bad-hangs")["state"], "DONE")

    def test_a_service_that_fills_its_log_is_bounded(self):
        talks = images.site(dockerfile=images.DOCKERFILE.split("CMD")[0] +
                            'CMD ["/bin/busybox", "sh", "-c", "httpd -p 8000 -h /www; while :; do echo full; sleep 0.01; done"]\n')
        with self.subTest(workload="fills its log"):
            type(self).cases += 1
            self.assertEqual(self.cluster.deploy("bad-talks", talks)["state"], "DONE")
            talker = next(each for each in self.engine.labelled("/containers/json?")
                          if each["Labels"]["dev.edm.instance"] == "bad-talks")
            log = self.engine.get(f"/containers/{talker['Id']}/json")["HostConfig"]["LogConfig"]["Config"]
            self.assertTrue(log["max-size"] and int(log["max-file"]), log)
            self.cluster.delete("bad-talks")

    def test_git_urls_and_refs(self):
        self.rest.post("/v1/instances", {"id": "bad-imports"})
        everything, self.before = self.before, self.listing()
        for url in BAD_URLS:
            with self.case(url=ascii(url[:40])):
                answer = self.rest.post("/v1/instances/bad-imports/source", {"git_url": url, "ref": "main"})
                self.judge_problem(answer, INVALID, "git URL")
                self.assertNotIn(b"secretword", answer.body)
                self.judge_problem(self.rest.post("/v1/instances/bad-imports/deploy", {"git_url": url}), INVALID, "git URL")
                self.judge_grpc(self.grpc.call("SetSource", "SetSourceRequest", {"id": "bad-imports", "git_url": url}), INVALID, "git URL")
                if "://" in url:
                    done = self.cluster.edmctl("deploy", "--id=bad-imports", "--", url, check=False)
                    self.judge_edmctl(done, (2, 3))
                    self.assertNotIn("secretword", done.stdout + done.stderr)
        for ref in BAD_REFS:
            body = {"id": "bad-imports", "git_url": "http://127.0.0.1:1/x.git", "ref": ref}
            with self.case(ref=ascii(ref[:40])):
                self.judge_problem(self.rest.post("/v1/instances/bad-imports/deploy", body), INVALID, "ref")
                self.judge_problem(self.rest.post("/v1/instances/bad-imports/source", body), INVALID, "ref")
                self.judge_grpc(self.grpc.call("DeployInstance", "DeployInstanceRequest", body), INVALID, "ref")
                if "\0" not in ref:
                    done = self.cluster.edmctl("deploy", "--id=bad-imports", f"--ref={ref}", body["git_url"], check=False)
                    self.judge_edmctl(done, (2,), "ref")
        self.import_what_is_not_there()
        told = "".join(path.read_text(errors="replace") for path in self.cluster.folder.path.glob("*.log"))
        self.assertNotIn("secretword", told)
        self.cluster.delete("bad-imports")
        self.before = everything

    def import_what_is_not_there(self):
        """URLs that are fine, of what cannot be had: a closed port, no such repo, an empty repo, no such branch."""
        empty = self.rest.post("/v1/instances", {"id": "bad-empty"})
        self.assertIn(empty.status, (200, 201), empty)
        gone = ("UNAVAILABLE", "NOT_FOUND", "FAILED_PRECONDITION", "PERMISSION_DENIED", "UNAUTHENTICATED", "INVALID_ARGUMENT")
        for url, ref in (("http://127.0.0.1:1/x.git", "main"), (f"{self.cluster.url}/git/default/none.git", "main"),
                         (f"{self.cluster.url}/git/default/bad-empty.git", "main"), (f"{self.cluster.url}/nothing.git", "v9")):
            with self.subTest(url=url):
                type(self).cases += 1
                done = self.cluster.order("bad-imports", "deploy", {"git_url": url, "ref": ref})
                self.judge_operation(done, gone)
        self.cluster.delete("bad-empty")

    def test_tokens(self):
        for token in ("", "wrong", "edm_0000_1111", "edm_" + "a" * 5000, "a\tb", self.rest.token[:-1], self.rest.token + "x"):
            with self.case(token=ascii(token[:20])):
                self.judge_problem(self.rest.get("/v1/instances", token=token), ("UNAUTHENTICATED",))
                door = GrpcDoor(f"127.0.0.1:{self.cluster.grpc}", token)
                if "\t" not in token:
                    self.judge_grpc(door.call("ListInstances", "ListInstancesRequest", {}), ("UNAUTHENTICATED",))
                door.close()
                if "\t" not in token:
                    done = self.git("ls-remote", self.git_url("bad-neighbour", token or "-"), cwd="/", check=False)
                    self.assertIn("Authentication failed", done.stderr)
                if len(token) < 4096:
                    self.judge_edmctl(self.cluster.edmctl("ls", check=False, token=token or "none"), (4,))
        for name in ("../x", "A", "", "x" * 64):
            with self.case(name=name[:20]):
                self.judge_problem(self.rest.post("/v1/tokens", {"name": name}), INVALID, "token name")
                self.judge_grpc(self.grpc.call("CreateToken", "CreateTokenRequest", {"name": name}), INVALID, "token name")

    def test_expired_and_revoked_tokens(self):
        for name, lifetime in (("short", "1s"), ("revoked", None)):
            body = {"name": name} | ({"lifetime": lifetime} if lifetime else {})
            made = self.rest.post("/v1/tokens", body).json
            with self.subTest(token=name):
                type(self).cases += 1
                self.assertEqual(self.rest.get("/v1/version", token=made["secret"]).status, 200)
                if not lifetime:
                    self.rest.delete(f"/v1/tokens/{made['token']['id']}")
                lab.eventually(lambda: self.rest.get("/v1/version", token=made["secret"]).status == 401, 5)
                self.judge_problem(self.rest.get("/v1/instances", token=made["secret"]), ("UNAUTHENTICATED",))
                self.judge_edmctl(self.cluster.edmctl("ls", check=False, token=made["secret"]), (4,))
                if lifetime:
                    self.rest.delete(f"/v1/tokens/{made['token']['id']}")
        worker = self.rest.post("/v1/tokens", {"name": "joins", "kind": "WORKER"}).json
        with self.subTest(token="of a worker"):
            type(self).cases += 1
            self.judge_problem(self.rest.get("/v1/instances", token=worker["secret"]), ("UNAUTHENTICATED", "PERMISSION_DENIED"))
        self.rest.delete(f"/v1/tokens/{worker['token']['id']}")

    def post(self, body, **headers):
        return self.rest.call("POST", "/v1/instances", body=body, headers={"Content-Type": "application/json", **headers})

    def test_requests(self):
        for name, body in BAD_BODIES.items():
            with self.case(body=name):
                self.judge_problem(self.post(body), INVALID)
        with self.case(body="too long"):
            self.judge_problem(self.post(b'{"description": "' + b"a" * (2 << 20) + b'"}'), LIMIT)
        with self.case(verb="no such verb of a path"):
            refused = self.rest.call("POST", "/v1/version", body=b"{}")
            self.judge_problem(refused, ("UNIMPLEMENTED",))
            self.assertEqual((refused.status, refused.headers["Allow"]), (405, "GET, HEAD, OPTIONS"))
        for query in ("page_size=-1", "page_size=many", "page_token=forged", "nonsense=1", "page_size=99999999999", "owner=%ff"):
            with self.case(query=query):
                self.judge_problem(self.rest.get(f"/v1/instances?{query}"), INVALID)
        for wait in ("soon", "-1s", ""):
            with self.case(wait=wait):
                self.judge_problem(self.rest.post(f"/v1/instances/bad-neighbour/stop?wait={wait}"), INVALID, "wait")

    def test_revisions_and_keys(self):
        with self.case(revision="stale"):
            stale = self.rest.call("PATCH", "/v1/instances/bad-neighbour", body=b'{"description": "x"}', headers={"If-Match": '"0"'})
            self.judge_problem(stale, ("ABORTED", "FAILED_PRECONDITION", "INVALID_ARGUMENT"))
            self.judge_grpc(self.grpc.call("UpdateInstance", "UpdateInstanceRequest",
                                           {"id": "bad-neighbour", "description": "x", "revision": "0"}),
                            ("ABORTED", "FAILED_PRECONDITION", "INVALID_ARGUMENT"))
        with self.case(key="too long"):
            self.judge_problem(self.post(b'{"id": "bad-key"}', **{"Idempotency-Key": "k" * 200}), INVALID, "request id")
        key = {"Idempotency-Key": "the-same"}
        first = self.post(b'{"id": "bad-key"}', **key)
        self.assertIn(first.status, (200, 201), first)
        with self.subTest(key="another body"):
            type(self).cases += 1
            self.judge_problem(self.post(b'{"id": "bad-other"}', **key), ("ALREADY_EXISTS",))
            self.judge_problem(self.post(b'{"id": "bad-key"}'), ("ALREADY_EXISTS",), "bad-key")
        self.cluster.delete("bad-key")

if __name__ == "__main__":
    unittest.main()
