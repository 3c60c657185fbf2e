"""What a quiet cluster of one worker holds, against what it may hold: each look gives the findings, one line each.

Exact where it can be: what should be there and is not counts as well as what was left over.
"""
import json
import os
import pathlib
import sqlite3

import chaos_sources
import images
import lab

LABEL = '{{.Label "dev.edm.instance"}}'
UNFINISHED = ("*.tmp*", "*.part", "*.new", "*.lock", "tmp_*", "pack_git2_*", "incoming-*")
FIXED_KEYS = {"edm/v1/epoch", "edm/v1/leader", "edm/identity/keys", "edm/identity/repos", "edm/pulse"}


def differ(what, there, wanted):
    there, wanted = set(there), set(wanted)
    return [f"{what} left: {one}" for one in sorted(there - wanted)] + \
           [f"{what} missing: {one}" for one in sorted(wanted - there)]


class Facts:
    """What the master says of each instance: the standard that everything else is held against."""

    def __init__(self, rest, listed, tried):
        self.status = {name: one["status"] for name, one in listed.items()}
        self.kept = {name: rest.get(f"/v1/instances/{name}/releases").json["releases"] for name in listed}
        self.operations = [one["id"] for one in rest.get("/v1/operations?page_size=1000").json["operations"]]
        self.tried = tried  # instances of which a failed trial may be kept
        self.tokens = [one["id"] for one in rest.get("/v1/tokens").json["tokens"]]

    def releases(self):
        return {(name, one["number"]) for name, kept in self.kept.items() for one in kept}

    def running(self):
        return {name: status for name, status in self.status.items() if status["phase"] == "RUNNING"}

    def ports(self):
        return {endpoint["port"] for status in self.running().values() for endpoint in status["endpoints"]}


class Traces:
    def __init__(self, cluster, worker, net, temporary, own):
        self.cluster, self.worker, self.net = cluster, worker, net
        self.host, self.docker = net.hosts[0], net.hosts[0].docker
        self.temporary = temporary  # the folder for temporary files of both programs
        self.own = own              # () -> the pids of the programs that the run itself has started
        self.subnets_at_rest = self.ports_at_rest = None
        self.listening_at_rest, self.files_at_rest = set(), set()

    def note_rest(self):
        """Once, before anything is deployed."""
        self.subnets_at_rest, self.ports_at_rest = self.gauge("networks_free"), self.gauge("ports_free")
        self.listening_at_rest, self.files_at_rest = self.listening(), set(self.unfinished())

    def look(self, facts):
        found = self.on_engine(facts) + self.on_worker_disk(facts) + self.on_master_disk(facts) + self.half_made()
        found += self.reserved(facts) + differ("key", self.keys(), self.keys_wanted(facts)) + self.processes()
        return found + (self.in_catalog(facts) if self.net.consul else [])

    # The engine is ours alone.

    def on_engine(self, facts):
        found = []
        state = {"RUNNING": "running", "STOPPED": "exited"}
        containers = {f"{name}.web.1 of {name}, {state.get(status['phase'])}" for name, status in facts.status.items()}
        networks = {f"{name}_default of {name}" for name in facts.status}
        volumes = {f"{name}_data of {name}" for name in facts.status if chaos_sources.has_volume(name)}
        kept = {f"{name}_trial.web.1 of {name}_trial, exited" for name in facts.tried}
        kept_networks = {f"{name}_default.trial.default of {name}_trial" for name in facts.tried}
        built = {f"edm/{name}/web:r{number}" for name, number in facts.releases()}
        found += differ("container", set(self.ask("ps", "-a", "--format", "{{.Names}} of " + LABEL + ", {{.State}}")) - kept,
                        containers)
        found += differ("network", set(self.ask("network", "ls", "--format", "{{.Name}} of " + LABEL)) - kept_networks,
                        networks | {f"{name} of " for name in ("bridge", "host", "none")})
        found += differ("volume", self.ask("volume", "ls", "--format", "{{.Name}} of " + LABEL), volumes)
        found += differ("image", self.ask("images", "-a", "--format", "{{.Repository}}:{{.Tag}}"), built | {images.BASE})
        return found

    def ask(self, *argv):
        return lab.run([*self.docker, *argv]).stdout.splitlines()

    def containers(self):
        """name -> (id, when it was started), of what runs."""
        ids = self.ask("ps", "-q")
        if not ids:
            return {}
        # Some may have ended since they were listed.
        lines = lab.run([*self.docker, "inspect", "--format", "{{.Name}} {{.Id}} {{.State.StartedAt}}", *ids], check=False)
        found = (line.split() for line in lines.stdout.splitlines() if line)
        return {name.removeprefix("/"): (one, started) for name, one, started in found}

    # Disks.

    def on_worker_disk(self, facts):
        data = self.worker.data
        checkouts = {f"{entry.parent.name}/{entry.name}" for entry in data.glob("instances/*/*")}
        found = differ("checkout", checkouts, {f"{name}/r{number}" for name, number in facts.releases()})
        found += differ("instance folder", names(data / "instances"), facts.status)
        found += differ("mirror", names(data / "mirrors" / "instances"), {f"{name}.git" for name in facts.status})
        found += differ("staging of the worker", names(data / "staging"), ())
        journal = journal_keys(data / "journal.db")
        attempts = {key.removeprefix("attempts/") for key in journal if key.startswith("attempts/")}
        found += differ("journal entry of", {one.split("/")[0] for one in attempts}, facts.status)
        found += differ("holding", {key for key in journal if key.startswith("holdings/")},
                        {f"holdings/{name}" for name in facts.status})
        return found + differ("event log of the worker", names(data / "events"),
                              {one.replace("/", ".") for one in attempts})

    def on_master_disk(self, facts):
        data = self.cluster.data
        git = data / "git"
        found = differ("repo", {f"{entry.parent.name}/{entry.name}" for entry in git.glob("[!.]*/*")},
                       {f"default/{name}.git" for name in facts.status})
        found += differ("in the git folder", {name for name in names(git) if name.startswith(".")},
                        {".hooks", ".read-key", ".edm-repos"})
        for name, status in facts.status.items():
            found += self.refs(git / "default" / f"{name}.git", name, status, facts.kept[name])
        found += differ("staging of the master", names(data / "staging"), ())
        return found + differ("event log of the master", names(data / "events"), {"cluster", *facts.operations})

    @staticmethod
    def refs(repo, name, status, kept):
        if not repo.exists():
            return []  # found missing already
        listed = lab.run(["git", "-c", "safe.directory=*", f"--git-dir={repo}", "for-each-ref",
                          "--format=%(refname) %(objectname)"]).stdout.splitlines()
        wanted = {f"refs/edm/releases/{one['number']} {one['source']['commit']}" for one in kept}
        wanted.add(f"refs/heads/main {status['source']['commit']}")
        return differ(f"ref of {name}", (line for line in listed if not line.startswith("refs/edm/ordered ")), wanted)

    def half_made(self):
        """Files that only exist while something is being written."""
        found = [f"half made: {path}" for path in self.unfinished() if path not in self.files_at_rest]
        return found + [f"temporary: {path}" for path in self.temporary.iterdir()]

    def unfinished(self):
        return [path for top in (self.cluster.data, self.worker.data) for pattern in UNFINISHED
                for path in top.rglob(pattern)]

    # Ports and subnets.

    def listening(self):
        lines = lab.run(["nsenter", f"--net=/run/netns/{self.host.name}", "ss", "-Hltun"]).stdout.splitlines()
        return {int(line.split()[4].rsplit(":", 1)[1]) for line in lines}

    def gauge(self, name):
        argv = ["nsenter", f"--net=/run/netns/{self.host.name}", "curl", "-sf", "http://127.0.0.1:8833/metrics"]
        for line in lab.run(argv).stdout.splitlines():
            if line.startswith(f"edm_worker_{name} "):
                return float(line.split()[1])
        raise AssertionError(f"the worker's metrics have no edm_worker_{name}")

    def reserved(self, facts):
        found = differ("listening port", self.listening() - self.ephemeral(), self.listening_at_rest | facts.ports())
        held = len(facts.status)  # one network and one port each
        for name, rest in (("networks_free", self.subnets_at_rest), ("ports_free", self.ports_at_rest)):
            if rest - self.gauge(name) != held:
                found.append(f"{name}: {rest - self.gauge(name):.0f} are reserved, by {held} instances of one each")
        return found

    def ephemeral(self):
        """UDP sockets that a client in the namespace has open for a moment are no server's."""
        return {port for port in self.listening() if 32768 <= port <= 60999} - self.listening_at_rest

    # K/V.

    def keys(self):
        if not self.net.consul:
            return journal_keys(self.cluster.data / "state.db")
        return {f"{key}" for key in json.loads(lab.fetch(self.net.consul_url + "/v1/kv/?keys"))}

    def keys_wanted(self, facts):
        wanted = {f"edm/v1/instances/{name}/{half}" for name in facts.status for half in ("spec", "status")}
        wanted |= {f"instance/{name}/ip" for name in facts.status}
        wanted |= {f"edm/v1/releases/{name}/{number:010}" for name, number in facts.releases()}
        wanted |= {f"edm/v1/operations/{one}" for one in facts.operations}
        wanted |= {f"edm/v1/tokens/{one}" for one in facts.tokens} | {f"edm/v1/workers/{self.worker.name}"}
        return wanted | {key for key in self.keys() if key in FIXED_KEYS}

    def in_catalog(self, facts):
        wanted = {"consul", "edm-master"}
        for name in facts.running():
            wanted |= {name, f"web.{name}"}
        there = json.loads(lab.fetch(self.net.consul_url + "/v1/catalog/services"))
        found = differ("catalog entry", there, wanted)
        if found:
            found.append("the agent of the worker lists " + ", ".join(sorted(self.agent_services())))
        for name, status in facts.running().items():
            address = [(self.host.address, endpoint["port"]) for endpoint in status["endpoints"]]
            for service in (name, f"web.{name}"):
                entries = json.loads(lab.fetch(f"{self.net.consul_url}/v1/catalog/service/{service}"))
                listed = [(entry["ServiceAddress"], entry["ServicePort"]) for entry in entries]
                if listed != address:
                    found.append(f"catalog entry {service}: {listed} instead of {address}")
        return found

    def agent_services(self):
        argv = ["nsenter", f"--net=/run/netns/{self.host.name}", "curl", "-sf", "http://127.0.0.1:8500/v1/agent/services"]
        return json.loads(lab.run(argv).stdout)

    # Processes. The run is the reaper of whatever loses its parent.

    def processes(self):
        children = children_by_parent()
        found, own = [], self.own()
        for pid in children.get(os.getpid(), ()):
            if pid not in own and not reap(pid) and "containerd-shim" not in name_of(pid):
                found.append(f"process without a parent: {pid} {name_of(pid)}")
        for program in (self.cluster.master, self.worker.program):
            found += [f"process of {pathlib.Path(program.log).stem}: {pid} {name_of(pid)}"
                      for pid in children.get(program.pid, ())]
        return found


def names(folder):
    return {entry.name for entry in folder.iterdir()} if folder.exists() else set()


def journal_keys(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as database:
        keys = {row[0] for row in database.execute("SELECT key FROM kv WHERE key > ''")}
    database.close()
    return keys


def children_by_parent():
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    return children


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:120]
    except OSError:
        return "(gone)"


def reap(pid):
    """True when it had ended."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def be_the_reaper():
    """What a killed program leaves behind becomes a child of this process, wherever it ran."""
    import ctypes
    subreaper = 36  # PR_SET_CHILD_SUBREAPER
    if ctypes.CDLL(None, use_errno=True).prctl(subreaper, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot become the reaper of what loses its parent")

