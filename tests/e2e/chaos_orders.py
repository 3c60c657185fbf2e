"""Gives an order that passes through a phase, and says in which phase it is."""
import dataclasses
import http.client
import time

import chaos_push
import chaos_sources
import images
import lab
from chaos_ledger import OPEN, Order

# A body half sent (an upload, or the pack of a push) while another instance's deploy is open; the steps of a deploy; a
# push that waits for its deploy; and the orders whose only step is themselves.
PHASES = ("upload", "source", "policy", "build", "start", "push", "stop", "start-again", "restart", "rollback", "delete")
STEPS = ("source", "policy", "build", "start")
BUILD_WAIT_MAX = 240 # s that an order may take to come to its phase, on a machine that builds other things as well
BROKEN_SHARE = 0.25  # of the deploys to what runs that are killed in their start
OVERTAKEN_SHARE = 0.25
HALF_SENT = 256 << 10


@dataclasses.dataclass
class Scene:
    """What is under way when the kill comes."""
    order: Order
    wanted: str                 # the phase
    push: chaos_push.Push = None
    leave: list = dataclasses.field(default_factory=list)  # calls by which clients leave when the kill comes

    def let_clients_leave(self):
        while self.leave:
            self.leave.pop()()

    def close(self):
        self.let_clients_leave()
        if self.push:
            self.push.leave()


class Orders:
    def __init__(self, cluster, ledger, random, folder):
        self.cluster, self.ledger, self.random, self.folder = cluster, ledger, random, folder
        self.rest = cluster.rest
        self.serial = 0
        self.typical = {"source": 0.3, "policy": 0.4, "build": 5.5, "start": 1.5, "stop": 2.2, "start-again": 1.0,
                        "restart": 3.0, "rollback": 3.5, "delete": 1.0}  # s; follows what was seen

    # Orders that are acknowledged by their operation.

    def send(self, order, method, path, body=None, **more):
        answer = self.rest.call(method, path, {} if body is None else body, **more)
        assert answer.status in (200, 202), f"{order.verb} of {order.instance}: {answer}"
        order.operation = answer.json["id"]
        return self.ledger.give(order)

    def next_serial(self):
        self.serial += 1
        return self.serial

    def deploy(self, name, fails=False):
        serial = self.next_serial()
        order = Order(name, "deploy", page=chaos_sources.page(serial), fails=fails)
        data = images.tarball(chaos_sources.slow(name, serial, serves=not fails))
        return self.send(order, "PUT", f"/v1/instances/{name}/source?create=true&until=RUNNING", data,
                         headers={"Content-Type": "application/gzip"})

    def verb(self, name, verb, body=None, release=0):
        return self.send(Order(name, verb, release=release), "POST", f"/v1/instances/{name}/{verb}", body)

    def delete(self, name):
        return self.send(Order(name, "delete"), "DELETE", f"/v1/instances/{name}")

    # Instances to give them to.

    def fresh(self):
        return f"c{self.next_serial()}"

    def some(self, state="RUNNING"):
        """An idle instance in that state; made, and settled, when there is none."""
        idle = self.ledger.idle(state)
        if idle:
            return self.random.choice(idle)
        if state == "STOPPED":
            name = self.some()
            self.verb(name, "stop")
        else:
            name = self.deploy(self.fresh()).instance
        self.settle_now()
        return name

    def some_old_or_new(self):
        idle = self.ledger.idle("RUNNING")
        return self.random.choice(idle) if idle and self.random.random() < 0.5 else self.fresh()

    def rollable(self):
        """A running instance and a good release of it that it does not run."""
        for name in self.random.sample(self.ledger.idle("RUNNING"), len(self.ledger.idle("RUNNING"))):
            runs = self.ledger.entries[name].release
            listed = self.rest.get(f"/v1/instances/{name}/releases").json["releases"]
            good = [one["number"] for one in listed if one["good"] and one["number"] != runs]
            if good:
                return name, self.random.choice(good)
        name = self.some()
        self.deploy(name)
        self.settle_now()
        return self.rollable()

    def settle_now(self):
        """Nothing is killed here: waits for the orders given so far."""
        given = ", ".join(f"{order.verb} of {order.instance}" for order in self.ledger.orders)
        entries, = lab.eventually(lambda: (self.ledger.expected(),), 400, every=0.2, what=f"the end of {given}")
        self.ledger.settled(entries)

    # Scenes.

    def open_scene(self, phase):
        make = {"upload": self.half_sent, "source": self.unheard_upload, "push": self.push, "rollback": self.rollback,
                "delete": self.deletion, "start-again": self.start_again}.get(phase)
        if make:
            return make()
        if phase in ("stop", "restart"):
            return Scene(self.verb(self.some(), phase), phase)
        if phase == "start" and self.ledger.idle("RUNNING") and self.random.random() < BROKEN_SHARE:
            return Scene(self.deploy(self.some(), fails=True), phase)
        order = self.deploy(self.some_old_or_new())
        if phase == "build" and self.random.random() < OVERTAKEN_SHARE:
            self.await_seen(order, "build")
            order.superseded = True
            order = self.deploy(order.instance)
        return Scene(order, phase)

    def rollback(self):
        name, release = self.rollable()
        return Scene(self.verb(name, "rollback", {"release": release}, release=release), "rollback")

    def start_again(self):
        return Scene(self.verb(self.some("STOPPED"), "start"), "start-again")

    def deletion(self):
        if self.random.random() < OVERTAKEN_SHARE:
            order = self.deploy(self.some_old_or_new())
            self.await_seen(order, self.random.choice(("policy", "build", "start")))
            order.superseded = True
            return Scene(self.delete(order.instance), "delete")
        choice = self.ledger.idle("STOPPED") or [self.some()]
        return Scene(self.delete(self.random.choice([self.some()] + choice)), "delete")

    def unheard_upload(self):
        """Uploads, and returns once the operation is open: its reply comes when the source is taken in, if ever."""
        name, serial = self.some_old_or_new(), self.next_serial()
        data = images.tarball(chaos_sources.heavy(chaos_sources.slow(name, serial)))
        order = Order(name, "deploy", page=chaos_sources.page(serial), before=frozenset(self.ledger.operations_of(name)))
        door = self.half_open(name, len(data))
        door.send(data)
        self.ledger.give(order)
        return Scene(order, "source", leave=[door.close])

    def half_open(self, name, length):
        door = http.client.HTTPConnection("127.0.0.1", self.cluster.http, timeout=60)
        door.putrequest("PUT", f"/v1/instances/{name}/source?create=true&until=RUNNING")
        door.putheader("Authorization", f"Bearer {self.rest.token}")
        door.putheader("Content-Length", str(length))
        door.endheaders()
        return door

    def half_sent(self):
        """A body of which a part is there, and a deploy of somebody else."""
        beside = self.deploy(self.some_old_or_new())
        scene = Scene(beside, "upload")
        idle = self.ledger.idle("RUNNING")
        serial = self.next_serial()
        if idle and self.random.random() < 0.5:
            name = self.random.choice(idle)
            push = self.pusher(name, chaos_sources.heavy(chaos_sources.slow(name, serial)))
            narrow = chaos_push.NarrowDoor(self.cluster.http, HALF_SENT)
            scene.leave += [narrow.close, push.leave]
            push.begin(narrow.address)
            assert narrow.full.wait(60), f"the push never sent {HALF_SENT} bytes: {push.said()}"
        else:
            name = self.some_old_or_new()
            data = images.tarball(chaos_sources.heavy(chaos_sources.slow(name, serial)))
            door = self.half_open(name, len(data))
            scene.leave.append(door.close)
            door.send(data[:self.random.randrange(1, len(data) - 1)])
        return scene

    def pusher(self, name, files):
        folder = self.folder / f"push-{self.next_serial()}"
        return chaos_push.Push(folder, f"127.0.0.1:{self.cluster.http}", self.rest.token, name, files)

    def push(self):
        name, serial = self.some(), self.next_serial()
        push = self.pusher(name, chaos_sources.slow(name, serial))
        order = Order(name, "push", page=chaos_sources.page(serial), before=frozenset(self.ledger.operations_of(name)))
        push.begin(f"127.0.0.1:{self.cluster.http}")
        self.ledger.give(order)
        return Scene(order, "push", push=push)

    # Phases.

    def seen(self, scene):
        """The operation of the scene and the phase that it is in now; no phase: it has ended."""
        operation = self.ledger.operation_of(scene.order)
        if operation is None or operation["state"] not in OPEN:
            return operation, None
        if scene.order.verb == "push" or scene.wanted == "upload":
            return operation, scene.wanted
        if scene.order.verb != "deploy":
            return operation, "start-again" if scene.order.verb == "start" else scene.order.verb
        return operation, step_of(operation)

    def await_seen(self, order, step):
        def reached():
            operation = self.ledger.operation_of(order)
            return operation and (operation["state"] not in OPEN or STEPS.index(step_of(operation)) >= STEPS.index(step))
        lab.eventually(reached, BUILD_WAIT_MAX, every=0.003, what=f"{step} of {order.instance}")

    def await_moment(self, scene):
        """Waits until the scene is in its phase, and then for a random moment of it."""
        order, phase = scene.order, scene.wanted
        if phase in STEPS:
            self.await_seen(order, phase)
        elif phase == "push":
            lab.eventually(lambda: self.ledger.operation_of(order) or scene.push.ended(), 120, every=0.01,
                           what="the push's operation")
            assert self.ledger.operation_of(order), f"the push made no operation: {scene.push.said()}"
        longest = {"push": 8.0, "upload": 5.0}.get(phase) or self.typical[phase]
        time.sleep(self.random.random() * longest)

    def learn(self, scene, operation):
        """How long the phase took, so that the next random moment falls into it on this machine as it is now."""
        phase = scene.wanted
        steps = [step for step in (operation or {}).get("steps", []) if step.get("ended_at") and step.get("started_at")]
        took = [seconds(step) for step in steps if step["name"] == phase or phase not in STEPS]
        if phase in self.typical and took:
            self.typical[phase] = min(8.0, max(0.02, 0.7 * self.typical[phase] + 0.3 * took[-1]))


def step_of(operation):
    """The step that is under way; between two of them the one that comes."""
    for step in operation["steps"]:
        if step["name"] in STEPS and step["state"] in ("PENDING", "RUNNING"):
            return step["name"]
    return STEPS[-1]


def seconds(step):
    def parse(text):
        whole, _, fraction = text.rstrip("Z").partition(".")
        return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (fraction or "0"))
    return parse(step["ended_at"]) - parse(step["started_at"])
