"""Three masters on one Consul, each on a machine of its own in a lab, and workers that know all of them."""
import shutil
import time
import urllib.error

import lab
from cluster import Cluster

AWAY = (OSError, urllib.error.URLError)


class Master:
    def __init__(self, cluster, host):
        self.cluster, self.host, self.name = cluster, host, f"m{host.number}"
        self.data = cluster.folder.path / self.name
        self.url = f"https://{host.address}:8080"
        self.program = self.rest = None
        self.env = None  # of its program

    def flags(self):
        """The repos are on a disk that all share; people come to the far address, with TLS."""
        return ["--data-dir", self.data, "--name", self.name, "--store", "consul", "--git-folder", self.cluster.folder.path / "git",
                "--grpc-listen", f"{self.host.address}:8800", "--http-listen", f"{self.host.address}:8080",
                "--cluster-listen", f"{self.host.address}:8801", "--git-url", self.url, *self.cluster.more]

    def await_consul(self):
        """Its own agent has found a server."""
        keys = ["nsenter", f"--net=/run/netns/{self.host.name}", "consul", "kv", "get", "-keys"]
        lab.eventually(lambda: lab.run(keys, check=False).returncode == 0, 60, 0.3, what=f"Consul on {self.host.name}")

    def start(self):
        if self.program:
            self.program.start()
        else:
            self.program = lab.Program([lab.BIN / "edm-master", *self.flags()], self.cluster.folder.path / f"{self.name}.log",
                                       namespace=self.host.name, env=self.env)

    def version(self, timeout=2):
        """What it says of itself; None when it does not answer."""
        try:
            answer = self.rest.get("/v1/version", timeout=timeout)
        except AWAY:
            return None
        return answer.json if answer.status == 200 else None


class Masters(Cluster):
    """The first of them makes the keys that the others take over."""

    def __init__(self, name, hosts, more=()):
        super().__init__(name, more=more)
        self.masters = [Master(self, host) for host in hosts]
        self.cluster_address = ",".join(f"{host.address}:8801" for host in hosts)

    def start_masters(self):
        first = self.masters[0]
        for master in self.masters:
            master.await_consul()
        first.start()
        token = first.data / "admin.token"
        lab.eventually(token.exists, 30, what=f"the first token of {first.name}")
        for other in self.masters[1:]:
            other.data.mkdir(exist_ok=True)
            shutil.copy(first.data / "seal.key", other.data / "seal.key")
            shutil.copytree(first.data / "ca", other.data / "ca")
            other.start()
        for master in self.masters:
            master.rest = lab.Rest(master.url, token.read_text().strip(), ca=first.data / "ca" / "ca.crt")
        self.rest = first.rest
        self.await_leader(30)
        for master in self.masters:
            lab.eventually(lambda one=master: (one.version() or {}).get("leader"), 30, what=f"{master.name} knowing the leader")

    def leader(self, among=None):
        """The one that says that it leads."""
        found = [one for one in among or self.masters if (one.version() or {}).get("role") == "LEADER"]
        return found[0] if len(found) == 1 else None

    def await_leader(self, seconds=15, among=None):
        return lab.eventually(lambda: self.leader(among), seconds, what="a leader")

    def others(self, than):
        return [one for one in self.masters if one is not than]

    def insist(self, masters, path, body, seconds=20):
        """Asks one after the other until one accepts; the answer, who gave it, and when."""
        end = time.monotonic() + seconds
        last = None
        while time.monotonic() < end:
            for master in masters:
                try:
                    last = master.rest.post(path, body, timeout=6)
                except AWAY as problem:
                    last = problem
                    continue
                if last.status in (200, 201, 202):
                    return last.json, master, time.monotonic()
                assert last.status in (503, 504), last
            time.sleep(0.05)
        raise AssertionError(f"nobody accepted {path} in {seconds} s: {last!r}")

    def close(self):
        for worker in self.workers.values():
            if worker.program:
                worker.program.stop()
        for master in self.masters:
            if master.program:
                master.program.stop()
        self.folder.close()
