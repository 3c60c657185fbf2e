"""What a cluster shows of itself: numbers for a real Prometheus, and lines that carry the same ids on both sides."""
import json
import re
import subprocess
import unittest
import urllib.parse

import images
import lab
from one_worker import TracelessTest

PROMETHEUS = """
global: { scrape_interval: 1s, scrape_timeout: 900ms }
scrape_configs:
  - job_name: master
    authorization: { credentials_file: %(token)s }
    static_configs: [{ targets: ["127.0.0.1:%(master)d"] }]
  - job_name: worker
    static_configs: [{ targets: ["127.0.0.1:%(worker)d"] }]
"""


class SeeingTest(TracelessTest):
    NAME = "seeing"
    MASTER = ["--log-format", "json"]
    WORKER = ["--log-format", "json"]

    def metrics(self):
        worker = self.cluster.workers["worker-1"]
        return {"master": self.rest.get("/metrics").body.decode(),
                "worker": lab.fetch(f"http://127.0.0.1:{worker.http}/metrics").decode()}

    def log_lines(self, program):
        """Every line of the log, parsed: what is no JSON is a failure."""
        return [json.loads(line) for line in program.log.read_text().splitlines()]


class PrometheusTest(SeeingTest):
    def test_a_real_prometheus_scrapes_master_and_worker(self):
        folder = self.cluster.folder.path
        worker = self.cluster.workers["worker-1"]
        config = folder / "prometheus.yaml"
        config.write_text(PROMETHEUS % {"token": self.cluster.data / "admin.token", "master": self.cluster.http,
                                        "worker": worker.http})
        lab.run(["promtool", "check", "config", config])
        port = lab.free_port()
        prometheus = lab.Program(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/prometheus",
                                  f"--web.listen-address=127.0.0.1:{port}"], folder / "prometheus.log")
        self.addCleanup(prometheus.stop)
        api = lab.Rest(f"http://127.0.0.1:{port}", "")

        def value(query):
            found = api.get("/api/v1/query?query=" + urllib.parse.quote(query)).json["data"]["result"]
            return float(found[0]["value"][1]) if found else None

        lab.eventually(lambda: value("count(up)") == 2 and value("sum(up)") == 2, 30, what="both targets being up")
        self.assertEqual(self.cluster.deploy("scraped")["state"], "DONE")
        for query in ('edm_operations_total{kind="deploy",outcome="done"} >= 1',
                      'edm_operation_duration_seconds_count{kind="deploy"} >= 1',
                      'edm_operation_steps_total{step="build",outcome="done"} >= 1',
                      'edm_instances{phase="running"} == 1', 'edm_workers{state="ready"} == 1',
                      'edm_beats_total > 0', 'edm_store_calls_total{call="transact",code="ok"} > 0',
                      'edm_worker_attempts_total{target="running",outcome="running"} >= 1',
                      'edm_worker_instances_running == 1', 'edm_worker_engine_up == 1',
                      'edm_build_info{program="edm-worker"} == 1'):
            lab.eventually(lambda: value(query) is not None, 15, what=query)
        self.assertGreaterEqual(value('count(process_resident_memory_bytes > 0)'), 2)
        self.assertEqual(self.cluster.delete("scraped")["state"], "DONE")

    def test_the_numbers_keep_to_the_conventions(self):
        for side, text in self.metrics().items():
            done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), side)

    def test_no_series_is_made_for_an_instance_or_an_operation(self):
        before = {side: len(text.splitlines()) for side, text in self.metrics().items()}
        for name in ("bounded-a", "bounded-b", "bounded-c"):
            answer = self.rest.post("/v1/instances", {"id": name, "owner": "ann", "project": "p"})
            self.assertEqual(answer.status, 201, answer)
        texts = self.metrics()
        for side, text in texts.items():
            self.assertNotRegex(text, r"bounded-|op-[0-9a-f]{12}", side)
            self.assertLess(len(text.splitlines()), before[side] + 60, side)
        for name in ("bounded-a", "bounded-b", "bounded-c"):
            self.cluster.delete(name)

    def test_the_master_shows_them_to_who_has_a_token(self):
        self.assertEqual(self.rest.call("GET", "/metrics", token="wrong").status, 401)
        self.assertEqual(self.rest.call("GET", "/metrics", headers={"Authorization": ""}).status, 401)


class LogTest(SeeingTest):
    def test_a_deploy_is_followed_by_its_operation_on_both_sides(self):
        done = self.cluster.deploy("followed")
        self.assertEqual(done["state"], "DONE")
        operation = done["id"]
        worker = self.cluster.workers["worker-1"]

        def of(program):
            return [line for line in self.log_lines(program) if line.get("operation") == operation]

        lab.eventually(lambda: any(line["message"] == "attempt ended" for line in of(worker.program)), 5)
        master_lines = lab.eventually(
            lambda: [of(self.cluster.master)] if any(line["message"] == "operation ended" for line in of(self.cluster.master)) else None, 5)[0]
        worker_lines = of(worker.program)
        sent = [line for line in master_lines if line["message"] == "order sent"]
        self.assertEqual(len(sent), 1, master_lines)
        self.assertEqual((sent[0]["instance"], sent[0]["worker"], sent[0]["target"]), ("followed", "worker-1", "running"))
        taken = [line for line in worker_lines if line["message"] == "order taken"]
        self.assertEqual([(line["instance"], line["attempt"]) for line in taken], [("followed", sent[0]["attempt"])])
        for line in worker_lines:
            self.assertEqual((line["instance"], line["attempt"]), ("followed", sent[0]["attempt"]), line)
        steps = {line["step"] for line in worker_lines if line["message"] == "attempt step"}
        self.assertLessEqual({"policy", "build", "start"}, steps)
        ended = [line for line in master_lines if line["message"] == "operation ended"][0]
        self.assertEqual((ended["kind"], ended["outcome"], ended["instance"]), ("deploy", "done", "followed"))
        self.assertGreater(ended["seconds"], 0)
        self.cluster.delete("followed")

    def test_every_line_is_json_with_a_time_and_a_level(self):
        self.cluster.deploy("refused", {"compose.yaml": "services: { web: { image: x, privileged: true } }"})
        for program in (self.cluster.master, self.cluster.workers["worker-1"].program):
            lines = self.log_lines(program)
            self.assertTrue(lines)
            for line in lines:
                self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
                self.assertIn(line["level"], ("debug", "info", "warn", "error"))
                self.assertTrue(line["message"])
        failed = [line for line in self.log_lines(self.cluster.master)
                  if line["message"] == "operation ended" and line["instance"] == "refused"]
        self.assertEqual([(line["level"], line["outcome"]) for line in failed], [("warn", "failed")])
        self.assertIn("privileged", failed[0]["object"] + failed[0]["cause"])
        self.cluster.delete("refused")

    def test_no_secret_is_in_a_log(self):
        secret = "s3cr3t-in-the-environment"
        files = images.site(dockerfile=images.DOCKERFILE + f"RUN echo printed-by-the-build-{secret}\n")
        self.rest.post("/v1/instances", {"id": "hushed", "owner": "ann", "project": "p",
                                         "spec": {"environment": {"PASSWORD": secret}}})
        self.cluster.deploy("hushed", files)
        token = self.rest.token
        made = self.rest.post("/v1/tokens", {"name": "bob"}).json["secret"]
        for program in (self.cluster.master, self.cluster.workers["worker-1"].program):
            text = program.log.read_text()
            for hidden in (secret, token, made, token.rsplit(".", 1)[-1]):
                self.assertNotIn(hidden, text)
            self.assertIsNone(re.search(r"BEGIN [A-Z ]*PRIVATE KEY", text))
        self.cluster.delete("hushed")


BUSY = """services:
  web:
    build: .
    ports: ["8000"]
    stop_signal: SIGKILL
    mem_limit: 64m
  hog:
    build: .
    command: ["/bin/busybox", "sh", "-c", "while true; do :; done"]
    stop_signal: SIGKILL
    cpus: 0.3
"""


class LookTest(SeeingTest):
    """What edmctl shows of it, and of what is wrong."""

    def test_top_tells_what_containers_take(self):
        self.assertEqual(self.cluster.deploy("hungry", images.site(compose=BUSY))["state"], "DONE")
        usage = json.loads(self.cluster.edmctl("top", "--once", "--json").stdout)
        self.assertEqual([one["instance"] for one in usage["usages"]], ["hungry"])
        self.assertEqual(usage["gaps"], [])
        of = {one["service"]: one for one in usage["usages"][0]["containers"]}
        self.assertGreater(of["hog"]["cpu"], 0.02)
        self.assertLess(of["hog"]["cpu"], 0.6)
        self.assertLess(of["web"]["cpu"], of["hog"]["cpu"])
        self.assertEqual(of["web"]["memory_limit_kib"], 64 * 1024)
        self.assertGreater(of["web"]["memory_kib"], 0)
        self.assertEqual(of["hog"]["processes"], 1)
        for argv, wanted in (((), ("WORKER", "worker-1", "INSTANCE", "hungry")), (("hungry",), ("SERVICE", "hog", "64.0 MiB"))):
            shown = self.cluster.edmctl("top", *argv, env={"LANG": "C", "NO_COLOR": "1", "COLUMNS": "80"}).stdout
            self.assertTrue(shown.isascii(), shown)
            for word in wanted:
                self.assertIn(word, shown)
        self.assertEqual(self.cluster.edmctl("top", "nobody", check=False).returncode, 3)
        self.cluster.delete("hungry")

    def test_a_worker_has_a_load_history(self):
        worker, load = self.cluster.edmctl("worker", "show", "worker-1", "--json").stdout.splitlines()
        self.assertEqual(json.loads(worker)["id"], "worker-1")
        load = json.loads(load)
        self.assertEqual((load["worker"], load["interval_s"]), ("worker-1", 10))
        lab.eventually(lambda: len(self.rest.get("/v1/workers/worker-1/load").json["points"]) >= 2, 25, what="two points")
        for point in self.rest.get("/v1/workers/worker-1/load").json["points"]:
            self.assertTrue(0 <= point["cpu"] <= point["cpu_max"] <= 1, point)
            self.assertGreater(point["memory_available_mib"], 0)
        shown = self.cluster.edmctl("worker", "show", "worker-1", env={"LANG": "C"}).stdout
        self.assertRegex(shown, r"(?m)^cpu, \d+ s +[_.:=+*# -]+ \d+-\d+%$")

    def test_status_says_what_is_wrong_and_what_to_do(self):
        well = self.cluster.edmctl("status", check=False)
        self.assertEqual(well.returncode, 0, well.stdout)
        self.assertIn("the cluster is well", well.stdout)
        self.assertEqual(self.cluster.deploy("ill")["state"], "DONE")
        lab.run(["docker", "kill", "ill.web.1"])
        lab.eventually(lambda: self.cluster.edmctl("status", check=False).returncode == 1, 20, what="a status that is not well")
        told = json.loads(self.cluster.edmctl("status", "--json", check=False).stdout)
        self.assertFalse(told["well"])
        found = [one for one in told["problems"] if one["object"] == "instance ill"]
        self.assertEqual([one["severity"] for one in found], ["broken"], told)
        self.assertIn("edmctl", found[0]["next"])
        self.cluster.delete("ill")
        lab.eventually(lambda: self.cluster.edmctl("status", check=False).returncode == 0, 20, what="a status that is well")

    def test_status_tells_of_a_lost_worker(self):
        worker = self.cluster.workers["worker-1"]
        worker.program.kill()
        try:
            lab.eventually(lambda: "it is lost" in self.cluster.edmctl("status", check=False).stdout, 30, what="a lost worker")
        finally:
            worker.start()
            lab.eventually(worker.ready, 30, what="the worker's return")


class QuietLogTest(TracelessTest):
    NAME = "quiet"
    MASTER = ["--log-level", "warn"]
    WORKER = ["--log-level", "warn"]

    def test_a_level_leaves_out_what_is_below_it(self):
        self.assertEqual(self.cluster.deploy("quiet")["state"], "DONE")
        for program in (self.cluster.master, self.cluster.workers["worker-1"].program):
            self.assertNotIn(" info ", program.log.read_text())
        self.cluster.delete("quiet")


if __name__ == "__main__":
    unittest.main()
