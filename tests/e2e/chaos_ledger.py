"""What was ordered of each instance, what was acknowledged, and so what must be when all is quiet again."""
import dataclasses

OPEN = ("PENDING", "RUNNING")


@dataclasses.dataclass
class Order:
    """One order. `operation` is its acknowledgement; None: no answer came, so that both outcomes are right."""
    instance: str
    verb: str  # deploy, push, stop, start, restart, rollback, delete
    operation: str = None
    page: str = None       # what its release serves
    release: int = 0       # of a rollback: the one that is wanted
    fails: bool = False    # its release never becomes healthy
    before: frozenset = frozenset()  # the operations of its instance before it was given
    superseded: bool = False         # a later order has taken its place


@dataclasses.dataclass
class Entry:
    state: str  # RUNNING or STOPPED
    release: int
    url: str
    pages: dict  # release -> what it serves


class Ledger:
    def __init__(self, rest):
        self.rest = rest
        self.entries = {}  # instance -> Entry; a deleted one has none
        self.orders = []   # given since the last settling
        self.tried = set()  # instances of which a failed trial may be kept for inspection

    def names(self, state):
        return sorted(name for name, entry in self.entries.items() if entry.state == state)

    def idle(self, state):
        """Instances in that state which no open order is about."""
        taken = {order.instance for order in self.orders}
        return [name for name in self.names(state) if name not in taken]

    def give(self, order):
        self.orders.append(order)
        return order

    def operations_of(self, instance):
        listed = self.rest.get(f"/v1/operations?instance={instance}&page_size=200").json["operations"]
        return {one["id"]: one for one in listed if one["instance"] == instance}

    def outcomes(self):
        """The operation of each order as it ended, oldest first; what is still open is an AssertionError."""
        ended = []
        for order in self.orders:
            found = self.operation_of(order)
            assert found is None or found["state"] not in OPEN, f"open: {found['id']} {found['kind']} of {order.instance}"
            ended.append((order, found))
        return ended

    def operation_of(self, order):
        if order.operation:
            answer = self.rest.get(f"/v1/operations/{order.operation}")
            assert answer.status == 200, f"{order.verb} of {order.instance} was acknowledged, and is unknown: {answer}"
            return answer.json
        new = [one for name, one in self.operations_of(order.instance).items() if name not in order.before]
        assert len(new) <= 1, f"{order.verb} of {order.instance} was given once and made {len(new)} operations"
        return new[0] if new else None

    def expected(self):
        """The entries as they must be now, by what became of the orders. Changes nothing."""
        entries = {name: dataclasses.replace(entry, pages=dict(entry.pages)) for name, entry in self.entries.items()}
        for order, operation in self.outcomes():
            if operation is not None:
                self.check_outcome(order, operation, entries)
                self.note_trial(order, operation)
                apply(entries, order, operation)
        return entries

    def note_trial(self, order, operation):
        if operation["still_serves"]:
            self.tried.add(order.instance)
        elif operation["state"] == "DONE" and order.verb != "restart":
            self.tried.discard(order.instance)

    @staticmethod
    def check_outcome(order, operation, entries):
        name, state = f"{order.verb} of {order.instance} ({operation['id']})", operation["state"]
        if order.superseded:
            assert state in ("CANCELLED", "DONE"), f"{name} was superseded and ended as {state}: {operation['failure']}"
        elif order.fails:
            assert state == "FAILED", f"{name} cannot become healthy and ended as {state}"
            good = entries[order.instance].release
            assert operation["restored_release"] == good, \
                f"{name} put back release {operation['restored_release']}, not {good}: {operation['failure']}"
        elif order.verb == "deploy" and not order.operation:
            # Whoever got no answer may have to send the files again, and nothing else.
            failed = [step["name"] for step in operation["steps"] if step["state"] == "FAILED"]
            assert state == "DONE" or (state == "FAILED" and failed == ["source"]), \
                f"{name} ended as {state} in {failed}: {operation['failure']}"
        else:
            assert state == "DONE", f"{name} was begun and ended as {state}: {operation['failure']}"
            assert order.verb != "rollback" or operation["release"] == order.release, \
                f"{name} went to release {operation['release']} instead of {order.release}"

    def settled(self, entries):
        self.entries, self.orders = entries, []

    def check(self, entries):
        """Each instance is where its last acknowledged order says, as the master tells it."""
        listed = {one["id"]: one for one in self.rest.get("/v1/instances?page_size=1000").json["instances"]}
        assert listed.keys() == entries.keys(), \
            f"there: {sorted(listed.keys() - entries.keys())}, missing: {sorted(entries.keys() - listed.keys())}"
        for name, entry in entries.items():
            status = listed[name]["status"]
            assert status["phase"] == entry.state, f"{name}: {status['phase']} instead of {entry.state}: {status['failure']}"
            if entry.state == "RUNNING":
                assert status["release"] == entry.release, \
                    f"{name}: release {status['release']} instead of {entry.release}"
                url = status["endpoints"][0]["url"]
                assert entry.url in (None, url), f"{name} moved from {entry.url} to {url}"
                entry.url = url
        return listed


def apply(entries, order, operation):
    """What an order that has ended makes of its instance."""
    name, done = order.instance, operation["state"] == "DONE"
    if not done:
        return  # whatever was, is
    if order.verb == "delete":
        entries.pop(name, None)
        return
    entry = entries.setdefault(name, Entry("RUNNING", 0, None, {}))
    entry.state = "STOPPED" if order.verb == "stop" else "RUNNING"
    if order.verb in ("deploy", "push"):
        entry.pages[operation["release"]] = order.page
    if order.verb != "stop":
        entry.release = operation["release"]
