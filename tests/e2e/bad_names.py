"""Names of every kind in every field that takes a name."""
import base64
import secrets
import urllib.parse

import bad_archives
import images
import lab
from bad_codes import INVALID, MISSING, TAKEN
from bad_judges import NEIGHBOUR, PREFIX, named

# For [a-z0-9][a-z0-9-]{0,62}: traversal, option-like, shell metacharacters, white space, capitals, look-alikes of a
# Latin letter and of the hyphen, invisible and turning characters, NUL, too long, and what git and URLs make of names.
LABELS = ["../x", "..", "a/b", "-h", "--help", "a;id", "$(id)", "`id`", "a|b", "a&b", "a>b", "A", NEIGHBOUR.upper(), "a b",
          "a\nb", "a\rb", "a\tb", " a", "a\0b", "\u0430", "a\u2010b", "a" * 64, "a" * 4096, ".git", "x.git", "\uff41", "a%2fb", "a\u202eb",
          "_a", "~", "*", NEIGHBOUR + "\u200b", "\ufb01le", "i\u0307", "\u212a", "\u0131d", "a:b", "a@b", "a#b", "a?b", "a\\b"]
FEW = ["../x", "--help", "$(id)", "A", "\u0430", "a\0b", "a" * 4096]
OWNERS = ["../x", "a/b", "-h", "x.git", "a..b", "a.", ".a", "$(id)", "a b", "\u0430", "a\0b", "a" * 64, "a" * 4096, "a\nb", "templates",
          "TEMPLATES", "a\u200b"]
BRANCHES = ["-h", "--upload-pack=x", "a..b", "a b", "refs/heads/x", "refs/heads/../x", "x" * 5000, "a~1", "a^", "@{1}", "@", "a\0b",
            "x.lock", "/a", "a/", "a//b", ".a", "a/.b", "a:b", "a*", "a\\b", "a?", "a[", "\u0430", "a\nb"]
VARIABLES = ["", "1A", "A B", "A=B", "$A", "A\0", "\u00c9", "A" * 300, "-A", "A-B", "A\n", "\u0410"]


def quoted(name):
    return urllib.parse.quote(name, safe="")


class BadNames:
    """Tests that BadInputTest takes over."""

    def through(self, field, names, code, part, rest=None, grpc=None, edmctl=None, exit_code=2):
        """Each name through the doors that take it; what a door's own syntax cannot carry is left out."""
        for name in names:
            with self.case(field=field, name=ascii(name[:40])):
                if rest:
                    answer = rest(name)
                    # A NUL in a path is refused by HTTP's door, before anybody knows what it names.
                    self.judge_problem(answer, code, "path" if "\0" in name and answer.json["object"].startswith("path") else part)
                if grpc:
                    method, body = grpc(name)
                    self.judge_grpc(self.grpc.call(method, f"{method}Request", body), code, part)
                if edmctl and "\0" not in name:
                    self.judge_edmctl(self.cluster.edmctl(*edmctl(name), check=False), exit_code)

    def test_instance_ids(self):
        folder = str(self.folder_of(images.site()))
        for name in LABELS:
            with self.case(name=ascii(name[:40])):
                self.judge_problem(self.rest.post("/v1/instances", {"id": name}), INVALID, "instance id")
                answer = self.rest.put(f"/v1/instances/{quoted(name)}/source?create=true", bad_archives.GOOD)
                self.judge_problem(answer, INVALID, "path" if "\0" in name else "instance id")
                self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", {"id": name}), INVALID, "instance id")
                self.judge_grpc(self.grpc.upload(bad_archives.GOOD, id=name, create=True), INVALID, "instance id")
                if "\0" not in name:
                    self.judge_edmctl(self.cluster.edmctl("show", "--", name, check=False), 2)
                    self.judge_edmctl(self.cluster.edmctl("deploy", folder, f"--id={name}", check=False), 2)

    def test_instance_ids_of_every_verb(self):
        path = "/v1/instances/{}".format
        for verb in ("start", "stop", "restart", "build", "refresh", "deploy", "rollback"):
            method = f"{verb.capitalize()}Instance"
            typed = None if verb == "deploy" else lambda name, verb=verb: (verb, "--", name)
            self.through(verb, FEW, INVALID, "instance id",
                         rest=lambda name, verb=verb: self.rest.post(f"{path(quoted(name))}/{verb}"),
                         grpc=lambda name, method=method: (method, {"id": name}), edmctl=typed)
        self.through("source", FEW, INVALID, "instance id",
                     rest=lambda name: self.rest.post(f"{path(quoted(name))}/source", {"git_url": "http://127.0.0.1:1/x"}),
                     grpc=lambda name: ("SetSource", {"id": name, "git_url": "http://127.0.0.1:1/x"}))
        self.through("show", FEW, INVALID, "instance id", rest=lambda name: self.rest.get(path(quoted(name))),
                     grpc=lambda name: ("GetInstance", {"id": name}), edmctl=lambda name: ("show", "--", name))
        self.through("update", FEW, INVALID, "instance id",
                     rest=lambda name: self.rest.call("PATCH", path(quoted(name)), {"description": "x"}),
                     grpc=lambda name: ("UpdateInstance", {"id": name, "description": "x"}))
        self.through("delete", FEW, INVALID, "instance id", rest=lambda name: self.rest.delete(path(quoted(name))),
                     grpc=lambda name: ("DeleteInstance", {"id": name}), edmctl=lambda name: ("delete", "--yes", "--", name))
        for noun, method in (("footprint", "GetFootprint"), ("releases", "ListReleases")):
            self.through(noun, FEW, INVALID, "instance id", rest=lambda name, noun=noun: self.rest.get(f"{path(quoted(name))}/{noun}"),
                         grpc=lambda name, method=method: (method, {"id": name}))
        self.through("run", FEW, INVALID, "instance id",
                     rest=lambda name: self.rest.post(f"{path(quoted(name))}/run", {"argv": ["x"]}),
                     grpc=lambda name: ("RunCommand", {"id": name, "argv": ["x"]}),
                     edmctl=lambda name: ("exec", name.replace("/", ":"), "--", "x") if not name.startswith("-") else ("show", "--", name))
        for name in FEW:
            with self.case(field="logs", name=ascii(name[:40])):
                self.judge_problem(self.rest.get(f"{path(quoted(name))}/logs"), INVALID, "path" if "\0" in name else "instance id")
                self.judge_grpc(self.grpc.stream("StreamLogs", "StreamLogsRequest", {"id": name}), INVALID, "instance id")
            with self.case(field="exec", name=ascii(name[:40])):
                self.judge_grpc(self.grpc.exec({"id": name, "argv": ["x"]}), INVALID, "instance id")

    def test_owners_and_projects(self):
        for field in ("owner", "project"):
            names = OWNERS if field == "owner" else [name for name in OWNERS if name.lower() != "templates"]
            body = {"id": named("owned")}
            self.through(field, names, INVALID, field, rest=lambda name: self.rest.post("/v1/instances", body | {field: name}),
                         grpc=lambda name: ("CreateInstance", body | {field: name}))
            for name in FEW:
                if name == "A":
                    continue
                with self.case(field=f"{field} of an upload", name=ascii(name[:40])):
                    given = f"{field}={quoted(name)}"
                    answer = self.rest.put(f"/v1/instances/{named('owned')}/source?create=true&{given}", bad_archives.GOOD)
                    self.judge_problem(answer, INVALID, field)
                    upload = self.grpc.upload(bad_archives.GOOD, id=named("owned"), create=True, **{field: name})
                    self.judge_grpc(upload, INVALID, field)
                    if "\0" not in name:
                        folder = str(self.folder_of(images.site()))
                        done = self.cluster.edmctl("deploy", folder, f"--id={named('owned')}", f"--{field}={name}", check=False)
                        self.judge_edmctl(done, 2)

    def test_names_that_differ_in_case_alone(self):
        """Owners and projects keep their case and are compared without it."""
        with self.case(owner="Default"):
            body = {"id": named("owned"), "owner": "Default"}
            self.judge_problem(self.rest.post("/v1/instances", body), TAKEN, "owner")
            self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), TAKEN, "owner")
            folder = str(self.folder_of(images.site()))
            done = self.cluster.edmctl("deploy", folder, f"--id={named('owned')}", "--owner=DEFAULT", check=False)
            self.judge_edmctl(done, 8)
        with self.case(project="of another case"):
            body = {"id": named("owned"), "project": NEIGHBOUR.upper()}
            self.judge_problem(self.rest.post("/v1/instances", body), TAKEN, "project")
            self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), TAKEN, "project")

    def test_branches(self):
        self.through("branch", BRANCHES, INVALID, "branch",
                     rest=lambda name: self.rest.post("/v1/instances", {"id": named("branched"), "spec": {"branch": name}}),
                     grpc=lambda name: ("CreateInstance", {"id": named("branched"), "spec": {"branch": name}}))
        self.through("branch of an update", BRANCHES, INVALID, "branch",
                     rest=lambda name: self.rest.call("PATCH", f"/v1/instances/{NEIGHBOUR}", {"branch": name}),
                     grpc=lambda name: ("UpdateInstance", {"id": NEIGHBOUR, "branch": name}))

    def test_templates(self):
        names = [name for name in LABELS if name]
        self.through("template", names, INVALID, "template",
                     rest=lambda name: self.rest.post("/v1/instances", {"id": named("templated"), "spec": {"template": name}}),
                     grpc=lambda name: ("CreateInstance", {"id": named("templated"), "spec": {"template": name}}))
        folder = str(self.folder_of(images.site()))
        self.through("upload of a template", names, INVALID, "template",
                     rest=lambda name: self.rest.put(f"/v1/templates/{quoted(name)}/source", bad_archives.GOOD),
                     edmctl=lambda name: ("template", "push", f"--name={name}", folder))
        self.through("end of a template", names, INVALID, "template",
                     rest=lambda name: self.rest.delete(f"/v1/templates/{quoted(name)}"),
                     grpc=lambda name: ("DeleteTemplate", {"name": name}))
        with self.case(template="not there"):
            self.judge_problem(self.rest.delete("/v1/templates/nowhere"), MISSING, "template")
            self.judge_grpc(self.grpc.call("DeleteTemplate", "DeleteTemplateRequest", {"name": "nowhere"}), MISSING, "template")

    def test_variables(self):
        body = {"id": named("varied")}
        self.through("variable", VARIABLES, INVALID, "variable",
                     rest=lambda name: self.rest.post("/v1/instances", body | {"spec": {"environment": {name: "x"}}}),
                     grpc=lambda name: ("CreateInstance", body | {"spec": {"environment": {name: "x"}}}))
        folder = str(self.folder_of(images.site()))
        typed = [name for name in VARIABLES if name and "=" not in name]
        self.through("variable of a deploy", typed, INVALID, "variable",
                     edmctl=lambda name: ("deploy", folder, f"--id={named('varied')}", f"--env={name}=x"))
        with self.case(variable="a NUL in its value"):
            body |= {"spec": {"environment": {"A": "x\0y"}}}
            self.judge_problem(self.rest.post("/v1/instances", body), INVALID, "variable A")
            self.judge_grpc(self.grpc.call("CreateInstance", "CreateInstanceRequest", body), INVALID, "variable A")

    def test_token_names(self):
        names = [*LABELS, ""]
        self.through("token", names, INVALID, "token name", rest=lambda name: self.rest.post("/v1/tokens", {"name": name}),
                     grpc=lambda name: ("CreateToken", {"name": name}), edmctl=lambda name: ("token", "create", "--", name))
        with self.case(token="unknown"):
            self.judge_problem(self.rest.delete("/v1/tokens/none"), MISSING, "token")
            self.judge_grpc(self.grpc.call("RevokeToken", "RevokeTokenRequest", {"id": "none"}), MISSING, "token")
            self.judge_edmctl(self.cluster.edmctl("token", "revoke", "none", check=False), 3)

    def test_worker_names(self):
        names = [name for name in LABELS if name]
        self.through("worker", names, INVALID, "worker id", rest=lambda name: self.rest.get(f"/v1/workers/{quoted(name)}"),
                     grpc=lambda name: ("GetWorker", {"id": name}), edmctl=lambda name: ("worker", "show", "--", name))
        made = self.rest.post("/v1/tokens", {"name": "joins", "kind": "WORKER"}).json
        for name in [name for name in LABELS if "\0" not in name]:
            with self.counted(joins=ascii(name[:40])):
                done = self.join(name, made["secret"])
                self.assertNotEqual(done.returncode, 0, done)
                self.assertIn("worker id", done.stderr)
                self.assertIn("next", done.stderr)
        self.rest.delete(f"/v1/tokens/{made['token']['id']}")

    def join(self, name, secret):
        folder = self.cluster.folder.path / f"joins-{secrets.token_hex(4)}"
        return lab.run([lab.BIN / "edm-worker", "join", "--token-file", "-", "--data-dir", folder,
                        f"--id={name}", "--master", self.cluster.cluster_address, "--http-listen", "127.0.0.1:0",
                        "--rpc-listen", "127.0.0.1:0"], stdin=secret, check=False, timeout=30)

    def test_context_names(self):
        home = {"HOME": str(self.cluster.folder.path / "contexts")}
        for name in [name for name in LABELS if "\0" not in name]:
            with self.case(context=ascii(name[:40])):
                done = self.cluster.edmctl("context", "add", "--master=127.0.0.1:1", "--", name, check=False, env=home)
                self.judge_edmctl(done, 2)
                self.judge_edmctl(self.cluster.edmctl("context", "use", "--", name, check=False, env=home), 2)
                self.judge_edmctl(self.cluster.edmctl(f"--context={name}", "ls", check=False, env=home), 2)

    def test_service_names(self):
        """Of what runs: what is no name of a service is refused, a name of none is not found."""
        for name, code in [(name, INVALID) for name in ("../x", "a;id", "$(id)", "--help", "a b", "a\0b", "w\u0435b", "w" * 4096, "WEB")] + \
                          [(name, MISSING) for name in ("none", NEIGHBOUR)]:
            with self.case(service=ascii(name[:40])):
                self.judge_problem(self.rest.get(f"/v1/instances/{NEIGHBOUR}/logs?services={quoted(name)}"), code, "service")
                self.judge_grpc(self.grpc.stream("StreamLogs", "StreamLogsRequest", {"id": NEIGHBOUR, "services": [name]}),
                                code, "service")
                body = {"service": name, "argv": ["/bin/busybox", "true"]}
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/run", body), code, "service")
                self.judge_grpc(self.grpc.call("RunCommand", "RunCommandRequest", body | {"id": NEIGHBOUR}), code, "service")
                self.judge_grpc(self.grpc.exec(body | {"id": NEIGHBOUR}), code, "service")
                if "\0" not in name:
                    exit_code = 2 if code == INVALID else 3
                    self.judge_edmctl(self.cluster.edmctl("logs", NEIGHBOUR, "--", name, check=False), exit_code)
                    self.judge_edmctl(self.cluster.edmctl("exec", f"{NEIGHBOUR}/{name}", "--", "/bin/busybox", "true", check=False),
                                      exit_code)

    def test_commands(self):
        for argv in ([], [""], ["a\0b"], ["x"] * 1001, ["x" * (3 << 20)]):
            with self.case(argv=ascii(argv)[:40]):
                self.judge_problem(self.rest.post(f"/v1/instances/{NEIGHBOUR}/run", {"argv": argv}),
                                   INVALID if len(str(argv)) < 1 << 20 else "RESOURCE_EXHAUSTED")
                if len(str(argv)) < 1 << 20:
                    self.judge_grpc(self.grpc.call("RunCommand", "RunCommandRequest", {"id": NEIGHBOUR, "argv": argv}), INVALID, "argv")
                    self.judge_grpc(self.grpc.exec({"id": NEIGHBOUR, "argv": argv}), INVALID, "argv")
        with self.case(argv="no such program"):
            # As a shell has it: the command did not run, and its exit code and output say so.
            body = {"argv": ["/no/such/program"]}
            answer = self.rest.post(f"/v1/instances/{NEIGHBOUR}/run", body).json
            self.assertEqual(answer["exit_code"], 126, answer)
            self.assertIn("/no/such/program", base64.b64decode(answer["output"]).decode())
            code, told = self.grpc.call("RunCommand", "RunCommandRequest", body | {"id": NEIGHBOUR})
            self.assertEqual((code, told["exit_code"]), ("OK", 126), told)
            done = self.cluster.edmctl("exec", NEIGHBOUR, "--", *body["argv"], check=False)
            self.assertEqual(done.returncode, 126, done)

    def test_unknown_names_are_not_found_by_every_door(self):
        near = PREFIX + "neighbor"
        for verb in ("start", "stop", "restart", "build", "refresh", "deploy", "rollback"):
            with self.case(verb=verb):
                failure = self.judge_problem(self.rest.post(f"/v1/instances/{near}/{verb}"), MISSING, near)
                self.assertIn(NEIGHBOUR, failure["hint"])
                method = f"{verb.capitalize()}Instance"
                self.judge_grpc(self.grpc.call(method, f"{method}Request", {"id": near}), MISSING, near)
                if verb != "deploy":
                    self.judge_edmctl(self.cluster.edmctl(verb, near, check=False), 3, NEIGHBOUR)
        for path in (f"instances/{near}", "operations/op-none", "workers/none", f"instances/{near}/logs", "nowhere",
                     f"instances/{near}/releases", f"instances/{near}/footprint", "operations/op-none/events",
                     "operations/%2e%2e%2fx", "operations/" + "x" * 4096, "operations/op-none/wait"):
            with self.case(path=path[:40]):
                self.judge_problem(self.rest.get(f"/v1/{path}"), MISSING)
        for method, body in (("GetOperation", {"id": "../x"}), ("CancelOperation", {"id": "op-none"}),
                             ("WaitOperation", {"id": "x" * 4096}), ("GetWorker", {"id": "none"})):
            with self.case(method=method):
                self.judge_grpc(self.grpc.call(method, f"{method}Request", body), MISSING)
        with self.case(path="delete"):
            self.judge_problem(self.rest.delete(f"/v1/instances/{near}"), MISSING, near)
        for verb in ("show", "logs", "url", "releases", "why"):
            with self.case(edmctl=verb):
                self.judge_edmctl(self.cluster.edmctl(verb, near, check=False), 3, NEIGHBOUR)
        with self.case(push="no such repo"):
            done = self.push(near, images.site())
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("not found", done.stderr)
