#!/usr/bin/python3
"""Benchmarks of whole programs: rows of {name, size, value, unit, reference, ratio, aim}, a table and JSON lines."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import grpc_door
import images
import lab
from cluster import Cluster

ROUNDS = 5
rows = []


def row(name, size, value, unit, reference=None, aim=""):
    ratio = None if reference is None else value / reference
    rows.append({"name": name, "size": size, "value": round(value, 4), "unit": unit,
                 "reference": None if reference is None else round(reference, 4),
                 "ratio": None if ratio is None else round(ratio, 3), "aim": aim})
    print(json.dumps(rows[-1]), flush=True)


def timed(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


def compose_of(services):
    blocks = "".join(images.COMPOSE.split("services:\n")[1].replace("web:", f"web{number}:") for number in range(services))
    return "services:\n" + blocks


class Bare:
    """The reference: the same files by `docker compose`, polled until healthy."""

    def __init__(self, folder, name):
        self.folder, self.argv = folder, ["docker-compose", "-p", name, "--project-directory", str(folder)]

    def compose(self, *argv):
        subprocess.run([*self.argv, *argv], check=True, capture_output=True, cwd=self.folder)

    def healthy(self):
        ids = subprocess.run([*self.argv, "ps", "-q"], capture_output=True, text=True, cwd=self.folder).stdout.split()
        states = subprocess.run(["docker", "inspect", "-f", "{{.State.Health.Status}}", *ids], capture_output=True, text=True)
        return ids and set(states.stdout.split()) == {"healthy"}

    def up(self):
        self.compose("up", "-d")
        lab.eventually(self.healthy, 60, every=0.02)

    def down(self):
        self.compose("down", "-t", "0", "-v", "--rmi", "local")


def paired(ours, theirs, rounds=ROUNDS):
    pairs = []
    for number in range(rounds):
        pairs.append((ours(number), theirs(number)))
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def bench_start(cluster):
    for services in (1, 3, 5):
        files = images.site(compose=compose_of(services))
        name = f"bench-start{services}"
        cluster.deploy(name, files)
        cluster.order(name, "stop")
        folder = images.write(cluster.folder.path / name, files)
        bare = Bare(folder, f"bare{services}")
        bare.compose("build")
        bare.up()
        bare.compose("stop", "-t", "0")

        def ours(_):
            seconds = timed(lambda: cluster.edmctl("start", name, "--quiet"))
            cluster.order(name, "stop")
            return seconds

        def theirs(_):
            seconds = timed(bare.up)
            bare.compose("stop", "-t", "0")
            return seconds
        value, reference = paired(ours, theirs)
        row("start", f"{services} services", value, "s", reference, "<= 1.05")
        bare.down()
        cluster.delete(name)


def bench_deploy_cold(cluster):
    for services in (1, 3, 5):
        name = f"bench-cold{services}"
        folder = cluster.folder.path / name

        def files(tag):
            # A RUN with its own text is never cached.
            return images.site(compose=compose_of(services), dockerfile=images.DOCKERFILE.replace(
                "EXPOSE", f'RUN ["/bin/busybox", "echo", "{tag} {time.time_ns()}"]\nEXPOSE'))

        def ours(number):
            images.write(folder, files(f"ours{number}"))
            seconds = timed(lambda: cluster.edmctl("deploy", str(folder), "--id", name, "--quiet"))
            cluster.delete(name)
            return seconds

        def theirs(number):
            images.write(folder, files(f"bare{number}"))
            bare = Bare(folder, f"bare-cold{services}")
            seconds = timed(lambda: (bare.compose("build"), bare.up()))
            bare.down()
            return seconds
        value, reference = paired(ours, theirs)
        row("deploy-cold", f"{services} services", value, "s", reference, "<= 1.10")
        row("deploy-cold-added", f"{services} services", value - reference, "s", None, "<= 0.15")


def bench_deploy_unchanged(cluster):
    for services in (1, 3, 5):
        name = f"bench-same{services}"
        folder = images.write(cluster.folder.path / name, images.site(compose=compose_of(services)))
        cluster.edmctl("deploy", str(folder), "--id", name, "--quiet")
        bare = Bare(folder, f"bare-same{services}")
        bare.compose("build")
        bare.up()
        value, reference = paired(lambda _: timed(lambda: cluster.edmctl("deploy", str(folder), "--id", name, "--quiet")),
                                  lambda _: timed(lambda: (bare.compose("build"), bare.up())))
        row("deploy-unchanged", f"{services} services", value, "s", reference, "<= 0.5")
        bare.down()
        cluster.delete(name)


def wrk(url, connections, headers=()):
    argv = ["wrk", "-t1", f"-c{connections}", "-d3s", *[part for header in headers for part in ("-H", header)], url]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith("Requests/sec")))


def bench_rest(cluster):
    cluster.rest.post("/v1/instances", {"id": "bench-rest"})
    body = cluster.rest.get("/v1/instances/bench-rest").body
    root = cluster.folder.path / "nginx"
    (root / "www").mkdir(parents=True)
    (root / "www" / "instance").write_bytes(body)
    port = lab.free_port()
    (root / "nginx.conf").write_text(
        f"daemon off; pid {root}/pid; error_log {root}/error.log; worker_processes 1; user root;"
        f"events {{}} http {{ access_log off; client_body_temp_path {root}/b; proxy_temp_path {root}/p;"
        f"fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;"
        f"keepalive_requests 1000000; server {{ listen 127.0.0.1:{port}; root {root}/www; }} }}")
    nginx = lab.Program(["nginx", "-c", root / "nginx.conf"], root / "log")
    lab.eventually(lambda: lab.fetch(f"http://127.0.0.1:{port}/instance"), 5)
    for connections in (1, 16, 64):
        ours = wrk(f"{cluster.url}/v1/instances/bench-rest", connections, [f"Authorization: Bearer {cluster.rest.token}"])
        theirs = wrk(f"http://127.0.0.1:{port}/instance", connections)
        row("rest", f"{connections} connections", ours, "requests/s", theirs, ">= 0.4")
    nginx.stop()
    cluster.delete("bench-rest")


def bench_unary(cluster):
    program = str(lab.BIN.parent / "tests" / "rpc_bench")
    cluster.rest.post("/v1/instances", {"id": "bench-unary"})
    door = grpc_door.GrpcDoor(f"127.0.0.1:{cluster.grpc}", cluster.rest.token)
    answer = door.stub.GetInstance(door.messages.GetInstanceRequest(id="bench-unary"), metadata=door.metadata())
    door.close()
    echo = subprocess.Popen([program, "--echo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    echo.stdin.write(answer.SerializeToString())
    echo.stdin.close()
    port = int(echo.stdout.readline())
    try:
        measured = subprocess.run([program, f"127.0.0.1:{cluster.grpc}", f"127.0.0.1:{port}", "bench-unary"],
                                  input=cluster.rest.token, capture_output=True, text=True, check=True).stdout
    finally:
        echo.kill()
        echo.wait()
    for line in measured.splitlines():
        one = json.loads(line)
        row(one["name"], one["size"], one["value"], one["unit"], one["reference"], one["aim"])
    cluster.delete("bench-unary")


def memory_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def dockerd_pid():
    return int(subprocess.run(["pgrep", "-xo", "dockerd"], capture_output=True, text=True, check=True).stdout)


def bench_memory(cluster):
    reference = memory_mib(dockerd_pid())
    row("memory-master", "idle", memory_mib(cluster.master.pid), "MiB", None, "<= 32")
    row("memory-worker", "idle", memory_mib(cluster.workers["worker-1"].program.pid), "MiB", None, "<= 16")
    row("memory-dockerd", "idle", reference, "MiB")


def bench_cpu(cluster):
    pids = {"master": cluster.master.pid, "worker": cluster.workers["worker-1"].program.pid, "dockerd": dockerd_pid()}
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    time.sleep(60)
    used = {name: (cpu_seconds(pid) - before[name]) / 60 * 100 for name, pid in pids.items()}
    for name in ("master", "worker"):
        row(f"cpu-{name}", "idle 60 s", used[name], "% of a core", None, "<= 0.5")
    row("cpu-dockerd", "idle 60 s", used["dockerd"], "% of a core")


def bench_logs(cluster):
    for lines in (20_000, 100_000, 300_000):
        loud = images.DOCKERFILE.split("CMD")[0] + (
            'CMD ["/bin/busybox", "sh", "-c", "/bin/busybox seq -f \'line number %.0f of a log that is long enough to count\' 1 '
            + str(lines) + '; /bin/busybox httpd -f -p 8000 -h /www"]\n')
        name = f"bench-logs{lines}"
        edm = "health: {time: 60s}\n"
        operation = cluster.deploy(name, images.site(dockerfile=loud, **{"edm.yaml": edm}))
        assert operation["state"] == "DONE", operation
        container = lab.run(["docker", "ps", "-q", "--filter", f"label=dev.edm.instance={name}"]).stdout.strip()
        text = []
        ours = timed(lambda: text.append(cluster.edmctl("logs", name).stdout))
        theirs = timed(lambda: subprocess.run(["docker", "logs", container], capture_output=True, check=True))
        count = text[0].count("line number")
        kept = lab.run(["docker", "logs", container]).stdout.count("line number")
        row("logs", f"{lines} lines", len(text[0]) / ours / 1e6, "MB/s", len(text[0]) / theirs / 1e6, ">= 0.5")
        row("logs-lost", f"{lines} lines", kept - count, "lines", None, "<= 0")
        cluster.delete(name)


BENCHES = {"start": bench_start, "deploy-cold": bench_deploy_cold, "deploy-unchanged": bench_deploy_unchanged,
           "unary": bench_unary, "rest": bench_rest, "memory": bench_memory, "cpu": bench_cpu, "logs": bench_logs}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[])
    arguments = parser.parse_args()
    lab.BIN = arguments.bin.resolve()
    made_base = images.ensure_base(["docker"])
    cluster = Cluster("bench")
    try:
        cluster.start_master()
        cluster.add_worker("worker-1")
        time.sleep(3)
        for name in arguments.names or BENCHES:
            BENCHES[name](cluster)
    finally:
        cluster.close()
        if made_base:
            lab.run(["docker", "image", "rm", images.BASE])
    print(f"\n{'name':20} {'size':16} {'value':>12} {'unit':12} {'reference':>12} {'ratio':>8}  aim")
    for one in rows:
        print(f"{one['name']:20} {one['size']:16} {one['value']:12} {one['unit']:12} {one['reference'] or '':>12} "
              f"{one['ratio'] or '':>8}  {one['aim']}")


if __name__ == "__main__":
    main()
