"""Requests whose body, query or headers are wrong: over REST, and over gRPC where the same can be said there."""
import json

import bad_archives
import lab
from bad_codes import BROKEN, INVALID, LIMIT, MISSING, MOVED, TAKEN, UNKNOWN_CALLER
from bad_judges import NEIGHBOUR, named
from grpc_door import GrpcDoor

BODIES = {"cut": b"{", "list": b"[]", "number": b"7", "text": b'"x"', "null": b"null", "wrong type": b'{"id": 7}', "unknown field": b'{"idd": "x"}',
          "two values": b'{"id": "x"}{}', "trailing text": b'{"id": "x"} x', "not UTF-8": b'{"id": "\xff"}', "list for message": b'{"spec": []}',
          "number for text": b'{"annotations": {"a": 1}}', "text for a map": b'{"annotations": "a"}', "deep": b'{"spec":' * 5000 + b"1" + b"}" * 5000,
          "deep lists": b"[" * 50_000, "half a surrogate": b'{"description": "\\ud800"}', "lone bytes": b"\xff\xfe\x00", "NUL": b'{"id": "a"}\x00',
          "text for a number": b'{"spec": {"memory_mib": "much"}}', "negative": b'{"spec": {"memory_mib": -1}}',
          "too large a number": b'{"spec": {"memory_mib": 99999999999}}', "a fraction": b'{"spec": {"memory_mib": 1.5}}',
          "not a number": b'{"spec": {"cpus": "NaN"}}', "infinite": b'{"spec": {"cpus": 1e999}}', "many CPUs": b'{"spec": {"cpus": 1e9}}',
          "much memory": b'{"spec": {"memory_mib": 4294967295}}', "twice the same key": b'{"id": "x", "id": "y"}',
          "an object for an enum": b'{"id": {}}', "single quotes": b"{'id': 'x'}", "a comment": b'{/* */ "id": "x"}',
          "yaml": b"id: x\n", "form": b"id=x"}
QUERIES = ["page_size=-1", "page_size=many", "page_size=1e3", "page_size=99999999999", "page_size=1001", "page_size=1.5",
           "page_token=forged", "page_token=%00", "nonsense=1", "owner=%ff", "phase=HAPPY", "phase=%00",
           "page_size=1&page_size=2", "page_size[]=1", "page_size.x=1"]
LONG = "x" * 2000


class BadRequests:
    """Tests that BadInputTest takes over."""

    def post(self, body, **headers):
        return self.rest.call("POST", "/v1/instances", body=body, headers={"Content-Type": "application/json", **headers})

    def test_bodies(self):
        for name, body in BODIES.items():
            with self.case(body=name):
                self.judge_problem(self.post(body), INVALID)
        with self.case(body="too long"):
            self.judge_problem(self.post(b'{"description": "' + b"a" * (2 << 20) + b'"}'), LIMIT, "body", status=413)
        with self.case(body="a form's type"):
            answer = self.post(b"id=x", **{"Content-Type": "application/x-www-form-urlencoded"})
            self.judge_problem(answer, INVALID)
        with self.case(body="gzip"):
            self.judge_problem(self.post(b"\x1f\x8b\x08\x00" + bytes(20), **{"Content-Encoding": "gzip"}), INVALID)
        with self.case(verb="no such verb of a path"):
            refused = self.rest.call("POST", "/v1/version", body=b"{}")
            self.judge_problem(refused, "UNIMPLEMENTED", status=405)
            self.assertEqual(refused.headers["Allow"], "GET, HEAD, OPTIONS")
        for verb in ("BREW", "TRACE", "PROPFIND", "x" * 100):
            with self.case(verb=verb[:10]):
                self.judge_problem(self.rest.call(verb, "/v1/instances"), "UNIMPLEMENTED", status=405)

    def test_fields_that_are_too_long(self):
        for field, value, part in (("description", LONG, "description"), ("annotations", {"k": LONG}, "annotation"),
                                   ("annotations", {LONG: "v"}, "annotation"), ("description", "a\0b", "description"),
                                   ("annotations", {str(number): "" for number in range(100)}, "annotations"),
                                   ("spec", {"environment": {f"V{number}": "" for number in range(600)}}, "environment"),
                                   ("spec", {"environment": {"V": "x" * 200_000}}, "environment"),
                                   ("spec", {"worker_labels": {"k": LONG}}, "label"),
                                   ("spec", {"worker_labels": {str(number): "" for number in range(100)}}, "spec.worker_labels"),
                                   ("spec", {"memory_mib": 4294967295}, "spec.memory_mib"), ("spec", {"cpus": -1}, "spec.cpus"),
                                   ("spec", {"cpus": 1e9}, "spec.cpus")):
            with self.case(field=field, part=part):
                body = {"id": named("long"), field: value}
                self.judge_problem(self.rest.post("/v1/instances", body), INVALID, part)
                self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), INVALID, part)
        with self.case(field="message of an upload"):
            answer = self.rest.put(f"/v1/instances/{named('long')}/source?create=true&message={LONG * 3}", bad_archives.GOOD)
            self.judge_problem(answer, INVALID, "message")
            self.judge_grpc(self.grpc.upload(bad_archives.GOOD, id=named("long"), create=True, message=LONG * 3), INVALID, "message")

    def test_queries(self):
        for query in QUERIES:
            with self.case(query=query):
                self.judge_problem(self.rest.get(f"/v1/instances?{query}"), INVALID)
        for body in ({"page_size": 1001}, {"page_token": "forged"}, {"phase": "HAPPY"}):
            with self.case(grpc=str(body)):
                self.judge_grpc(self.grpc.call("ListInstances", "ListInstancesRequest", body), INVALID)
        for query in ("state=HAPPY", "page_token=forged", "page_size=5000"):
            with self.case(operations=query):
                self.judge_problem(self.rest.get(f"/v1/operations?{query}"), INVALID)
        with self.case(operations="state over the other doors"):
            self.judge_grpc(self.grpc.call("ListOperations", "ListOperationsRequest", {"state": "HAPPY"}), INVALID, "state")
            self.judge_edmctl(self.cluster.edmctl("op", "ls", "--state=happy", check=False), 2)
        for wait in ("soon", "-1s", "", "1y", "99999999999999999999s"):
            with self.case(wait=wait):
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/stop?wait={wait}"), INVALID, "wait")
        for query in ("since=yesterday", "since=99999-01-01T00:00:00Z", "tail=-1", "tail=all", "follow=perhaps", "tail=99999999999"):
            with self.case(logs=query):
                self.judge_problem(self.rest.get(f"/v1/instances/{NEIGHBOUR}/logs?{query}"), INVALID)
        for after in ("x", "-1", "99999999999999999999999", "1.5"):
            with self.case(cursor=after):
                self.judge_problem(self.rest.get(f"/v1/events?after={after}"), INVALID, "cursor")
                self.judge_grpc(self.grpc.stream("WatchEvents", "WatchEventsRequest", {"after": after}), INVALID, "cursor")

    def test_timeouts_and_lifetimes(self):
        for timeout in ("0s", "-5s", "0.5s", "90000s", "315576000000s"):
            with self.case(timeout=timeout):
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/stop", {"timeout": timeout}), INVALID, "timeout")
                self.judge_grpc(self.grpc.call("StopInstance", "StopInstanceRequest", {"id": NEIGHBOUR, "timeout": timeout}),
                                INVALID, "timeout")
        for timeout in ("soon", "1", {}, 5, "1h"):
            with self.case(timeout=str(timeout)):
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/stop", {"timeout": timeout}), INVALID)
        with self.case(timeout="typed"):
            for text in ("soon", "-5s", "0s", "99999h"):
                self.judge_edmctl(self.cluster.edmctl("stop", NEIGHBOUR, f"--timeout={text}", check=False), 2)
        for lifetime in ("0s", "-1s", "0.1s", "315576000000s"):
            with self.case(lifetime=lifetime):
                body = {"name": "lives", "lifetime": lifetime}
                self.judge_problem(self.rest.post("/v1/tokens", body), INVALID, "lifetime")
                self.judge_grpc(self.grpc.call("CreateToken", "CreateTokenRequest", body), INVALID, "lifetime")
        with self.case(kind="of a token"):
            self.judge_problem(self.rest.post("/v1/tokens", {"name": "kind", "kind": "KING"}), INVALID)
        for release in (-1, 99999999999, "x"):
            with self.case(release=release):
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/rollback", {"release": release}), INVALID)
        with self.case(release="not kept"):
            self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/rollback", {"release": 4_000_000_000}), MISSING, "release")
            self.judge_grpc(self.grpc.call("RollbackInstance", "RollbackInstanceRequest", {"id": NEIGHBOUR, "release": 77}),
                            MISSING, "release")
            self.judge_edmctl(self.cluster.edmctl("rollback", NEIGHBOUR, "77", check=False), 3)
        for until in ("HAPPY", "running "):
            with self.case(until=until):
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/deploy", {"until": until}), INVALID)
                done = self.cluster.edmctl("deploy", "--id", NEIGHBOUR, f"--until={until}", check=False, cwd=self.cluster.folder.path)
                self.judge_edmctl(done, 2)

    def test_revisions_and_keys(self):
        path = f"/v1/instances/{NEIGHBOUR}"
        with self.case(revision="stale"):
            stale = self.rest.call("PATCH", path, body=b'{"description": "x"}', headers={"If-Match": '"0"'})
            self.judge_problem(stale, MOVED, NEIGHBOUR, status=412)
            body = {"id": NEIGHBOUR, "description": "x", "revision": "0"}
            self.judge_grpc(self.grpc.call("UpdateInstance", "UpdateInstanceRequest", body), MOVED, NEIGHBOUR)
        for revision in ("x", "-1", "99999999999999999999", '"', "1.5"):
            with self.case(revision=revision):
                body = {"id": NEIGHBOUR, "description": "x", "revision": revision}
                self.judge_grpc(self.grpc.call("UpdateInstance", "UpdateInstanceRequest", body), INVALID, "revision")
                self.judge_problem(self.rest.call("PATCH", path, {"description": "x", "revision": revision}), INVALID, "revision")
        for key in ("k" * 200, "k\u00e9", "a\tb"):
            with self.case(key=ascii(key[:10])):
                body = {"id": named("key"), "request_id": key}
                self.judge_problem(self.rest.post("/v1/instances", body), INVALID, "request id")
                self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), INVALID, "request id")
        with self.case(key="too long a header"):
            self.judge_problem(self.post(b'{"id": "x"}', **{"Idempotency-Key": "k" * 200}), INVALID, "request id")
        with self.case(key="two that differ"):
            answer = self.post(b'{"id": "x", "request_id": "a"}', **{"Idempotency-Key": "b"})
            self.judge_problem(answer, INVALID)
        key = {"Idempotency-Key": named("the-same")}
        made = json.dumps({"id": named("key")}).encode()
        first = self.post(made, **key)
        self.assertEqual(first.status, 201, first)
        with self.counted(key="another body"):
            self.judge_problem(self.post(b'{"id": "bad-other"}', **key), TAKEN, "request id")
            self.judge_problem(self.post(made), TAKEN, named("key"))
        self.cluster.delete(named("key"))

    def test_what_is_not_possible_now(self):
        """Good requests at the wrong time: an instance that was never built, and one that is not there any more."""
        self.rest.post("/v1/instances", {"id": named("empty")})
        everything, self.before = self.before, self.listing()
        path = f"/v1/instances/{named('empty')}"
        with self.case(verb="logs, run and exec"):
            self.judge_problem(self.rest.get(f"{path}/logs"), BROKEN, named("empty"))
            self.judge_problem(self.rest.get(f"{path}/logs?build=true"), BROKEN, named("empty"))
            self.judge_problem(self.rest.post(f"{path}/run", {"argv": ["x"]}), BROKEN, named("empty"))
            self.judge_grpc(self.grpc.exec({"id": named("empty"), "argv": ["x"]}), BROKEN, named("empty"))
        for verb in ("start", "restart", "rollback", "build"):
            with self.case(verb=verb):
                self.judge_problem(self.rest.post(f"{path}/{verb}"), BROKEN, named("empty"))
                method = f"{verb.capitalize()}Instance"
                self.judge_grpc(self.grpc.call(method, f"{method}Request", {"id": named("empty")}), BROKEN, named("empty"))
                self.judge_edmctl(self.cluster.edmctl(verb, named("empty"), check=False), 1, named("empty"))
        with self.case(verb="refresh"):  # what its branch holds the git server knows
            self.judge_operation(self.cluster.order(named("empty"), "refresh"), BROKEN, named("empty"))
            code, begun = self.grpc.call("RefreshInstance", "RefreshInstanceRequest", {"id": named("empty")})
            self.assertEqual(code, "OK", begun)
            self.judge_operation(self.cluster.ended(self.rest.get(f"/v1/operations/{begun['id']}/wait?timeout=60s")), BROKEN, named("empty"))
            self.judge_edmctl(self.cluster.edmctl("refresh", named("empty"), check=False), 1, named("empty"))
        self.cluster.delete(named("empty"))
        self.before = everything

    def test_tokens(self):
        for token in ("", "wrong", "edm_0000_1111", "edm_" + "a" * 5000, "a\tb", "a b", self.rest.token[:-1], self.rest.token + "x",
                      self.rest.token.upper(), "edm_\u0430"):
            with self.case(token=ascii(token[:20])):
                sent = ascii(token)[1:-1] if not token.isascii() else token
                self.judge_problem(self.rest.get("/v1/instances", token=sent), UNKNOWN_CALLER)
                if token.isprintable() and token.isascii():
                    door = GrpcDoor(f"127.0.0.1:{self.cluster.grpc}", token)
                    self.judge_grpc(door.call("ListInstances", "ListInstancesRequest", {}), UNKNOWN_CALLER)
                    door.close()
                if token.isalnum():
                    done = self.git("ls-remote", self.git_url(NEIGHBOUR, token), cwd="/", check=False)
                    self.assertIn("Authentication failed", done.stderr)
                self.judge_edmctl(self.cluster.edmctl("ls", check=False, token=token or "none"), 4)
        for header in ("Basic", "Basic !!!", "Basic YTpi", "Bearer", "Bearer ", "Digest x", "bearer\tx"):
            with self.case(authorization=ascii(header)):
                answer = self.rest.call("GET", "/v1/instances", headers={"Authorization": header})
                self.judge_problem(answer, UNKNOWN_CALLER, status=401)

    def test_expired_and_revoked_tokens(self):
        for name, lifetime in (("short", "1s"), ("revoked", None)):
            body = {"name": name} | ({"lifetime": lifetime} if lifetime else {})
            made = self.rest.post("/v1/tokens", body).json
            with self.counted(token=name):
                self.assertEqual(self.rest.get("/v1/version", token=made["secret"]).status, 200)
                if not lifetime:
                    self.rest.delete(f"/v1/tokens/{made['token']['id']}")
                lab.eventually(lambda: self.rest.get("/v1/version", token=made["secret"]).status == 401, 5)
                self.judge_problem(self.rest.get("/v1/instances", token=made["secret"]), UNKNOWN_CALLER)
                door = GrpcDoor(f"127.0.0.1:{self.cluster.grpc}", made["secret"])
                self.judge_grpc(door.call("ListInstances", "ListInstancesRequest", {}), UNKNOWN_CALLER)
                door.close()
                done = self.git("ls-remote", self.git_url(NEIGHBOUR, made["secret"]), cwd="/", check=False)
                self.assertIn("Authentication failed", done.stderr)
                self.judge_edmctl(self.cluster.edmctl("ls", check=False, token=made["secret"]), 4)
                if lifetime:
                    self.rest.delete(f"/v1/tokens/{made['token']['id']}")
        worker = self.rest.post("/v1/tokens", {"name": "joins", "kind": "WORKER"}).json
        with self.counted(token="of a worker"):
            self.judge_problem(self.rest.get("/v1/instances", token=worker["secret"]), UNKNOWN_CALLER)
            door = GrpcDoor(f"127.0.0.1:{self.cluster.grpc}", worker["secret"])
            self.judge_grpc(door.call("ListInstances", "ListInstancesRequest", {}), UNKNOWN_CALLER)
            door.close()
            self.judge_edmctl(self.cluster.edmctl("ls", check=False, token=worker["secret"]), 4)
        self.rest.delete(f"/v1/tokens/{worker['token']['id']}")
        with self.counted(token="used twice by workers"):
            made = self.rest.post("/v1/tokens", {"name": "twice", "kind": "WORKER"}).json
            self.assertEqual(self.join("twice-1", made["secret"]).returncode, 0)
            done = self.join("twice-2", made["secret"])
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("edm-worker: token", done.stderr)
            self.assertIn("next", done.stderr)
            self.assertIn(self.rest.delete("/v1/workers/twice-1").status, (200, 204), "joined, and never seen")
