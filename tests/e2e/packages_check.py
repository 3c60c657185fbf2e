"""The Debian packages on a machine with systemd: the watchdog, an upgrade under load, what is refused, what is left."""
import json
import pathlib
import threading
import time
import unittest
import urllib.request

import images
import lab
from systemd_machine import Machine

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/package"
# Its pages are read by another user than the one who checked them out, and a store keeps a volume.
DOCKERFILE = images.DOCKERFILE + "USER 65534\n"
COMPOSE = images.COMPOSE + "    volumes: [kept:/var/kept]\nvolumes:\n  kept:\n"


def make_packages(programs, out):
    """{name: file}"""
    made = lab.run([SCRIPT, "--bin", programs, "--out", out], timeout=300).stdout.split()
    return {pathlib.Path(file).name.split("_")[0]: pathlib.Path(file) for file in made}


def field(package, name):
    return lab.run(["dpkg-deb", "-f", package, name]).stdout.strip()


def needs(package):
    """The first of each choice: the machine gets those from here."""
    return [one.split("|")[0].split("(")[0].strip() for one in field(package, "Depends").split(",")]


class Load:
    """Asks an URL over and over from several threads, a connection each time, until the end of the block."""

    def __init__(self, url, threads=4):
        self.url, self.done, self.failed = url, 0, []
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(threads)]

    def ask(self):
        while not self.enough.wait(0.005):
            try:
                with urllib.request.urlopen(self.url, timeout=5) as answer:
                    answer.read()
                self.done += 1
            except OSError as problem:
                self.failed.append(f"{time.monotonic():.3f}: {problem!r}")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.enough.set()
        for thread in self.threads:
            thread.join()


class ApiLoad:
    """Asks the master over REST from within its machine, a connection each time, until the end of the block."""
    LOOP = '''rm -f /run/enough; while [ ! -e /run/enough ]; do
                curl -sS --fail-with-body -o /run/answer -H @/root/header http://127.0.0.1:8080/v1/instances/shop && echo done || { echo failed; cat /run/answer; }
              done'''

    def __init__(self, machine, folder):
        self.machine, self.log = machine, folder / "api.log"

    def __enter__(self):
        self.program = lab.Program(["docker", "exec", self.machine.name, "sh", "-c", self.LOOP], self.log)
        return self

    def __exit__(self, *_):
        self.machine.run("touch", "/run/enough")
        self.program.process.wait(30)
        lines = self.log.read_text().splitlines()
        self.done = lines.count("done")
        self.failed = [line for line in lines if line != "done"]


class PackagesCheck(unittest.TestCase):
    """The tests are steps of one story, in the order of their names."""

    @classmethod
    def setUpClass(cls):
        folder = lab.Folder("packages")
        cls.addClassCleanup(folder.close)
        cls.folder = folder.path
        cls.old = make_packages(lab.BIN, folder.path / "old")
        cls.new = make_packages(lab.BIN.parent / "next/bin", folder.path / "new")
        cls.machine = Machine([*sorted({one for package in cls.old.values() for one in needs(package)}), "docker-registry"])
        cls.addClassCleanup(cls.machine.close)
        cls.machine.open()
        for kind, packages in (("old", cls.old), ("new", cls.new)):
            cls.machine.run("mkdir", f"/root/{kind}")
            for file in packages.values():
                cls.machine.put(file, f"/root/{kind}/")
        cls.said = cls.install("old", *cls.old).stdout

    @classmethod
    def install(cls, kind, *names, check=True):
        packages = {"old": cls.old, "new": cls.new}[kind]
        return cls.machine.run("dpkg", "-i", *(f"/root/{kind}/{packages[name].name}" for name in names), check=check)

    @classmethod
    def edmctl(cls, *argv, check=True, stdin=None):
        token = cls.machine.run("cat", "/var/lib/edm/master/admin.token").stdout.strip()
        env = {"EDM_MASTER": "127.0.0.1:8800", "EDM_TOKEN": token, "HOME": "/root"}
        return cls.machine.run("edmctl", *argv, check=check, env=env, stdin=stdin)

    @classmethod
    def worker_is_ready(cls):
        return "ready" in cls.edmctl("worker", "ls").stdout.lower()

    def deploy(self, text):
        with_files = lab.Folder("site")
        self.addCleanup(with_files.close)
        self.machine.run("mkdir", "-p", "/root/shop")
        images.write(with_files.path, images.site(text, compose=COMPOSE, dockerfile=DOCKERFILE))
        self.machine.put(f"{with_files.path}/.", "/root/shop")
        return self.edmctl("deploy", "/root/shop", check=False)

    @classmethod
    def url(cls):
        return cls.edmctl("url", "shop").stdout.strip()

    def extract(self, name):
        """The old package's files, in this folder of /root."""
        self.machine.run("dpkg-deb", "-x", f"/root/old/{self.old[name].name}", f"/root/{name}-old")
        return f"{name}-old"

    def versions(self):
        return {name: self.machine.run(name, "--version").stdout.split()[-1] for name in ("edm-master", "edm-worker")}

    def test_1_a_first_installation_starts_nothing_and_says_what_is_next(self):
        for name in ("edm-master", "edm-worker"):
            self.assertEqual(self.machine.unit(name, "ActiveState"), "inactive")
            self.assertIn(f"{name}: next: /etc/edm/", self.said)
        self.assertEqual(self.machine.run("stat", "-c", "%U:%G %a", "/etc/edm/master.yaml").stdout.strip(), "root:edm 640")
        self.machine.run("systemctl", "enable", "--now", "edm-master")
        lab.eventually(lambda: self.machine.run("curl", "-sf", "http://127.0.0.1:8080/readyz", check=False).returncode == 0, 30)
        self.machine.run("sed", "-i", f"1i public_address: {self.machine.address}", "/etc/edm/worker.yaml")
        token = self.edmctl("token", "create", "machine", "--worker").stdout.strip().splitlines()[-1]
        self.machine.run("edm-worker", "join", "--token-file", "-", stdin=token)
        self.machine.run("systemctl", "enable", "--now", "edm-worker")
        lab.eventually(self.worker_is_ready, 30, what="the worker being ready")
        deployed = self.deploy("one")
        self.assertEqual(deployed.returncode, 0, deployed.stdout + deployed.stderr + self.journal("edm-worker"))
        self.assertEqual(lab.fetch(self.url()).decode(), "one")

    def journal(self, unit):
        return self.machine.run("journalctl", "-u", unit, "-n", "40", "--no-pager", "-o", "cat", check=False).stdout

    def test_2_a_program_that_hangs_is_restarted_and_instances_do_not_notice(self):
        before = self.machine.containers()
        self.assertTrue(before)
        with Load(self.url()) as load:
            for name in ("edm-worker", "edm-master"):
                pid = self.machine.unit(name, "MainPID")
                self.machine.run("kill", "-STOP", pid)
                stopped = time.monotonic()
                lab.eventually(lambda: self.machine.unit(name, "MainPID") not in (pid, "0") and
                               self.machine.unit(name, "ActiveState") == "active", 60, every=0.2, what=f"a new {name}")
                self.assertGreater(time.monotonic() - stopped, 5, "it was the watchdog, which waits for a while")
                self.assertIn("watchdog", self.machine.run("journalctl", "-u", name, "-n", "40", "--no-pager").stdout.lower())
                lab.eventually(self.worker_is_ready, 30, what=f"the worker being ready after {name}")
        self.assertEqual(load.failed, [])
        self.assertGreater(load.done, 100)
        self.assertEqual(self.machine.containers(), before)
        self.assertEqual(self.deploy("two").returncode, 0)

    def test_3_an_upgrade_under_load_fails_no_request(self):
        old, new = field(self.old["edm-worker"], "Version"), field(self.new["edm-worker"], "Version")
        self.machine.run("sed", "-i", "1i # mine", "/etc/edm/worker.yaml")
        before = self.machine.containers()
        token = self.machine.run("cat", "/var/lib/edm/master/admin.token").stdout.strip()
        self.machine.run("tee", "/root/header", stdin=f"Authorization: Bearer {token}\n")
        with Load(self.url()) as load, ApiLoad(self.machine, self.folder) as api:
            self.install("new", "edm-worker")
            # One version ahead of its master.
            self.assertEqual(self.versions(), {"edm-master": old, "edm-worker": new})
            lab.eventually(self.worker_is_ready, 30, what="a newer worker with an older master")
            self.assertEqual(self.edmctl("exec", "shop/web", "--", "echo", "across").stdout, "across\n")
            self.install("new", "edm-master", "edmctl")
            lab.eventually(self.worker_is_ready, 30, what="both anew")
            time.sleep(2)
        for one in (load, api):
            self.assertEqual(one.failed, [])
            self.assertGreater(one.done, 100)
        self.assertEqual(self.versions(), {"edm-master": new, "edm-worker": new})
        self.assertEqual(self.machine.containers(), before)
        self.assertEqual(self.machine.run("head", "-n", "1", "/etc/edm/worker.yaml").stdout, "# mine\n")
        for state in ("/var/lib/edm/master/backup-{}/state.db", "/var/lib/edm-worker/backup-{}/journal.db"):
            self.machine.run("test", "-s", state.format(old))
        self.assertEqual(self.deploy("three").returncode, 0)
        self.assertEqual(lab.fetch(self.url()).decode(), "three")

    def test_4_going_back_is_refused_by_the_package_and_by_the_program(self):
        old, new = field(self.old["edm-master"], "Version"), field(self.new["edm-master"], "Version")
        for name in ("edm-master", "edm-worker"):
            refused = self.install("old", name, check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(f"{new} is installed; going back to {old} is refused", refused.stderr)
            self.assertEqual(self.machine.unit(name, "ActiveState"), "active")
            self.machine.run("systemctl", "stop", name)
            program = f"/root/{self.extract(name)}/usr/bin/{name}"
            refused = self.machine.run(program, "--config", f"/etc/edm/{name[4:]}.yaml", check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(f"version {new} of edm has written it, and this is version {old}", refused.stderr)
            self.machine.run("systemctl", "start", name)
        lab.eventually(self.worker_is_ready, 30, what="the worker being ready again")

    def test_5_an_older_worker_serves_a_newer_master(self):
        """As on a machine that is upgraded last; here beside the other one, on the same engine."""
        program = f"/root/{self.extract('edm-worker')}/usr/bin/edm-worker"
        flags = ["--id", "older", "--data-dir", "/root/older", "--rpc-listen", "0.0.0.0:8835", "--http-listen", "127.0.0.1:8836",
                 "--public-address", self.machine.address, "--subnets", "10.77.0.0/16", "--ports", "19000-19100"]
        token = self.edmctl("token", "create", "older", "--worker").stdout.strip().splitlines()[-1]
        self.machine.run(program, "join", "--token-file", "-", *flags, stdin=token)
        older = lab.Program(["docker", "exec", self.machine.name, program, *flags], self.folder / "older.log")
        self.addCleanup(older.stop)
        self.addCleanup(self.machine.run, "pkill", "-f", "--data-dir /root/older", check=False)
        lab.eventually(lambda: json.loads(self.edmctl("worker", "show", "older", "--json").stdout)["state"] == "READY", 30,
                       what="an older worker with a newer master")
        shown = json.loads(self.edmctl("worker", "show", "older", "--json").stdout)
        self.assertEqual(shown["version"], field(self.old["edm-worker"], "Version"))

    def test_6_a_registry_keeps_what_is_built(self):
        listen = f"{self.machine.address}:5000"
        self.machine.run("sed", "-i", f'1i registry: {{ listen: "{listen}" }}', "/etc/edm/master.yaml")
        self.machine.run("systemctl", "restart", "edm-master")
        self.machine.run("systemctl", "enable", "--now", "edm-registry", "edm-registry-restart.timer")
        lab.eventually(self.worker_is_ready, 30)
        answer = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", "/var/lib/edm/master/ca/ca.crt", f"https://{listen}/v2/"]
        is_there = lambda: self.machine.run(*answer, check=False).stdout == "401"
        try:
            lab.eventually(is_there, 30, what="the registry")
        except AssertionError as absent:
            self.fail(f"{absent}: {self.journal('edm-registry')}")
        pid = self.machine.unit("edm-registry", "MainPID")
        self.assertEqual(self.machine.run("stat", "-c", "%U", f"/proc/{pid}").stdout.strip(), "edm")
        self.assertEqual(self.machine.run("ls", f"/proc/{pid}/root/var/lib/edm/master").stdout.split(), ["registry"])
        deployed = self.deploy("four")
        self.assertEqual(deployed.returncode, 0, deployed.stdout + deployed.stderr)
        newest = json.loads(self.edmctl("show", "shop", "--json").stdout)["status"]["release"]
        self.assertEqual(self.in_registry(), [f"web-r{newest}"], deployed.stdout + deployed.stderr + self.journal("edm-registry"))
        before = self.machine.unit("edm-registry", "MainPID")
        self.machine.run("systemctl", "start", "edm-registry-restart")
        self.assertNotEqual(self.machine.unit("edm-registry", "MainPID"), before, "it restarts, as each night")
        lab.eventually(is_there, 30, what="the registry again")
        self.assertEqual(self.in_registry(), [f"web-r{newest}"])

    def in_registry(self):
        tags = self.machine.run("find", "/var/lib/edm-registry", "-path", "*/shop/_manifests/tags/*", "-prune", "-name", "web-r*").stdout
        return sorted(pathlib.Path(tag).name for tag in tags.split())

    def test_7_removed_and_purged(self):
        lab.eventually(self.worker_is_ready, 30)
        before, url = self.machine.containers(), self.url()
        page = lab.fetch(url)
        self.machine.run("dpkg", "-r", "edm-worker")
        self.assertEqual(self.machine.containers(), before, "instances go on")
        self.assertEqual(lab.fetch(url), page)
        said = self.machine.run("dpkg", "-P", "edm-worker").stdout
        self.assertIn("shop_kept", said)
        self.assertEqual(self.machine.containers(), [])
        self.assertIn("shop_kept", self.machine.run("docker", "volume", "ls", "-q").stdout)
        self.machine.run("dpkg", "-P", "edm-master", "edmctl")
        for path in ("/var/lib/edm", "/var/lib/edm-worker", "/etc/edm", "/lib/systemd/system/edm-master.service",
                     "/etc/docker/certs.d", "/var/lib/edm-registry"):
            self.assertNotEqual(self.machine.run("test", "-e", path, check=False).returncode, 0, path)
        self.assertEqual(self.machine.run("getent", "passwd", "edm", check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main()
