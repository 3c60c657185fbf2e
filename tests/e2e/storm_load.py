"""People who work with the cluster while it is shaken: each has instances of their own, and a goal until it is reached.

An order that was acknowledged must end, and what it said at its end must be so. One that failed is given anew, as a person
would; how often that was needed is counted, by what the answer said.
"""
import collections
import threading
import time

import images
from masters import AWAY

ENDED = ("DONE", "FAILED", "CANCELLED", "EXPIRED", "SUPERSEDED")
ACCEPT_MAX = 120   # s until some master takes an order
END_MAX = 300      # s until an acknowledged order ends
FORGOTTEN_MAX = 20 # s in which no master may know an acknowledged order: one reads what another has stored
REST_MIN, REST_MAX = 0.5, 3.0  # s between two orders of one person
VERBS = {"ABSENT": ["deploy"],
         "RUNNING": ["deploy"] * 4 + ["stop", "restart", "move", "delete"],
         "STOPPED": ["start"] * 3 + ["deploy", "delete"]}


class Instance:
    def __init__(self, name, singleton):
        self.name, self.singleton = name, singleton
        self.state, self.page = "ABSENT", None  # as the last order that ended well has left it


class Person(threading.Thread):
    def __init__(self, storm, number, instances):
        super().__init__(daemon=True)
        self.storm, self.number, self.instances = storm, number, instances
        self.random = storm.random.__class__(f"{storm.seed} {number}")
        self.serial = 0
        self.at_rest = threading.Event()
        self.goal = None

    def run(self):
        while not self.storm.over.is_set():
            if self.storm.paused.is_set():
                self.at_rest.set()
                time.sleep(0.05)
                continue
            self.at_rest.clear()
            one = self.random.choice(self.instances)
            verb = self.random.choice(VERBS[one.state])
            try:
                self.reach(one, verb)
            except Exception as problem:  # noqa: BLE001 - whatever it is, it is found
                self.storm.violation(f"{verb} of {one.name}: {problem!r}")
                self.storm.paused.set()
            self.storm.over.wait(self.random.uniform(REST_MIN, REST_MAX))
        self.at_rest.set()

    def reach(self, one, verb):
        """Gives the order until it has ended well."""
        page = f"{one.name} {self.number}.{self.serial}"
        while not self.storm.over.is_set():
            self.serial += 1
            self.goal = f"{verb} {one.name}"
            request = f"p{self.number}-{self.serial}"
            operation = self.insist(lambda rest: self.give(rest, one, verb, page, request))
            self.goal += f" {operation.get('id')}"
            ended = self.end(operation)
            self.storm.outcomes[verb, ended["state"] + cause(ended)] += 1
            if ended["state"] == "DONE" or cause(ended) == " NOT_FOUND" and verb == "delete":
                one.state = {"stop": "STOPPED", "delete": "ABSENT"}.get(verb, "RUNNING")
                one.page = page if verb == "deploy" else one.page
                self.goal = None
                return
            self.storm.over.wait(self.random.uniform(REST_MIN, REST_MAX))

    def give(self, rest, one, verb, page, request):
        headers = {"Idempotency-Key": request}
        path = f"/v1/instances/{one.name}"
        if verb == "deploy":
            if one.singleton:
                made = rest.post("/v1/instances", {"id": one.name, "spec": {"requirements": {"singleton": True}}},
                                 headers={"Idempotency-Key": request + "-made"}, timeout=10)
                if made.status not in (200, 201, 409):
                    return made
            return rest.put(f"{path}/source?create=true&until=RUNNING", images.tarball(images.site(page)), timeout=15,
                            headers={**headers, "Content-Type": "application/gzip"})
        if verb == "delete":
            return rest.delete(path, headers=headers, timeout=10)
        return rest.post(f"{path}/{verb}", {}, headers=headers, timeout=10)

    def insist(self, give):
        """Asks one master after the other, always with the same request id, until one accepts or refuses for a reason of
        its own; a refusal ends the order like a failure does."""
        began, last = time.monotonic(), None
        while time.monotonic() - began < ACCEPT_MAX:
            master = self.random.choice(self.storm.cluster.masters)
            try:
                last = give(master.rest)
            except AWAY as problem:
                last = problem
            else:
                if last.status in (200, 201, 202):
                    return last.json
                if last.status not in (502, 503, 504, 507):
                    return {"id": None, "state": "FAILED", "failure": last.json}
                self.storm.refused[last.status] += 1
            time.sleep(0.2)
        raise AssertionError(f"no master took it in {ACCEPT_MAX} s: {last!r}")

    def end(self, operation):
        """The operation at its end; it may be asked of any master."""
        began = known = time.monotonic()
        while operation["state"] not in ENDED:
            assert time.monotonic() - began < END_MAX, f"{operation['id']} is {operation['state']} after {END_MAX} s"
            time.sleep(0.3)
            try:
                answer = self.random.choice(self.storm.cluster.masters).rest.get(f"/v1/operations/{operation['id']}", timeout=5)
            except AWAY:
                known += 0.3
                continue
            if answer.status == 200:
                operation, known = answer.json, time.monotonic()
            elif answer.status == 404:
                lost = time.monotonic() - known
                assert lost < FORGOTTEN_MAX, f"{operation['id']} was acknowledged and is unknown for {lost:.0f} s"
        return operation


def cause(operation):
    failure = operation.get("failure") or operation.get("error") or {}
    return f" {failure['code']}" if failure.get("code") else ""


class Load:
    """All of them."""

    def __init__(self, storm, people, each):
        self.instances = [Instance(f"i{person}{number}", singleton=number == 0)
                          for person in range(people) for number in range(each)]
        self.people = [Person(storm, person, self.instances[person * each:(person + 1) * each]) for person in range(people)]
        storm.outcomes, storm.refused = collections.Counter(), collections.Counter()

    def start(self):
        for person in self.people:
            person.start()

    def busy(self):
        return [person.goal or "between two orders" for person in self.people if not person.at_rest.is_set()]
