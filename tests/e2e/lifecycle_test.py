"""One machine, one worker: source in, running instance out, and nothing left behind."""
import json
import os
import pathlib
import socket
import time
import unittest

import images
import lab
from cluster import docker_listing
from one_worker import TracelessTest

CRASHES = images.DOCKERFILE.replace('CMD ["/bin/busybox", "httpd", "-f", "-p", "8000", "-h", "/www"]',
                                    'CMD ["/bin/busybox", "sh", "-c", "echo no database; exit 3"]')
WRONG_PORT = images.DOCKERFILE.replace('"8000"', '"3000"').replace("EXPOSE 8000", "EXPOSE 8000")


class LifecycleTest(TracelessTest):
    NAME = "lifecycle"

    def test_a_folder_becomes_a_url_and_every_verb_does_what_it_says(self):
        before = docker_listing()
        operation = self.cluster.deploy("shop")
        self.assertEqual(operation["state"], "DONE", operation)
        self.assertEqual([step["name"] for step in operation["steps"]], ["source", "place", "policy", "build", "start"])
        self.assertEqual(self.cluster.page(operation), "hello")
        instance = self.cluster.instance("shop")
        self.assertEqual((instance["status"]["phase"], instance["status"]["health"]), ("RUNNING", "HEALTHY"))
        url = instance["status"]["endpoints"][0]["url"]
        containers = docker_listing()["containers"]

        self.assertEqual(self.cluster.order("shop", "stop")["state"], "DONE")
        self.assertEqual(self.cluster.instance("shop")["status"]["phase"], "STOPPED")
        with self.assertRaises(OSError):
            lab.fetch(url, timeout=1)
        self.assertEqual(self.cluster.order("shop", "start")["state"], "DONE")
        self.assertEqual(lab.fetch(url).decode(), "hello")
        self.assertEqual(docker_listing()["containers"], containers, "start after stop keeps the containers")
        self.assertEqual(self.cluster.order("shop", "restart")["state"], "DONE")

        second = self.cluster.deploy("shop", images.site("second"))
        self.assertEqual((second["state"], second["release"]), ("DONE", 2), second)
        self.assertEqual(lab.fetch(url).decode(), "second", "a new release keeps its URL")
        back = self.cluster.order("shop", "rollback", {"release": 1})
        self.assertEqual(back["state"], "DONE", back)
        self.assertEqual(lab.fetch(url).decode(), "hello")
        numbers = [release["number"] for release in self.rest.get("/v1/instances/shop/releases").json["releases"]]
        self.assertEqual(sorted(numbers), [1, 2])

        self.assertEqual(self.cluster.delete("shop")["state"], "DONE")
        self.assertEqual(self.rest.get("/v1/instances/shop").status, 404)
        self.assertEqual(docker_listing(), before)

    def test_a_release_that_ends_at_once_is_told_and_the_old_one_serves(self):
        good = self.cluster.deploy("steady", images.site("good"))
        url = good["endpoints"][0]["url"]
        failed = self.cluster.deploy("steady", images.site("bad", dockerfile=CRASHES))
        self.assertEqual((failed["state"], failed["restored_release"]), ("FAILED", 1), failed)
        self.assertIn("steady/web", failed["failure"]["object"])
        self.assertTrue(any("no database" in line for line in failed["failure"]["evidence"]), failed["failure"])
        self.assertTrue(failed["failure"]["hint"])
        self.assertEqual(lab.fetch(url).decode(), "good")

    def test_the_port_that_is_listened_on_is_named(self):
        compose = images.COMPOSE.split("    healthcheck")[0]
        edm = "health: {port: 8000, time: 5s}\n"
        failed = self.cluster.deploy("wrong-port", images.site(compose=compose, dockerfile=WRONG_PORT, **{"edm.yaml": edm}))
        self.assertEqual(failed["state"], "FAILED")
        text = json.dumps(failed["failure"])
        self.assertIn("8000", text)
        self.assertIn("3000", text)

    def test_a_failing_build_names_the_step_and_changes_nothing(self):
        self.cluster.deploy("builds", images.site("first"))
        broken = images.DOCKERFILE + 'RUN ["/bin/busybox", "sh", "-c", "echo compiling; exit 7"]\n'
        failed = self.cluster.deploy("builds", images.site("second", dockerfile=broken))
        self.assertEqual(failed["state"], "FAILED")
        self.assertIn("7", failed["failure"]["cause"] + " ".join(failed["failure"]["evidence"]))
        self.assertEqual(self.cluster.page(self.cluster.instance("builds")), "first")

    def test_a_fixed_host_port_is_that_one_and_stays(self):
        def files(port, text="fixed"):
            return images.site(text, compose=images.COMPOSE.replace('"8000"', f'"{port}:8000"'))

        port, other = lab.free_port(), lab.free_port()
        self.assertEqual(self.cluster.deploy("fixed", files(port))["state"], "DONE")
        url = f"http://127.0.0.1:{port}"
        self.assertEqual(lab.fetch(url).decode(), "fixed")
        for verb in ("stop", "start", "restart"):
            self.assertEqual(self.cluster.order("fixed", verb)["state"], "DONE", verb)
        self.assertEqual(self.cluster.deploy("fixed", files(port, "rebuilt"))["state"], "DONE")
        self.assertEqual(lab.fetch(url).decode(), "rebuilt")

        # Another instance is told whose it is, also while that one is stopped; nothing of it is built.
        for verb in (None, "stop"):
            if verb:
                self.cluster.order("fixed", verb)
            clash = self.cluster.deploy("fixed-too", files(port))
            self.assertEqual((clash["state"], clash["failure"]["code"]), ("FAILED", "FAILED_PRECONDITION"), clash)
            self.assertIn(f"host port {port} is reserved for instance fixed (web:8000)", clash["failure"]["cause"])
            self.assertIn('"8000"', clash["failure"]["hint"])
            self.assertNotIn("fixed-too", lab.run(["docker", "images"]).stdout)
        self.cluster.order("fixed", "start")

        # A process of somebody else is named, and what runs goes on.
        with socket.socket() as foreign:
            foreign.bind(("0.0.0.0", other))
            foreign.listen()
            clash = self.cluster.deploy("fixed", files(other, "never"))
            self.assertEqual((clash["state"], clash["failure"]["code"]), ("FAILED", "FAILED_PRECONDITION"), clash)
            self.assertIn(f"host port {other} is held by", clash["failure"]["cause"])
            self.assertIn(f"(pid {os.getpid()})", clash["failure"]["cause"])
            self.assertEqual(lab.fetch(url).decode(), "rebuilt")
        self.assertEqual(self.cluster.deploy("fixed", files(other, "moved"))["state"], "DONE")
        self.assertEqual(lab.fetch(f"http://127.0.0.1:{other}").decode(), "moved")
        # What it had before is free for others now.
        self.assertEqual(self.cluster.deploy("fixed-too", files(port))["state"], "DONE")
        back = self.cluster.order("fixed", "rollback", {"release": 1})
        self.assertEqual(back["state"], "FAILED", back)
        self.assertIn("fixed-too", back["failure"]["cause"])
        self.assertEqual(lab.fetch(f"http://127.0.0.1:{other}").decode(), "moved")

    def test_a_kept_port_that_somebody_took_is_named_at_the_start(self):
        operation = self.cluster.deploy("kept")
        port = operation["endpoints"][0]["port"]
        self.cluster.order("kept", "stop")
        with socket.socket() as foreign:
            foreign.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            foreign.bind(("0.0.0.0", port))
            foreign.listen()
            failed = self.cluster.order("kept", "start")
            self.assertEqual(failed["state"], "FAILED", failed)
            self.assertIn(f"(pid {os.getpid()})", failed["failure"]["cause"])
        self.assertEqual(self.cluster.order("kept", "start")["state"], "DONE")

    def test_a_subnet_that_another_network_took_is_replaced(self):
        self.assertEqual(self.cluster.deploy("subnets")["state"], "DONE")
        subnet = lab.run(["docker", "network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", "subnets_default"]).stdout.strip()
        self.cluster.order("subnets", "stop")
        # Somebody cleans up by hand, and a network of his own gets that subnet.
        lab.run(["docker", "rm", "-f", "subnets.web.1"])
        lab.run(["docker", "network", "rm", "subnets_default"])
        lab.run(["docker", "network", "create", "--subnet", subnet, "edm-lifecycle-foreign"])
        self.addCleanup(lab.run, ["docker", "network", "rm", "edm-lifecycle-foreign"], check=False)
        started = self.cluster.order("subnets", "start")
        self.assertEqual(started["state"], "DONE", started)
        self.assertTrue(any(subnet in warning for warning in started["warnings"]), started)
        self.assertEqual(self.cluster.page(started), "hello")

    def test_a_first_deploy_without_source_leaves_no_instance(self):
        gone = self.rest.post("/v1/instances/ghost/deploy?wait=60s", {"git_url": "http://127.0.0.1:1/x.git", "create": True}, timeout=90)
        self.assertEqual(gone.json["state"], "FAILED", gone)
        self.assertEqual(self.rest.get("/v1/instances/ghost").status, 404)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/x.git"
            for is_killed in (False, True):
                begun = self.rest.post("/v1/instances/ghost/deploy", {"git_url": url, "create": True}).json
                lab.eventually(lambda: list((self.cluster.data / "git").glob("*/ghost.git")), 10)
                asked = time.monotonic()
                self.rest.post(f"/v1/operations/{begun['id']}/cancel")
                if is_killed:
                    self.cluster.master.kill()
                    self.cluster.start_master()
                lab.eventually(lambda: self.rest.get(f"/v1/operations/{begun['id']}").json["state"] == "CANCELLED", 10)
                if not is_killed:
                    self.assertLess(time.monotonic() - asked, 3)
                self.assertEqual(self.rest.get("/v1/instances/ghost").status, 404)
                self.assertEqual(list((self.cluster.data / "git").glob("*/ghost.git")), [])
        # One that was made before stays.
        self.assertEqual(self.rest.post("/v1/instances", {"id": "ghost"}).status, 201)
        self.rest.post("/v1/instances/ghost/deploy?wait=60s", {"git_url": "http://127.0.0.1:1/x.git", "create": True}, timeout=90)
        self.assertEqual(self.rest.get("/v1/instances/ghost").status, 200)

    def test_the_footprint_has_sizes_and_the_worker_its_engine(self):
        volume = 'volumes: {data: {}}\n'
        compose = volume + images.COMPOSE + "    volumes: ['data:/data']\n"
        self.assertEqual(self.cluster.deploy("sized", images.site(compose=compose))["state"], "DONE")
        self.rest.post("/v1/instances/sized/run", {"service": "web", "argv": ["/bin/busybox", "dd", "if=/dev/zero", "of=/data/f", "bs=1024", "count=2048"]})
        footprint = self.rest.get("/v1/instances/sized/footprint").json
        self.assertEqual([one["name"] for one in footprint["volumes"]], ["sized_data"])
        self.assertGreaterEqual(footprint["volumes"][0]["size_kib"], 2048)
        self.assertGreater(footprint["images_kib"], 0)
        engine = self.rest.get("/v1/workers/worker-1").json["engine"]
        version = json.loads(lab.run(["docker", "version", "--format", "{{json .Server}}"]).stdout)
        self.assertEqual((engine["version"], engine["api_version"]), (version["Version"], version["ApiVersion"]))
        self.assertTrue(engine["compose_version"] and engine["storage_driver"] and engine["cgroup_version"] in "12", engine)
        self.assertIn(f"{engine['version']}, API", self.cluster.edmctl("worker", "show", "worker-1").stdout)
        endpoint = self.cluster.instance("sized")["status"]["endpoints"][0]
        self.assertEqual((endpoint["address"], endpoint["lan_address"]), ("127.0.0.1", "127.0.0.1"))

    def test_a_template_keeps_its_request_ids(self):
        def put(text, key):
            return self.rest.put("/v1/templates/keyed/source", images.tarball({"compose.yaml": text}),
                                 headers={"Content-Type": "application/gzip", "Idempotency-Key": key})

        def commit_of(text, key):
            answer = put(text, key)
            self.assertEqual(answer.status, 200, answer)
            return answer.json["commit"]

        first, second = commit_of("services: {}\n", "one"), commit_of("services: {a: {}}\n", "two")
        self.assertNotEqual(first, second)
        self.assertEqual(commit_of("services: {}\n", "one"), first)
        listed = {one["name"]: one["commit"] for one in self.rest.get("/v1/templates").json["templates"]}
        self.assertEqual(listed["keyed"], second, "the repeat has changed nothing")
        other = put("services: {b: {}}\n", "one")
        self.assertEqual((other.status, other.json["code"]), (409, "ALREADY_EXISTS"))
        for status in (204, 204):
            gone = self.rest.delete("/v1/templates/keyed", headers={"Idempotency-Key": "three"})
            self.assertEqual(gone.status, status, gone)

    def test_the_policy_names_key_line_and_reason(self):
        for key, value in {"privileged": "true", "network_mode": "host", "pid": "host"}.items():
            compose = images.COMPOSE + f"    {key}: {value}\n"
            failed = self.cluster.deploy("hostile", images.site(compose=compose))
            self.assertEqual(failed["state"], "FAILED", key)
            self.assertIn(f"services.web.{key}", failed["failure"]["object"])
            self.assertRegex(failed["failure"]["object"], r"compose\.yaml:\d+")
            self.assertTrue(failed["failure"]["hint"])

    def test_an_identical_upload_makes_no_commit_and_the_same_key_no_second_operation(self):
        files = images.site("same")
        one = self.cluster.deploy("same", files)
        two = self.cluster.deploy("same", files)
        commits = {release["source"]["commit"] for release in self.rest.get("/v1/instances/same/releases").json["releases"]}
        self.assertEqual(len(commits), 1)
        self.assertEqual((one["state"], two["state"]), ("DONE", "DONE"))
        headers = {"Idempotency-Key": "stop-1"}
        first = self.rest.post("/v1/instances/same/stop?wait=30s", {}, headers=headers).json
        again = self.rest.post("/v1/instances/same/stop?wait=30s", {}, headers=headers).json
        self.assertEqual(first["id"], again["id"])
        other = self.rest.post("/v1/instances/same/stop", {"timeout": "77s"}, headers=headers)
        self.assertEqual((other.status, other.json["code"]), (409, "ALREADY_EXISTS"))

    def test_logs_run_and_events_tell_what_happens(self):
        operation = self.cluster.deploy("talks", images.site(dockerfile=images.DOCKERFILE.replace(
            'CMD ["/bin/busybox", "httpd", "-f"', 'CMD ["/bin/busybox", "sh", "-c", "echo ready to serve; exec /bin/busybox httpd -f -p 8000 -h /www"]\n#')))
        self.assertEqual(operation["state"], "DONE", operation)
        lines = self.rest.get("/v1/instances/talks/logs", headers={"Accept": "application/x-ndjson"}).body.decode()
        self.assertIn("ready to serve", lines)
        done = self.rest.post("/v1/instances/talks/run", {"service": "web", "argv": ["/bin/busybox", "sh", "-c", "exit 42"]})
        self.assertEqual(done.json["exit_code"], 42)
        events = self.rest.get(f"/v1/operations/{operation['id']}/events", headers={"Accept": "application/x-ndjson"}).body.decode()
        parsed = [json.loads(line) for line in events.splitlines()]
        self.assertEqual(parsed[-1]["ended"]["state"], "DONE")
        middle = parsed[len(parsed) // 2]["cursor"]
        rest = self.rest.get(f"/v1/operations/{operation['id']}/events?after={middle}",
                             headers={"Accept": "application/x-ndjson"}).body.decode()
        self.assertEqual([json.loads(line)["cursor"] for line in rest.splitlines()],
                         [event["cursor"] for event in parsed[len(parsed) // 2 + 1:]])

    def test_instances_outlive_master_and_worker_and_orders_go_on(self):
        operation = self.cluster.deploy("lives")
        url = operation["endpoints"][0]["url"]
        worker = self.cluster.workers["worker-1"]
        self.cluster.master.kill()
        worker.program.kill()
        self.assertEqual(lab.fetch(url).decode(), "hello")
        self.cluster.start_master()
        worker.start()
        lab.eventually(worker.ready, 20)
        self.assertEqual(self.cluster.order("lives", "stop")["state"], "DONE")
        self.assertEqual(self.cluster.order("lives", "start")["state"], "DONE")
        self.assertEqual(lab.fetch(url).decode(), "hello")


if __name__ == "__main__":
    unittest.main()
