"""Git: URLs and refs to fetch from, trees that are pushed, and the HTTP door of the git server itself."""
import base64
import gzip
import os
import secrets
import socket

import images
import lab
from bad_codes import AWAY, INVALID, LATE, MISSING
from bad_judges import NEIGHBOUR, named
from plain_git import PlainGit

SECRET = "s" + secrets.token_hex(8)  # must not show up anywhere
URLS = ["ext::sh -c id", "ext::sh%20-c%20id", "file:///etc", "FILE:///etc", "/etc/passwd", "../x", "-oProxyCommand=x", "ssh://-oProxyCommand=x/y",
        "ssh://u@-oProxyCommand=x/y", "--upload-pack=x", f"http://user:{SECRET}@127.0.0.1/x.git", f"https://{SECRET}@127.0.0.1/x.git",
        f"ssh://user:{SECRET}@127.0.0.1/x.git", "git://127.0.0.1/x", "ftp://127.0.0.1/x", "https://", "http:///x", "http://127.0.0.1:1/\nx",
        "http://127.0.0.1:99999/x", "http://127.0.0.1:x/x", "fd::17", "user@host:path", "host:path", "http://[::1", "http://\u0430.example/x",
        "http://a b/x", "http://a\0b/x", "javascript:x", "https://" + "a" * 4096]
REFS = ["-h", "--upload-pack=x", "a..b", "a b", "refs/heads/../x", "x" * 5000, "a~1", "a^{commit}", "@{1}", "a\0b", "x.lock", "/a", "a/",
        "a:b", "a*", "a\nb", "\u0430", "refs//heads", "HEAD^"]


def blob(test, folder, data):
    return test.git("hash-object", "-w", "--stdin", cwd=folder, stdin=data).stdout.strip()


def tree(test, folder, *lines):
    """A tree object as it is told, whatever git's own commands would say to it."""
    raw = b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(sha) for mode, name, sha in lines)
    path = folder / "raw-tree"
    path.write_bytes(raw)
    return test.git("hash-object", "-t", "tree", "-w", "--literally", str(path), cwd=folder).stdout.strip()


# name -> lines of the tree, beside those of a good site: (mode, name, object); what the server must say of it
HOSTILE = {
    "symlink-absolute": [("120000", b"link", "/etc/passwd")],
    "symlink-out": [("120000", b"link", "../../../etc/passwd")],
    "submodule": [("160000", b"module", None)],
    "dotdot": [("100644", b"..", "x")],
    "dot": [("100644", b".", "x")],
    "slash": [("100644", b"a/b", "x")],
    "git-folder": [("100644", b".git", "x")],
    "git-folder-case": [("100644", b".GIT", "x")],
    "git-folder-short": [("100644", b"git~1", "x")],
    "newline-name": [("100644", b"a\nb", "x")],
    "not-utf8": [("100644", b"a\xff", "x")],
    "long-name": [("100644", b"n" * 300, "x")],
    "duplicate": [("100644", b"zz", "x"), ("100644", b"zz", "y")],
    "setuid": [("104755", b"tool", "x")],
}


class BadGit:
    """Tests that BadInputTest takes over."""

    def test_git_urls_and_refs(self):
        self.rest.post("/v1/instances", {"id": named("imports")})
        everything, self.before = self.before, self.listing()
        path = f"/v1/instances/{named('imports')}"
        for url in URLS:
            with self.case(url=ascii(url[:40])):
                answer = self.rest.post(f"{path}/source", {"git_url": url, "ref": "main"})
                self.judge_problem(answer, INVALID, "git URL")
                self.judge_problem(self.rest.post(f"{path}/deploy", {"git_url": url}), INVALID, "git URL")
                self.judge_grpc(self.grpc.call("SetSource", "SetSourceRequest", {"id": named("imports"), "git_url": url}), INVALID, "git URL")
                deploy = self.grpc.call("DeployInstance", "DeployInstanceRequest", {"id": named("imports"), "git_url": url})
                self.judge_grpc(deploy, INVALID, "git URL")
                if "://" in url and "\0" not in url:
                    done = self.cluster.edmctl("deploy", f"--id={named('imports')}", "--", url, check=False)
                    self.judge_edmctl(done, 2, "git URL")
                    self.assertNotIn(SECRET, done.stdout + done.stderr)
                self.assertNotIn(SECRET.encode(), answer.body)
        for ref in REFS:
            body = {"id": named("imports"), "git_url": "http://127.0.0.1:1/x.git", "ref": ref}
            with self.case(ref=ascii(ref[:40])):
                self.judge_problem(self.rest.post(f"{path}/deploy", body), INVALID, "ref")
                self.judge_problem(self.rest.post(f"{path}/source", body), INVALID, "ref")
                self.judge_grpc(self.grpc.call("DeployInstance", "DeployInstanceRequest", body), INVALID, "ref")
                if "\0" not in ref:
                    done = self.cluster.edmctl("deploy", f"--id={named('imports')}", f"--ref={ref}", body["git_url"], check=False)
                    self.judge_edmctl(done, 2, "ref")
        self.import_what_is_not_there()
        self.assertEqual(self.cluster.delete(named("imports"))["state"], "DONE")
        self.before = everything
        self.secret_is_nowhere()

    def import_what_is_not_there(self):
        """URLs that are fine, of what cannot be had: nobody listens, no such repo, no right, an empty repo, no such branch."""
        made = self.rest.post("/v1/instances", {"id": named("none")})
        self.assertEqual(made.status, 201, made)
        git = f"{self.cluster.url}/git/default"
        with socket.create_server(("127.0.0.1", 0)) as silent:
            hangs = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
            for what, url, ref, code, state, more in (
                    ("nobody listens", "http://127.0.0.1:1/x.git", "main", AWAY, "FAILED", {}),
                    ("no such host", "http://no-such-host.invalid/x.git", "main", AWAY, "FAILED", {}),
                    ("it asks for a password", f"{git}/{named('none')}.git", "main", "PERMISSION_DENIED", "FAILED", {}),
                    ("no repo", f"{self.cluster.url}/nothing.git", "v9", MISSING, "FAILED", {}),
                    ("it never answers", hangs, "main", LATE, "EXPIRED", {"timeout": "3s"})):
                with self.counted(fetch=what):
                    done = self.cluster.order(named("imports"), "deploy", {"git_url": url, "ref": ref} | more)
                    self.judge_operation(done, code, state=state)
                    over = self.grpc.call("DeployInstance", "DeployInstanceRequest", {"id": named("imports"), "git_url": url, "ref": ref} | more)
                    self.assertEqual(over[0], "OK", over)
                    ended = self.grpc.call("WaitOperation", "WaitOperationRequest", {"id": over[1]["id"], "timeout": "120s"}, timeout=130)[1]
                    self.judge_operation(ended, code, state=state)
                    if not more:
                        done = self.cluster.edmctl("deploy", f"--id={named('imports')}", f"--ref={ref}", url, check=False)
                        self.judge_edmctl(done, 1)
        self.cluster.delete(named("none"))
        with PlainGit(self.cluster.folder.path / "served", self.git, images.site()) as url:
            for what, repo, ref, code in (("empty repo", "empty", "main", MISSING), ("no such branch", "full", "v9", MISSING),
                                          ("no such commit", "full", "a" * 40, MISSING)):
                with self.counted(fetch=what):
                    body = {"git_url": f"{url}/{repo}.git", "ref": ref}
                    self.judge_operation(self.cluster.order(named("imports"), "deploy", body), code)
                    done = self.cluster.edmctl("deploy", f"--id={named('imports')}", f"--ref={ref}", body["git_url"], check=False)
                    self.judge_edmctl(done, 1)

    def secret_is_nowhere(self):
        for top, _, names in os.walk(self.cluster.folder.path):
            for name in names:
                path = os.path.join(top, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        self.assertNotIn(SECRET.encode(), file.read(), path)
        listed = lab.run(["ps", "axww", "-o", "args"]).stdout
        self.assertNotIn(SECRET, listed)

    def test_trees_that_are_pushed(self):
        """What an upload may not hold, a push may not either; the branch has not moved."""
        self.rest.post("/v1/instances", {"id": named("pushed")})
        everything, self.before = self.before, self.listing()
        for name, lines in HOSTILE.items():
            with self.counted(tree=name), self.repo(images.site()) as folder:
                entries = self.entries(folder)
                head = self.git("rev-parse", "HEAD", cwd=folder).stdout.strip()
                more = [(mode, path, head if text is None else blob(self, folder, text)) for mode, path, text in lines]
                made = tree(self, folder, *sorted(entries + more, key=lambda entry: entry[1] + (b"/" if entry[0] == "40000" else b"")))
                commit = self.git("commit-tree", made, "-m", "bad", cwd=folder).stdout.strip()
                self.judge_rejected(self.git("push", self.git_url(named("pushed")), f"+{commit}:refs/heads/main", cwd=folder, check=False))
        with self.counted(tree="large file"):
            self.judge_rejected(self.push(named("pushed"), {**images.site(), "big": secrets.token_bytes(20 << 20)}))
        for name, data in (("a bomb of files", "x"), ("a bomb of bytes", "\0" * (1 << 20))):
            with self.counted(tree=name), self.repo(images.site()) as folder:
                self.judge_push(self.push_bomb(folder, data), "source")
        with self.counted(tree="no files at all"):
            self.judge_push(self.push(named("pushed"), {}), "nothing to run")
        self.unchanged()
        self.assertEqual(self.cluster.delete(named("pushed"))["state"], "DONE")
        self.before = everything

    def entries(self, folder):
        """The lines of the top tree, with the modes as git stores them: ls-tree pads them."""
        lines = self.git("ls-tree", "HEAD", cwd=folder).stdout.splitlines()
        return [(line.split()[0].lstrip("0"), line.split("\t")[1].encode(), line.split()[2]) for line in lines]

    def push_bomb(self, folder, data):
        """A small pack of trees that name each other ten times each: ten millions of files, or of times `data`."""
        made, mode = blob(self, folder, data), "100644"
        for _ in range(7):
            made, mode = tree(self, folder, *((mode, b"n%d" % number, made) for number in range(10))), "40000"
        made = tree(self, folder, *sorted([*self.entries(folder), (mode, b"bomb", made)], key=lambda entry: entry[1] + b"/"))
        commit = self.git("commit-tree", made, "-m", "bad", cwd=folder).stdout.strip()
        return self.git("push", self.git_url(named("pushed")), f"+{commit}:refs/heads/main", cwd=folder, check=False)

    def judge_rejected(self, done):
        type(self).answers += 1
        self.assertNotEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"rejected|remote: fatal|remote: error|unpack", done.stderr)
        self.unchanged()

    def test_the_git_door(self):
        """Requests to the git server that no git client would send."""
        path = f"/git/default/{NEIGHBOUR}.git"
        basic = {"Authorization": "Basic " + base64.b64encode(f"x:{self.rest.token}".encode()).decode()}
        for what, method, target, status in (
                ("traversal", "GET", "/git/default/../../admin.token/info/refs?service=git-upload-pack", 404),
                ("encoded traversal", "GET", "/git/default/%2e%2e%2fx.git/info/refs?service=git-upload-pack", 400),
                ("owner", "GET", "/git/$(id)/x.git/info/refs?service=git-upload-pack", 400),
                ("long owner", "GET", f"/git/{'a' * 4096}/x.git/info/refs?service=git-upload-pack", 400),
                ("unknown instance", "GET", "/git/default/nobody.git/info/refs?service=git-upload-pack", 404),
                ("another's owner", "GET", f"/git/elsewhere/{NEIGHBOUR}.git/info/refs?service=git-upload-pack", 404),
                ("unknown service", "GET", f"{path}/info/refs?service=git-evil-pack", 400),
                ("no service", "GET", f"{path}/info/refs", 400),
                ("a file of the repo", "GET", f"{path}/config", 404),
                ("an object", "GET", f"{path}/objects/info/packs", 404),
                ("another verb", "DELETE", f"{path}/git-receive-pack", 405)):
            with self.case(git=what):
                self.judge_git(self.rest.call(method, target, headers=basic), status)
        for what, service, body, status in (
                ("garbage", "git-receive-pack", b"garbage", 400), ("cut", "git-receive-pack", b"00a5", 400),
                ("garbage pack", "git-receive-pack", self.command() + b"PACKgarbage", 200),  # its report says "unpack"
                ("empty", "git-receive-pack", b"", 400), ("long line", "git-receive-pack", b"ffff" + b"x" * 70_000, 400),
                ("garbage wants", "git-upload-pack", b"0032want " + b"z" * 40 + b"\n0000", 400)):
            with self.case(git=what):
                headers = basic | {"Content-Type": f"application/x-{service}-request"}
                self.judge_git(self.rest.call("POST", f"{path}/{service}", body=body, headers=headers), status)
        with self.case(git="a bomb in gzip"):
            headers = basic | {"Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip"}
            answer = self.rest.call("POST", f"{path}/git-upload-pack", body=gzip.compress(b"z" * (256 << 20)), headers=headers)
            self.judge_git(answer, 400)
        with self.case(git="too long a push"):
            lines = (f"POST {path}/git-receive-pack HTTP/1.1", "Host: edm", f"Authorization: {basic['Authorization']}",
                     "Content-Type: application/x-git-receive-pack-request", f"Content-Length: {24 << 20}", "Connection: close")
            head = "\r\n".join(lines) + "\r\n\r\n"
            self.assertRegex(self.exchange(head.encode(), close=False), rb"(?s)^HTTP/1.1 413 .*error: push to .*\n  next   ")

    def judge_git(self, answer, status):
        """As git shows it: "error:" and the next step, or git's own report."""
        type(self).answers += 1
        self.assertEqual(answer.status, status, answer)
        if status == 200:
            self.assertRegex(answer.body, rb"unpack (?!ok)", answer)
        else:
            self.assertTrue(answer.body.startswith(b"error: "), answer)
            self.assertIn(b"  next ", answer.body)

    @staticmethod
    def command():
        line = f"{'0' * 40} {'a' * 40} refs/heads/main\0 report-status\n"
        return f"{len(line) + 4:04x}{line}0000".encode()
