"""Built once, pulled by digest elsewhere: two workers on machines of their own, and Debian's docker-registry as edm sets it
up beside the master.

    /usr/bin/python3 tests/e2e/run.py --cluster --bin DIR registry_check
"""
import json
import pathlib
import shutil
import ssl
import time
import unittest
import urllib.error
import urllib.request

import images
import lab
import network_lab
from cluster import Cluster

PORT = 5055
CERTS = pathlib.Path("/etc/docker/certs.d")  # where every engine looks
TIDIED = 30  # seconds: a look every 5, and a machine that is busy


class RegistryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("registry")
        cls.net = network_lab.NetworkLab(cls.folder.path, hosts=2, consul=False)
        cls.addClassCleanup(cls.folder.close)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        for host in cls.net.hosts:
            images.ensure_base(host.docker)
        cls.host = f"{cls.net.root_address}:{PORT}"
        cls.cluster = Cluster("registry", address=cls.net.root_address, more=["--registry-listen", cls.host])
        cls.addClassCleanup(cls.cluster.close)
        cls.addClassCleanup(shutil.rmtree, CERTS / cls.host, ignore_errors=True)
        cls.cluster.start_master()
        cls.registry = lab.Program(["docker-registry", "serve", cls.cluster.data / "registry/config.yml"],
                                   cls.folder.path / "registry.log")
        cls.addClassCleanup(cls.registry.stop)
        lab.eventually(lambda: cls.ask("/v2/") == 401, what="the registry")
        for host in cls.net.hosts:
            cls.cluster.add_worker(f"worker-{host.number}", namespace=host.name, address=host.address, socket=host.socket)

    @classmethod
    def ask(cls, path):
        """What the registry answers to somebody without a credential."""
        tls = ssl.create_default_context(cafile=cls.cluster.data / "ca/ca.crt")
        try:
            with urllib.request.urlopen(f"https://{cls.host}{path}", context=tls, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    # What there is.

    def status(self, name):
        return self.cluster.instance(name)["status"]

    def host_of(self, name):
        return self.net.hosts[int(self.status(name)["worker"][-1]) - 1]

    def other(self, host):
        return next(one for one in self.net.hosts if one is not host)

    def release(self, name, number=-1):
        releases = self.cluster.rest.get(f"/v1/instances/{name}/releases").json["releases"]
        return sorted(releases, key=lambda one: one["number"])[number]

    def image_id(self, host, name, release):
        return lab.run([*host.docker, "image", "inspect", "-f", "{{.Id}}", f"edm/{name}/web:r{release}"]).stdout.strip()

    def names_on(self, host):
        """Of all images on an engine, digests included."""
        listed = lab.run([*host.docker, "images", "--digests", "--format", "{{.Repository}}:{{.Tag}}@{{.Digest}}"])
        return listed.stdout.split()

    def stored(self, name):
        """How the images of an instance are called in the registry, by its files."""
        found = (self.cluster.data / "registry/storage").glob(f"docker/registry/v2/repositories/edm/*/{name}/_manifests/tags/*")
        return sorted(tag.name for tag in found)

    # What happens.

    def deploy(self, name, text=None):
        operation = self.cluster.deploy(name, images.site(text or name))
        self.assertEqual(operation["state"], "DONE", operation)
        return operation

    def move(self, name):
        """To the other worker; the operation as it ended."""
        goal = self.other(self.host_of(name))
        moved = self.cluster.edmctl("move", name, "--to", f"worker-{goal.number}")
        self.assertEqual(self.host_of(name), goal, moved.stdout)
        self.assertEqual(self.cluster.page(self.cluster.instance(name)), name)
        return self.cluster.rest.get(f"/v1/operations/{self.status(name)['operation']}").json

    def clean(self, name):
        self.assertEqual(self.cluster.delete(name)["state"], "DONE")

    # The tests.

    def test_1_what_one_worker_built_the_other_pulls_by_digest(self):
        self.deploy("puller")
        built = self.release("puller")["images"][0]
        self.assertRegex(built.get("digest", ""), "^sha256:[0-9a-f]{64}$")
        self.assertEqual(self.stored("puller"), ["web-r1"])
        self.assertEqual(self.ask("/v2/edm/x/puller/tags/list"), 401, "nobody reads without a credential")
        before = self.host_of("puller")
        began = time.monotonic()
        operation = self.move("puller")
        print(f"  moved by a pull in {time.monotonic() - began:.1f} s", flush=True)
        self.assertEqual(operation.get("warnings", []), [])
        step = next(one for one in operation["steps"] if one["name"] == "build")
        self.assertEqual(step["detail"], "web pulled")
        after = self.host_of("puller")
        self.assertNotEqual(before, after)
        self.assertEqual(self.image_id(after, "puller", 1), built["id"])
        self.assertEqual(self.release("puller")["images"][0], built)
        for host in self.net.hosts:
            self.assertEqual([one for one in self.names_on(host) if self.host in one], [], "only our own names stay")
        self.clean("puller")
        for host in self.net.hosts:
            lab.eventually(lambda: not any("puller" in one for one in self.names_on(host)), TIDIED, 0.5,
                           what=f"what was built, or pulled, going from {host.name}")
        lab.eventually(lambda: self.stored("puller") == [], TIDIED, 0.5, what="its images going from the registry")

    def test_2_what_is_no_release_any_more_goes(self):
        for number in range(6):
            self.deploy("old", f"old {number}")
        kept = [f"web-r{number}" for number in range(2, 7)]
        lab.eventually(lambda: self.stored("old") == kept, TIDIED, 0.5, what="the first release going from the registry")
        self.clean("old")

    def test_3_a_registry_that_is_away_costs_a_build_and_nothing_else(self):
        self.deploy("alone")
        self.registry.kill()
        try:
            operation = self.move("alone")
            self.assertIn("built again", " ".join(operation["warnings"]))
            first = self.deploy("offline")
            self.assertIn("push failed", " ".join(first["warnings"]))
            self.assertEqual(self.release("offline")["images"][0]["digest"], "")
        finally:
            self.registry.start()
        lab.eventually(lambda: self.ask("/v2/") == 401, what="the registry")
        self.move("alone")
        self.assertEqual(self.cluster.page(self.cluster.instance("alone")), "alone")
        self.clean("alone")
        self.clean("offline")

    def test_4_what_the_registry_has_lost_is_built_again_and_pushed_again(self):
        self.deploy("lost")
        self.registry.kill()
        shutil.rmtree(self.cluster.data / "registry/storage")
        self.registry.start()
        lab.eventually(lambda: self.ask("/v2/") == 401, what="the registry")
        operation = self.move("lost")
        self.assertIn("built again", " ".join(operation["warnings"]))
        self.assertEqual(self.stored("lost"), ["web-r1"])
        again = self.move("lost")
        self.assertEqual(again.get("warnings", []), [])
        self.clean("lost")

    def test_5_no_credential_is_shown_or_logged(self):
        self.deploy("quiet")
        texts = [path.read_text(errors="replace") for path in self.cluster.folder.path.glob("*.log")]
        texts.append(json.dumps(self.release("quiet")))
        texts += [pathlib.Path(f"/proc/{worker.program.pid}/cmdline").read_text() for worker in self.cluster.workers.values()]
        for text in texts:
            self.assertNotIn("eyJ", text, "a token begins like this")
        self.clean("quiet")

    def test_6_members_pull_what_the_first_of_them_has_built(self):
        made = self.cluster.rest.post("/v1/instances", {"id": "many", "spec": {"replicas": 2}})
        self.assertEqual(made.status, 201, made)
        self.deploy("many")
        steps = [self.cluster.rest.get(f"/v1/operations/{self.status(one)['operation']}").json["steps"] for one in ("many_1", "many_2")]
        details = [next(step["detail"] for step in of if step["name"] == "build") for of in steps]
        self.assertEqual(details[1], "web pulled", details)
        self.assertNotEqual(details[0], "web pulled")
        hosts = [self.host_of("many_1"), self.host_of("many_2")]
        self.assertNotEqual(*hosts)
        self.assertEqual(self.image_id(hosts[0], "many_1", 1), self.image_id(hosts[1], "many_2", 1))
        self.assertEqual(self.stored("many"), ["web-r1"])
        self.clean("many")
        for host in self.net.hosts:
            lab.eventually(lambda: not any("many" in one for one in self.names_on(host)), TIDIED, 0.5,
                           what=f"what was built, or pulled, going from {host.name}")
        lab.eventually(lambda: self.stored("many") == [], TIDIED, 0.5, what="its images going from the registry")

    def test_7_what_was_not_pushed_is_pushed_with_a_later_start(self):
        self.registry.kill()
        try:
            self.deploy("late")
        finally:
            self.registry.start()
        lab.eventually(lambda: self.ask("/v2/") == 401, what="the registry")
        self.assertEqual(self.release("late")["images"][0]["digest"], "")
        self.assertEqual(self.cluster.order("late", "restart")["state"], "DONE")
        self.assertRegex(self.release("late")["images"][0]["digest"], "^sha256:[0-9a-f]{64}$")
        self.assertEqual(self.stored("late"), ["web-r1"])
        self.clean("late")


if __name__ == "__main__":
    unittest.main()
