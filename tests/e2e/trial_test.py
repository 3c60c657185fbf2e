"""A new release is tried beside the one that runs: who calls an instance sees no more than a short gap."""
import threading
import time

import images
import lab
from cluster import docker_listing
from one_worker import TracelessTest

PAUSE = 0.05  # seconds between two calls
OUTAGE_MAX = 10  # seconds
# Runs and listens, and its healthcheck never passes.
UNWELL = images.COMPOSE.replace("http://127.0.0.1:8000/", "http://127.0.0.1:8000/none")
STORE = f"""  store:
    build: {{context: ., dockerfile_inline: "FROM {images.BASE}"}}
    command: ["/bin/busybox", "httpd", "-f", "-p", "9000", "-h", "/data"]
    stop_signal: SIGKILL
    volumes: ["data:/data"]
volumes: {{data: {{}}}}
"""
# Nothing listens where its port is, so it is waited for as long as it may take; it is deaf to SIGTERM as well.
DEAF = images.DOCKERFILE.replace('"8000"', '"3000"')
PLAIN = """services:
  web: {build: ., ports: ["8000"], volumes: ['data:/data']}
volumes: {data: {}}
"""


class Caller:
    """Calls a URL again and again; `outage` is the time from the first failure to the last, in seconds."""

    def __init__(self, url):
        self.url, self.failed, self.answers = url, [], 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ended.is_set():
            try:
                lab.fetch(self.url, timeout=1)
                self.answers += 1
            except OSError:
                self.failed.append(time.monotonic())
            time.sleep(PAUSE)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    @property
    def outage(self):
        return self.failed[-1] - self.failed[0] + PAUSE if self.failed else 0


class TrialTest(TracelessTest):
    NAME = "trial"

    def deploy_unwell(self, name, good, bad, service="web"):
        """Deploys both, the second while its instance is called; gives the failed operation and the caller."""
        first = self.cluster.deploy(name, good)
        self.assertEqual(first["state"], "DONE", first)
        url = first["endpoints"][0]["url"]
        with Caller(url) as caller:
            failed = self.cluster.deploy(name, bad)
        print(f"{name}: {caller.outage:.2f} s without an answer, {caller.answers} answers")
        self.assertEqual((failed["state"], failed["restored_release"]), ("FAILED", 1), failed)
        self.assertEqual(failed["still_serves"], not caller.failed, failed)
        self.assertIn(f"{name}/{service}", failed["failure"]["object"])
        self.assertTrue(failed["failure"]["evidence"] and failed["failure"]["hint"], failed["failure"])
        self.assertNotIn("_trial", str(failed["failure"]))
        self.assertEqual(lab.fetch(url).decode(), "good")
        instance = self.cluster.instance(name)["status"]
        self.assertEqual((instance["release"], instance["health"]), (1, "HEALTHY"), instance)
        return failed, caller

    def of_trial(self, name):
        return [line for kind in (["ps", "-a", "--format", "{{.Names}}"], ["network", "ls", "--format", "{{.Name}}"],
                                  ["volume", "ls", "--format", "{{.Name}}"])
                for line in lab.run(["docker", *kind]).stdout.split() if f"{name}_trial" in line or (line.startswith(name) and ".trial." in line)]

    def test_a_service_alone_that_never_becomes_healthy_is_no_outage(self):
        failed, caller = self.deploy_unwell("alone", images.site("good", compose=None),
                                             images.site("bad", compose=None, dockerfile=DEAF), service="app")
        self.assertIn("60 s", failed["failure"]["cause"])
        self.assertIn("3000", str(failed["failure"]))
        self.assertEqual(caller.failed, [])
        self.assertIn("alone_trial.app.1", " ".join(failed["warnings"]))
        self.assertEqual([name for name in self.of_trial("alone") if "app" in name], ["alone_trial.app.1"])
        self.assertNotIn("alone_trial", self.cluster.edmctl("ls").stdout)
        footprint = self.rest.get("/v1/instances/alone/footprint").json
        self.assertIn("alone_trial.app.1", footprint["containers"])
        self.assertEqual(self.cluster.order("alone", "stop")["state"], "DONE")
        self.assertEqual(self.of_trial("alone"), [])

    def test_a_service_beside_a_store_that_stays_is_no_outage(self):
        good = images.site("good", compose=images.COMPOSE + STORE)
        self.addCleanup(self.cluster.delete, "beside")
        _, caller = self.deploy_unwell("beside", good, images.site("bad", compose=UNWELL + STORE))
        self.assertEqual(caller.failed, [])
        store = lab.run(["docker", "inspect", "-f", "{{.Id}} {{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}",
                         "beside.store.1"]).stdout.split()
        self.assertEqual(store[1:], ["beside_default"], "given back")
        lab.run(["docker", "exec", "beside.store.1", "/bin/busybox", "sh", "-c", "echo hello > /data/index.html"])
        # Healthy only where the store answers by its name, also in the trial.
        lent = images.COMPOSE.replace("http://127.0.0.1:8000/", "http://store:9000/")
        done = self.cluster.deploy("beside", images.site("third", compose=lent + STORE))
        self.assertEqual(done["state"], "DONE", done)
        self.assertEqual(self.cluster.page(done), "third")
        self.assertEqual(self.of_trial("beside"), [])

    def store_of(self, name):
        return lab.run(["docker", "inspect", "-f", "{{.Id}} {{.State.StartedAt}}", f"{name}.store.1"]).stdout.split()

    def test_a_store_that_has_not_changed_runs_on(self):
        compose = images.COMPOSE + STORE.replace('["data:/data"]', '["data:/data", "./conf:/conf:ro"]')
        site = lambda page, conf="1", compose=compose: images.site(page, compose=compose, **{"conf/a": conf})
        def deploy(*arguments):
            done = self.cluster.deploy("keeps", site(*arguments))
            self.assertEqual(done["state"], "DONE", done)
            self.assertEqual(self.cluster.page(done), arguments[0])
        deploy("1")
        before = self.store_of("keeps")
        for page in "2345678":  # the release that it was made for can no longer be rolled back to
            deploy(page)
        self.assertEqual(self.store_of("keeps"), before)
        worker = self.cluster.workers["worker-1"]
        worker.program.kill()
        worker.start()
        lab.eventually(worker.ready, 20)
        self.assertEqual(self.cluster.order("keeps", "rollback")["state"], "DONE")
        self.assertEqual(self.store_of("keeps"), before)
        self.assertEqual(self.cluster.order("keeps", "stop")["state"], "DONE")
        self.assertEqual(self.cluster.order("keeps", "start")["state"], "DONE")
        self.assertEqual(self.store_of("keeps")[0], before[0], "its bound file was there")
        deploy("9", "2")
        self.assertNotEqual(self.store_of("keeps")[0], before[0], "its bound file has changed")
        deploy("10", "2")
        tags = lab.run(["docker", "images", "--format", "{{.Tag}}", "edm/keeps/store"]).stdout.split()
        self.assertNotIn("r1", tags)

    def test_a_service_on_a_volume_of_its_own_is_back_soon(self):
        good, bad = images.site("good", compose=PLAIN), images.site("bad", compose=PLAIN, dockerfile=DEAF)
        _, caller = self.deploy_unwell("own", good, bad)
        self.assertGreater(len(caller.failed), 0, "it cannot run twice")
        self.assertLessEqual(caller.outage, OUTAGE_MAX)
        self.assertEqual(self.of_trial("own"), [])

    def test_a_good_release_leaves_nothing_of_its_trial(self):
        compose = images.COMPOSE + STORE
        self.assertEqual(self.cluster.deploy("fine", images.site("one", compose=compose))["state"], "DONE")
        before = docker_listing()
        metric = self.subnets_free()
        second = self.cluster.deploy("fine", images.site("two", compose=compose))
        self.assertEqual(second["state"], "DONE", second)
        self.assertEqual(self.cluster.page(second), "two")
        after = docker_listing()
        for kind in ("networks", "volumes"):
            self.assertEqual(after[kind], before[kind], kind)
        self.assertEqual(len(after["containers"]), len(before["containers"]))
        self.assertEqual(self.subnets_free(), metric)
        log = self.rest.get(f"/v1/operations/{second['id']}/events", headers={"Accept": "application/x-ndjson"}).body.decode()
        self.assertIn("trial: web: healthy", log)

    def begin_deaf(self, name):
        """A deploy under way whose trial runs; gives its operation and the URL of the release that serves."""
        good = self.cluster.deploy(name, images.site("good", compose=None))
        self.assertEqual(good["state"], "DONE", good)
        deaf = images.site("bad", compose=None, dockerfile=DEAF, **{"edm.yaml": "health: {time: 6s}\n"})
        self.rest.put(f"/v1/instances/{name}/source", images.tarball(deaf), headers={"Content-Type": "application/gzip"})
        begun = self.rest.post(f"/v1/instances/{name}/deploy", {}).json
        lab.eventually(lambda: self.is_tried(name), 20)
        return begun, good["endpoints"][0]["url"]

    @staticmethod
    def is_tried(name):
        return f"{name}_trial.app.1" in lab.run(["docker", "ps", "--format", "{{.Names}}"]).stdout.split()

    def ended(self, operation):
        lab.eventually(lambda: self.rest.get(f"/v1/operations/{operation['id']}").json["state"] not in ("PENDING", "RUNNING"), 60)
        return self.rest.get(f"/v1/operations/{operation['id']}").json

    def test_a_worker_killed_in_a_trial_tries_again(self):
        begun, url = self.begin_deaf("killed")
        worker = self.cluster.workers["worker-1"]
        with Caller(url) as caller:
            worker.program.kill()
            worker.start()
            failed = self.ended(begun)
        self.assertEqual((failed["state"], failed["still_serves"], caller.failed), ("FAILED", True, []), failed)
        self.assertEqual(self.cluster.delete("killed")["state"], "DONE")
        self.assertEqual(self.of_trial("killed"), [])

    def test_a_cancelled_trial_leaves_nothing(self):
        begun, url = self.begin_deaf("cancelled")
        with Caller(url) as caller:
            self.rest.post(f"/v1/operations/{begun['id']}/cancel")
            ended = self.ended(begun)
        self.assertEqual((ended["state"], caller.failed), ("CANCELLED", []), ended)
        self.assertEqual(self.of_trial("cancelled"), [])
        self.assertEqual(lab.fetch(url).decode(), "good")

    def subnets_free(self):
        worker = self.cluster.workers["worker-1"]
        text = lab.fetch(f"http://{worker.address}:{worker.http}/metrics").decode()
        return [line for line in text.splitlines() if line.startswith("edm_worker_networks_free")]
