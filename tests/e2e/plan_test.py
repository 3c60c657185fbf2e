"""Plans: where an instance would go, whether it goes there, and what is told when it does not."""
import os
import random
import unittest

import images
from cluster import Cluster
from simulated import MEMORY_MIB, SimulatedWorkers

WORKERS = 10
KEPT = 20  # instances, while others come
CASES = int(os.environ.get("EDM_TEST_PLANS", "100"))
SEED = int(os.environ.get("EDM_TEST_SEED", "1"))


class PlanTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster("plan", more=["--placement-wait", "1s"])
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        cls.workers = SimulatedWorkers(cls.cluster, WORKERS)
        cls.addClassCleanup(cls.workers.close)
        cls.rest = cls.cluster.rest

    def setUp(self):
        self.dice = random.Random(SEED)
        for number, name in enumerate(self.workers.ids):
            self.workers.set_load(number)
            self.change(name, {"availability": "ACTIVE", "remove_labels": ["zone"]})

    def tearDown(self):
        for instance in self.rest.get("/v1/instances?page_size=1000").json["instances"]:
            self.cluster.delete(instance["id"])

    def change(self, worker, change):
        answer = self.rest.call("PATCH", f"/v1/workers/{worker}", change)
        self.assertEqual(answer.status, 200, answer)

    def make(self, name, project="shop", spec=None):
        made = self.rest.post("/v1/instances", {"id": name, "project": project, "spec": spec or {}})
        self.assertEqual(made.status, 201, made)
        put = self.rest.put(f"/v1/instances/{name}/source?wait=60s", images.tarball(images.site()),
                            headers={"Content-Type": "application/gzip"})
        self.assertEqual(self.cluster.ended(put)["state"], "DONE", put)

    def plan(self, name):
        answer = self.rest.post(f"/v1/instances/{name}/plan", {})
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def disturb(self):
        number = self.dice.randrange(WORKERS)
        name = self.workers.ids[number]
        what = self.dice.randrange(8)
        if what == 0:
            self.change(name, {"availability": self.dice.choice(["ACTIVE", "CLOSED"])})
        elif what == 1:
            self.change(name, {"labels": {"zone": self.dice.choice(["north", "south"])}})
        else:
            self.workers.set_load(number, cpu=self.dice.choice([0.0, 0.2, 0.5, 0.9]),
                                  memory_available_mib=MEMORY_MIB // 8 * self.dice.randrange(9))

    def some_spec(self):
        wants = {}
        if self.dice.random() < 0.2:
            wants["spread_by"] = "zone"
        if self.dice.random() < 0.2:
            wants["strategy"] = "BINPACK"
        if self.dice.random() < 0.2:
            wants["one_per_worker"] = True
        return {"memory_mib": self.dice.choice([0, 0, 1024, 300_000]), "requirements": wants}

    def test_what_was_planned_is_done_or_the_difference_is_told(self):
        seen = {"kept": 0, "same place": 0, "told": 0, "refused": 0, "nowhere": 0}
        there = []
        for case in range(CASES):
            name = f"plan-{case}"
            self.make(name, self.dice.choice(["shop", "blog"]), self.some_spec())
            for _ in range(self.dice.randrange(4)):
                self.disturb()
            plan = self.plan(name)
            for _ in range(self.dice.choice([0, 0, 1, 3, 6])):
                self.disturb()
            require = self.dice.random() < 0.4
            operation = self.cluster.order(name, "deploy", {"plan_revision": plan["revision"], "require_plan": require})
            with self.subTest(case=case, seed=SEED, plan=plan["revision"], operation=operation):
                seen[self.judged(name, plan, operation, require)] += 1
            there.append(name)
            if len(there) > KEPT:
                self.cluster.delete(there.pop(self.dice.randrange(len(there))))
        print(f"{CASES} plans: {seen}")
        if CASES >= 100:
            self.assertGreater(min(seen["kept"], seen["told"], seen["refused"]), 0, seen)

    def judged(self, name, plan, operation, require):
        planned = plan["placement"].get("worker", "")
        difference = operation.get("plan_difference", "")
        if operation["state"] != "DONE":
            cause = operation["failure"]["cause"]
            if not planned and not difference:
                self.assertIn("no worker takes it", cause)
                return "nowhere"
            self.assertNotEqual(difference, "")
            if planned:
                self.assertIn(planned, difference)
            if "no worker takes it now" not in difference:
                self.assertTrue(require)
            return "refused"
        placement = self.cluster.instance(name)["status"]["placement"]
        if placement["revision"] == plan["revision"]:
            self.assertEqual((placement["worker"], difference), (planned, ""))
            self.assertRegex(placement["reason"], ", as planned$")
            return "kept"
        if placement["worker"] == planned:
            self.assertEqual(difference, "")
            self.assertRegex(placement["reason"], r", as planned \(-?\d+\.\d\d then, -?\d+\.\d\d now\)$")
            return "same place"
        self.assertFalse(require)
        self.assertIn(placement["worker"], difference)
        self.assertIn(planned or "no worker", difference)
        self.assertIn("not as planned: " + difference, operation["warnings"])
        return "told"

    def test_members_go_where_they_were_planned_or_the_difference_is_told(self):
        seen = {"kept": 0, "told": 0, "refused": 0}
        for case in range(max(1, CASES // 5)):
            name, count = f"set-{case}", self.dice.randrange(1, 5)
            self.make(name, spec=self.some_spec() | {"replicas": count})
            for _ in range(self.dice.randrange(3)):
                self.disturb()
            plan = self.plan(name)
            self.assertEqual([one["id"] for one in plan["members"]], [f"{name}_{n}" for n in range(1, count + 1)])
            for _ in range(self.dice.choice([0, 0, 2, 5])):
                self.disturb()
            require = self.dice.random() < 0.4
            operation = self.cluster.order(name, "deploy", {"plan_revision": plan["revision"], "require_plan": require})
            with self.subTest(case=case, seed=SEED, plan=plan["revision"], operation=operation):
                seen[self.members_judged(name, plan, operation, require)] += 1
            self.cluster.delete(name)
        print(f"plans of members: {seen}")
        if CASES >= 100:
            self.assertGreater(min(seen["kept"], seen["told"]), 0, seen)

    def members_judged(self, name, plan, operation, require):
        planned = {one["id"]: one["placement"].get("worker", "") for one in plan["members"]}
        placed = {one["id"]: one.get("worker", "") for one in self.cluster.instance(name)["status"]["members"]}
        difference = operation.get("plan_difference", "")
        if operation["state"] != "DONE":
            cause = operation["failure"]["cause"]
            self.assertRegex(cause, rf"^member {name}_\d: ")
            self.assertTrue(require or "no worker" in cause, cause)
            return "refused"
        elsewhere = [one for one, worker in planned.items() if placed[one] != worker]
        for one in planned:
            self.assertEqual(one in elsewhere, f"{one}: planned on " in difference, difference)
        self.assertFalse(require and elsewhere)
        return "told" if elsewhere else "kept"

    def test_a_revision_that_is_none_is_refused(self):
        self.make("odd")
        for body in ({"plan_revision": "yesterday"}, {"require_plan": True}):
            answer = self.rest.post("/v1/instances/odd/deploy", body)
            self.assertEqual(answer.status, 400, answer)

    def test_wishes_that_make_no_sense_are_refused(self):
        self.make("odd")
        for wants in ({"host_ports": [0]}, {"host_ports": [80, 80]}, {"apart_from": ["odd"]}, {"apart_from": ["../x"]},
                      {"gpus": 5_000}, {"architecture": "x86/64"}, {"affinities": [{"label": "a", "weight": 1_000}]}):
            for answer in (self.rest.call("PATCH", "/v1/instances/odd", {"requirements": wants}),
                           self.rest.post("/v1/instances/odd/plan", {"spec": {"requirements": wants}}),
                           self.rest.post("/v1/instances", {"id": "odder", "spec": {"requirements": wants}})):
                if wants == {"apart_from": ["odd"]} and answer.status == 201:
                    continue  # of another
                self.assertEqual(answer.status, 400, (wants, answer))

    def test_from_the_command_line(self):
        edmctl = self.cluster.edmctl
        site = self.cluster.folder.path / "site"
        for path, text in images.site().items():
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_text(text)
        self.change("simulated-3", {"labels": {"zone": "north"}})
        self.change("simulated-4", {"labels": {"zone": "north"}})
        self.workers.set_load(3, cpu=0.7)

        shown = edmctl("plan", str(site), "--label", "zone=north").stdout
        self.assertIn("site (new) would go to simulated-4: ", shown)
        self.assertRegex(shown, r"simulated-3 +0\.\d+ +load 0\.70")
        self.assertRegex(shown, r"simulated-0 +- +no: ")
        revision = edmctl("plan", str(site), "--label", "zone=north", "--quiet").stdout.strip()
        self.assertIn(revision, shown)

        # The planned worker closes: refused with the cause, or told.
        self.change("simulated-4", {"availability": "CLOSED"})
        refused = edmctl("deploy", str(site), "--label", "zone=north", "--plan", revision, "--require-plan", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("simulated-4 is cordoned", refused.stdout + refused.stderr)
        told = edmctl("deploy", str(site), "--label", "zone=north", "--plan", revision)
        self.assertIn("it goes to simulated-3", told.stdout + told.stderr)
        why = edmctl("why", "site").stdout
        self.assertIn("not as planned: planned on simulated-4", why)
        self.assertRegex(why, r"placed on simulated-3 \(0\.\d+\): load 0\.70")
        self.assertRegex(why, r"not simulated-4: now: is cordoned")
        self.assertRegex(why, r"not simulated-0: now: lacks label zone=north")

        # It fits nowhere: the first thing that is said is for what it waits, or why it failed.
        edmctl("set", "site", "--clear", "labels", "--memory", "100GiB", "--near", "zone=north:80")
        self.assertRegex(edmctl("set", "site").stdout, r"memory +100.0 GiB\nnear +zone=north:80\n")
        self.make("large", spec={"memory_mib": 2 * MEMORY_MIB})
        self.assertIn("large can go to no worker, now or later: 10 workers: ", edmctl("plan", "large").stdout)
        self.assertEqual(self.cluster.order("large", "deploy")["state"], "FAILED")
        why = edmctl("why", "large").stdout
        self.assertRegex(why.splitlines()[1], r"^not well: .*no worker can ever take it: 10 workers: ")
        self.assertIn("placed on no worker: 10 workers: ", why)
        self.assertRegex(why, r"not simulated-9: has 1048576 MiB of memory")
