"""Three masters, a Consul server, two workers: the one that leads is killed, stopped, cut off.

    tests/e2e/run.py --cluster --bin DIR three_masters            # EDM_ROUNDS=10 for medians of ten

Correctness is asserted; times are printed, and bounded generously: other work may run on the machine.
"""
import datetime
import json
import os
import signal
import statistics
import time
import unittest

import images
import lab
import network_lab
from masters import AWAY, Masters

ROUNDS = int(os.environ.get("EDM_ROUNDS", "3"))
BEGUN_WITHIN = 15  # seconds, by far more than it takes


def seconds_of(text):
    return datetime.datetime.fromisoformat(text).timestamp()


class ThreeMastersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab.Folder("three-masters")
        cls.net = network_lab.NetworkLab(cls.folder.path, hosts=5, engines=2)
        cls.addClassCleanup(cls.folder.close)
        cls.addClassCleanup(cls.net.close)
        cls.net.open()
        cls.cluster = Masters("three", cls.net.hosts[2:])
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_masters()
        for host in cls.net.hosts[:2]:
            images.ensure_base(host.docker)
            cls.cluster.add_worker(f"worker-{host.number}", namespace=host.name, address=host.address,
                                   socket=host.socket, more=["--directory", "consul"])

    def setUp(self):
        self.leader = self.cluster.await_leader()
        self.cluster.rest = self.cluster.others(self.leader)[0].rest

    # What people see.

    def containers(self, name):
        """Of one instance, on all machines: id and state."""
        found = []
        for host in self.net.hosts[:2]:
            listed = lab.run([*host.docker, "ps", "-a", "--no-trunc", "--filter", f"name=^{name}\\.", "--format",
                              "{{.ID}} {{.State}}"]).stdout
            found += [tuple(line.split()) for line in listed.splitlines()]
        return found

    def await_end(self, master, operation, seconds=60):
        def ended():
            answer = master.rest.get(f"/v1/operations/{operation}")
            return answer.status == 200 and answer.json["state"] not in ("PENDING", "QUEUED", "RUNNING") and answer.json
        return lab.eventually(ended, seconds, what=f"the end of {operation}")

    # The faults, and how each is mended.

    def kill(self, master):
        master.program.kill()
        return master.start

    def freeze(self, master):
        master.program.process.send_signal(signal.SIGSTOP)
        return lambda: master.program.process.send_signal(signal.SIGCONT)

    def cut(self, master):
        self.net.set_link(master.host, "down")
        return lambda: self.net.set_link(master.host, "up")

    def lose_the_leader(self, name, fault):
        """One round: times from the fault to the start's acceptance, its first step, its end."""
        stopped = self.cluster.order(name, "stop")
        self.assertEqual(stopped["state"], "DONE", stopped)
        attempts = self.cluster.instance(name)["status"]["attempt"]
        before = self.containers(name)
        leader = self.cluster.await_leader()
        rest = self.cluster.others(leader)
        epoch = leader.version()["epoch"]
        wall, began = time.time(), time.monotonic()
        mend = fault(leader)
        try:
            request = {"request_id": f"{name}-{epoch}"}
            operation, by, accepted = self.cluster.insist(rest, f"/v1/instances/{name}/start", request)
            ended = self.await_end(by, operation["id"])
            done = time.monotonic()
            self.assertEqual(ended["state"], "DONE", ended)
            steps = [seconds_of(step["started_at"]) for step in ended["steps"] if step.get("started_at")]
            self.assertEqual(self.cluster.page(by.rest.get(f"/v1/instances/{name}").json), "shop")
        finally:
            mend()
        self.back_in_line(leader, by, epoch)
        # Asked again it is the same operation; and it was done once: one more attempt, on the same containers.
        again, _, _ = self.cluster.insist(rest, f"/v1/instances/{name}/start", request)
        self.assertEqual(again["id"], operation["id"])
        self.cluster.rest = by.rest
        self.assertEqual(self.cluster.instance(name)["status"]["attempt"], attempts + 1)
        self.assertEqual([one for one, _ in self.containers(name)], [one for one, _ in before])
        return accepted - began, min(steps) - wall, done - began

    def back_in_line(self, old, by, epoch):
        """The one that led before follows, and changes nothing."""
        def follows():
            told = old.version() or {}
            return told.get("role") == "FOLLOWER" and told["epoch"] > epoch and told.get("leader")
        leader = lab.eventually(follows, 30, what=f"{old.name} following")
        self.assertEqual(leader, self.cluster.await_leader().name)

    def rounds(self, title, fault):
        name = "shop"
        if self.cluster.rest.get(f"/v1/instances/{name}").status == 404:
            deployed = self.cluster.deploy(name, images.site("shop"))
            self.assertEqual(deployed["state"], "DONE", deployed)
        times = []
        for _ in range(ROUNDS):
            times.append(self.lose_the_leader(name, fault))
        for what, values in zip(("accepted", "begun", "done"), zip(*times)):
            print(f"leader {title}: start {what} after {statistics.median(values):.2f} s (median of {len(values)}, "
                  f"{min(values):.2f}..{max(values):.2f})")
        self.assertLess(max(begun for _, begun, _ in times), BEGUN_WITHIN)

    def test_1_a_leader_that_is_killed(self):
        self.rounds("killed", self.kill)

    def test_2_a_leader_that_is_stopped(self):
        self.rounds("stopped", self.freeze)

    def test_3_a_leader_that_is_cut_off(self):
        self.rounds("cut off", self.cut)

    def test_4_followers_answer_and_pass_on(self):
        follower = self.cluster.others(self.leader)[0]
        self.cluster.rest = follower.rest
        deployed = self.cluster.deploy("passed", images.site("passed"))
        self.assertEqual(deployed["state"], "DONE", deployed)
        # What was told by way of this one is seen here at once.
        self.assertEqual(self.cluster.instance("passed")["status"]["phase"], "RUNNING")
        events = follower.rest.get(f"/v1/operations/{deployed['id']}/events", headers={"Accept": "application/x-ndjson"})
        self.assertEqual(events.status, 200)
        lines = [json.loads(line) for line in events.body.splitlines() if line.strip()]
        self.assertTrue(any("ended" in json.dumps(line) for line in lines), lines[-1:])
        states = {one["id"]: one["state"] for one in follower.rest.get("/v1/workers").json["workers"]}
        self.assertEqual(states, {"worker-1": "READY", "worker-2": "READY"})
        run = follower.rest.post("/v1/instances/passed/run", {"argv": ["/bin/busybox", "true"]})
        self.assertEqual(run.json.get("exit_code", 0), 0, run)
        deleted = self.cluster.delete("passed")
        self.assertEqual(deleted["state"], "DONE", deleted)
        self.assertEqual(follower.rest.get("/v1/instances/passed").status, 404)

    def test_5_nothing_acknowledged_is_lost(self):
        """Orders go in while leaders die; what was acknowledged is there, once."""
        names = [f"many-{number}" for number in range(6)]
        acknowledged = {}
        for number, name in enumerate(names):
            body = {"id": name, "request_id": f"create-{name}"}
            leader = self.cluster.await_leader()
            mend = None
            if number % 2:
                mend = (self.kill if number % 4 == 1 else self.freeze)(leader)
            try:
                made, _, _ = self.cluster.insist(self.cluster.others(leader), "/v1/instances", body)
                acknowledged[name] = made
            finally:
                if mend:
                    mend()
            if mend:
                lab.eventually(lambda one=leader: (one.version() or {}).get("role") == "FOLLOWER", 30, what="its return")
        for master in self.cluster.masters:
            def all_there(one=master):
                there = {each["id"] for each in one.rest.get("/v1/instances").json["instances"]}
                return set(acknowledged) <= there
            lab.eventually(all_there, 10, what=f"all instances on {master.name}")
        for name in acknowledged:
            answer = self.cluster.rest.delete(f"/v1/instances/{name}?wait=60s", timeout=90)
            self.assertIn(answer.status, (200, 202), answer)

    def test_6_without_a_leader(self):
        """Consul's server hangs for a while: nothing that runs is touched, writes are refused and say why."""
        name = "shop"
        if self.cluster.rest.get(f"/v1/instances/{name}").status == 404:
            self.cluster.deploy(name, images.site("shop"))
        self.cluster.order(name, "start")
        # Followers see it a moment later, and then for as long as Consul is away.
        for master in self.cluster.masters:
            lab.eventually(lambda: master.rest.get(f"/v1/instances/{name}").json["status"]["endpoints"], what="the view")
        before = self.containers(name)
        server = self.net.consul_server.process
        server.send_signal(signal.SIGSTOP)
        began, refused = time.monotonic(), []
        try:
            while time.monotonic() - began < 20:
                for master in self.cluster.masters:
                    asked = time.monotonic()
                    try:
                        answer = master.rest.post("/v1/tokens", {"name": "while-away"}, timeout=20)
                    except AWAY as problem:
                        self.fail(f"{master.name} did not answer: {problem!r}")
                    took = time.monotonic() - asked
                    self.assertIn(answer.status, (503, 504), answer)
                    if time.monotonic() - began > 8:
                        refused.append(took)
                        self.assertEqual(answer.status, 503, answer)
                        self.assertIn("consul", answer.body.decode().lower())
                    self.assertEqual(master.rest.get(f"/v1/instances/{name}").status, 200, "reads go on")
                self.assertEqual(self.cluster.page(self.cluster.instance(name)), "shop")
                time.sleep(0.5)
        finally:
            server.send_signal(signal.SIGCONT)
        print(f"refused within {max(refused):.2f} s ({len(refused)} times)")
        self.assertLess(max(refused), 3)
        self.cluster.await_leader(30)
        self.assertEqual(self.containers(name), before)
        def well():
            status = self.cluster.instance(name)["status"]
            self.assertEqual((status["phase"], status["health"]), ("RUNNING", "HEALTHY"), status)
            return True
        lab.eventually(well, 30, what="the state being right again")
        operation, by, _ = self.cluster.insist(self.cluster.masters, f"/v1/instances/{name}/restart", {})
        self.assertEqual(self.await_end(by, operation["id"])["state"], "DONE")


if __name__ == "__main__":
    unittest.main()
