"""A master and its workers, started as their units would start them."""
import os
import random
import shutil
import time

import images
import lab


class Worker:
    def __init__(self, cluster, name, namespace=None, address="127.0.0.1", socket="/var/run/docker.sock", more=(),
                 cpu=None, env=None, pools=1):
        self.cluster, self.name, self.namespace, self.address, self.socket = cluster, name, namespace, address, socket
        self.cpu = cpu  # the one core that it may use
        self.env = env
        self.data = cluster.folder.path / name
        self.more = list(more)
        self.rpc, self.http = (8834, 8833) if namespace else (lab.free_port(), lab.free_port())
        # Workers that share an engine must not share a pool, and other runs may share this engine too.
        self.pool = ",".join(f"10.{net}.0.0/16" for net in random.sample(range(120, 200), pools))
        self.program = None

    def flags(self):
        return ["--data-dir", self.data, "--id", self.name, "--master", self.cluster.cluster_address,
                "--rpc-listen", f"{self.address}:{self.rpc}", "--http-listen", f"{self.address}:{self.http}",
                "--public-address", self.address, "--docker-socket", self.socket,
                "--subnets", self.pool, *self.more]

    def join(self):
        made = self.cluster.rest.post("/v1/tokens", {"name": self.name, "kind": "WORKER"})
        assert made.status == 201, made
        argv = [lab.BIN / "edm-worker", "join", "--token-file", "-", *self.flags()]
        if self.namespace:
            argv = ["nsenter", f"--net=/run/netns/{self.namespace}", *argv]
        lab.run(argv, stdin=made.json["secret"])

    def start(self):
        if self.program:
            self.program.start()
        else:
            pinned = [] if self.cpu is None else ["taskset", "-c", str(self.cpu)]
            self.program = lab.Program([*pinned, lab.BIN / "edm-worker", *self.flags()],
                                       self.cluster.folder.path / f"{self.name}.log", namespace=self.namespace,
                                       env=self.env)

    def ready(self):
        worker = self.cluster.rest.get(f"/v1/workers/{self.name}").json
        return worker.get("state") == "READY"


class Cluster:
    """Made with open(), taken down with close(): programs stopped, folders removed."""

    def __init__(self, name, address="127.0.0.1", namespace=None, more=()):
        self.folder = lab.Folder(name)
        self.address, self.namespace, self.more = address, namespace, list(more)
        fixed = namespace is not None
        self.grpc, self.http, self.cluster_port = (8800, 8080, 8801) if fixed else [lab.free_port() for _ in range(3)]
        self.cluster_address = f"{address}:{self.cluster_port}"
        self.data = self.folder.path / "master"
        self.workers = {}
        self.master = None
        self.rest = None

    def flags(self):
        """People come over loopback, in the clear; workers elsewhere fetch over the TLS of the other address."""
        listen, far = f"127.0.0.1:{self.http}", []
        if self.address != "127.0.0.1":
            listen += f",{self.address}:{self.http}"
            far = ["--git-url", f"https://{self.address}:{self.http}"]
        return ["--data-dir", self.data, "--grpc-listen", f"127.0.0.1:{self.grpc}", "--http-listen", listen,
                "--cluster-listen", self.cluster_address, *far, *self.more]

    def start_master(self):
        if self.master:
            self.master.start()
        else:
            self.master = lab.Program([lab.BIN / "edm-master", *self.flags()], self.folder.path / "master.log",
                                      namespace=self.namespace)
        token_file = self.data / "admin.token"
        lab.eventually(lambda: token_file.exists() and self.answers(), 20, what="the master's readiness")
        self.rest = lab.Rest(self.url, token_file.read_text().strip())

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http}"

    def answers(self):
        assert self.master.alive(), self.master.tail()
        return lab.fetch(self.url + "/readyz", timeout=2) is not None

    def add_worker(self, name, **more):
        worker = Worker(self, name, **more)
        self.workers[name] = worker
        worker.join()
        worker.start()
        lab.eventually(worker.ready, 20, what=f"{name} being READY")
        return worker

    def close(self):
        for worker in self.workers.values():
            if worker.program:
                worker.program.stop()
        if self.master:
            self.master.stop()
        self.folder.close()

    # What people do.

    def deploy(self, name, files=None, until="RUNNING", wait="300s", **query):
        """Uploads and deploys; the operation as it ended."""
        query = "".join(f"&{key}={value}" for key, value in query.items())
        answer = self.rest.put(f"/v1/instances/{name}/source?create=true&until={until}&wait={wait}{query}",
                               images.tarball(files or images.site()), timeout=400,
                               headers={"Content-Type": "application/gzip"})
        return self.ended(answer)

    def ended(self, answer, seconds=300):
        """The operation as it ended: one answer waits for a minute at most."""
        end = time.monotonic() + seconds
        while True:
            assert answer.status in (200, 202), answer
            operation = answer.json
            if operation["state"] not in ("QUEUED", "RUNNING") or time.monotonic() > end:
                return operation
            answer = self.rest.get(f"/v1/operations/{operation['id']}/wait?timeout=60s", timeout=90)

    def order(self, name, verb, body=None, wait="120s"):
        answer = self.rest.post(f"/v1/instances/{name}/{verb}?wait={wait}", body, timeout=200)
        return self.ended(answer)

    def delete(self, name):
        answer = self.rest.delete(f"/v1/instances/{name}?wait=120s", timeout=200)
        return self.ended(answer)

    def instance(self, name):
        answer = self.rest.get(f"/v1/instances/{name}")
        assert answer.status == 200, answer
        return answer.json

    def page(self, operation_or_instance):
        endpoints = operation_or_instance.get("endpoints") or operation_or_instance["status"]["endpoints"]
        return lab.fetch(endpoints[0]["url"]).decode()

    def edmctl(self, *argv, check=True, stdin=None, cwd=None, timeout=300, token=None, env=None):
        home = self.folder.path / "home"
        home.mkdir(exist_ok=True)
        env = {"PATH": os.environ["PATH"], "HOME": str(home), "EDM_MASTER": f"127.0.0.1:{self.grpc}",
               "EDM_TOKEN": token or self.rest.token, "LANG": "C.UTF-8"} | (env or {})
        return lab.run([lab.BIN / "edmctl", *argv], check=check, env=env, cwd=cwd, stdin=stdin, timeout=timeout)

    def listings(self):
        """Every file and folder of ours on disk."""
        found = set()
        for top, folders, names in os.walk(self.folder.path):
            found.update(os.path.relpath(os.path.join(top, name), self.folder.path) for name in names + folders)
        return found


def docker_listing(socket="/var/run/docker.sock"):
    """All objects of one engine, by kind."""
    docker = ["docker", "-H", f"unix://{socket}"]
    listed = {}
    for kind, argv in {"containers": ["ps", "-aq", "--no-trunc"], "networks": ["network", "ls", "-q", "--no-trunc"],
                       "volumes": ["volume", "ls", "-q"], "images": ["images", "-q", "--no-trunc"]}.items():
        listed[kind] = sorted(lab.run([*docker, *argv]).stdout.split())
    return listed


def have_consul():
    return shutil.which("consul") is not None
