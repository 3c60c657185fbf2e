#!/usr/bin/python3
"""Benchmarks of whole programs, each beside a reference in the same run (rows.py says what a row is)."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import accept
import bare
import grpc_door
import images
import lab
from cluster import Cluster
from rows import print_table, row, slope_row

ROUNDS = 5
RANDOM_CLUSTERS = 10_000
SERVICES = (1, 3, 5)
UNCHECKED = images.COMPOSE.split("    healthcheck:")[0]  # ready is what answers


def timed(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


def compose_of(services, checked=True):
    one = (images.COMPOSE if checked else UNCHECKED).split("services:\n")[1]
    return "services:\n" + "".join(one.replace("web:", f"web{number}:") for number in range(services))


def paired(ours, theirs, rounds=ROUNDS):
    """Medians of alternating rounds: both see the same machine."""
    pairs = [(ours(number), theirs(number)) for number in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def over_services(name, aim, measure):
    """`measure(services, checked)` gives value and reference; with a healthcheck, and without."""
    for kind, checked in ((name, True), (f"{name}-unchecked", False)):
        points = []
        for services in SERVICES:
            value, reference = measure(services, checked)
            row(kind, f"{services} services", value, "s", reference, aim)
            if name == "deploy-cold":
                row(f"{kind}-added", f"{services} services", value - reference, "s", None, "<= 0.15")
            points.append((services, value, reference))
        slope_row(kind, "service", "s", points)


def deploy(cluster, name, folder):
    return timed(lambda: cluster.edmctl("deploy", str(folder), "--id", name, "--quiet"))


def bench_start(cluster):
    def measure(services, checked):
        name = f"bench-start{services}"
        files = images.site(compose=compose_of(services, checked))
        cluster.deploy(name, files)
        cluster.order(name, "stop")
        project = bare.Compose(images.write(cluster.folder.path / name, files), f"bare-{name}", services, checked)
        project.compose("build")
        project.up()
        project.stop()

        def ours(_):
            seconds = timed(lambda: cluster.edmctl("start", name, "--quiet"))
            cluster.order(name, "stop")
            return seconds

        def theirs(_):
            seconds = timed(project.up)
            project.stop()
            return seconds
        result = paired(ours, theirs)
        project.down()
        cluster.delete(name)
        return result
    over_services("start", "<= 1.05", measure)


def bench_deploy_cold(cluster):
    def measure(services, checked):
        name = f"bench-cold{services}"
        folder = cluster.folder.path / name

        def write(tag):
            # A RUN with its own text is never cached.
            run = f'RUN ["/bin/busybox", "echo", "{tag} {time.time_ns()}"]\nEXPOSE'
            images.write(folder, images.site(compose=compose_of(services, checked),
                                             dockerfile=images.DOCKERFILE.replace("EXPOSE", run)))

        def ours(number):
            write(f"ours{number}")
            seconds = deploy(cluster, name, folder)
            cluster.delete(name)
            return seconds

        def theirs(number):
            write(f"bare{number}")
            project = bare.Compose(folder, f"bare-{name}", services, checked)
            seconds = timed(lambda: (project.compose("build"), project.up()))
            project.down()
            return seconds
        return paired(ours, theirs)
    over_services("deploy-cold", "<= 1.10", measure)


def bench_deploy_unchanged(cluster):
    def measure(services, checked):
        name = f"bench-same{services}"
        files = images.site(compose=compose_of(services, checked))
        folder = images.write(cluster.folder.path / name, files)
        deploy(cluster, name, folder)
        project = bare.Compose(folder, f"bare-{name}", services, checked)
        project.compose("build")
        project.up()
        result = paired(lambda _: deploy(cluster, name, folder),
                        lambda _: timed(lambda: (project.compose("build"), project.up())))
        project.down()
        cluster.delete(name)
        return result
    over_services("deploy-unchanged", "<= 0.5", measure)


def wrk(url, connections, headers=()):
    argv = ["wrk", "-t1", f"-c{connections}", "-d3s", *[part for header in headers for part in ("-H", header)], url]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in text, text
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith("Requests/sec")))


def bench_rest(cluster):
    cluster.rest.post("/v1/instances", {"id": "bench-rest"})
    body = cluster.rest.get("/v1/instances/bench-rest").body
    nginx, url = bare.nginx(cluster.folder.path / "nginx", body)
    token, points = [f"Authorization: Bearer {cluster.rest.token}"], []
    try:
        for connections in (1, 16, 64):
            ours, theirs = paired(lambda _: wrk(f"{cluster.url}/v1/instances/bench-rest", connections, token),
                                  lambda _: wrk(url, connections), rounds=3)
            row("rest", f"{connections} connections", ours, "requests/s", theirs, ">= 0.4")
            points.append((connections, ours, theirs))
    finally:
        nginx.stop()
    slope_row("rest", "connection", "requests/s", points)
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
    points = []
    for line in measured.splitlines():
        one = json.loads(line)
        row(one["name"], one["size"], one["value"], one["unit"], one["reference"], one["aim"])
        if one["name"] == "unary":
            points.append((int(one["size"].split()[0]), one["value"], one["reference"]))
    slope_row("unary", "caller", "calls/s", points)
    cluster.delete("bench-unary")


def memory_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(measure):
    """Calls `measure(instances, pids)` for a cluster of its own that nobody asks for anything, as it fills."""
    cluster = Cluster("bench-idle")
    names = []
    try:
        cluster.start_master()
        cluster.add_worker("worker-1")
        pids = {"master": cluster.master.pid, "worker": cluster.workers["worker-1"].program.pid,
                "dockerd": bare.dockerd_pid()}
        for instances in (0, 4, 8):
            while len(names) < instances:
                names.append(f"bench-idle{len(names)}")
                operation = cluster.deploy(names[-1], images.site(compose=UNCHECKED))
                assert operation["state"] == "DONE", operation
            measure(instances, pids)
        for name in names:
            cluster.delete(name)
    finally:
        cluster.close()


def per_program(name, unit, aims, samples):
    """Rows of {instances: {program: value}}, dockerd's as the reference."""
    for program, aim in aims.items():
        points = [(size, values[program], values["dockerd"]) for size, values in samples.items()]
        for instances, value, reference in points:
            row(f"{name}-{program}", f"{instances} instances", value, unit, reference, aim, compared=False)
        slope_row(f"{name}-{program}", "instance", unit, points)


def bench_memory(_):
    samples = {}

    def measure(instances, pids):
        time.sleep(65)  # what the last deploy left behind is given back within a minute
        samples[instances] = {program: memory_mib(pid) for program, pid in pids.items()}
    idle(measure)
    per_program("memory", "MiB", {"master": "<= 32", "worker": "<= 16"}, samples)


def bench_cpu(_):
    samples = {}

    def measure(instances, pids):
        time.sleep(5)
        before = {program: cpu_seconds(pid) for program, pid in pids.items()}
        time.sleep(60)
        samples[instances] = {program: (cpu_seconds(pid) - before[program]) / 60 * 100 for program, pid in pids.items()}
    idle(measure)
    per_program("cpu", "% of a core", {"master": "<= 0.5", "worker": "<= 0.5"}, samples)


def follow(argv, last, env=None):
    """Follows a log until its last line: seconds, bytes, and how many of its lines came."""
    began = time.monotonic()
    follower = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    read, lines = 0, 0
    try:
        for line in follower.stdout:
            if b"line number" not in line:
                continue
            read += len(line) - line.index(b"line number")  # what the service wrote, without a label before it
            lines += 1
            if last in line:
                return time.monotonic() - began, read, lines
    finally:
        follower.kill()
        follower.wait()
    raise AssertionError(f"{argv} ended before {last}")


def bench_logs(cluster):
    points = []
    env = {"PATH": os.environ["PATH"], "HOME": str(cluster.folder.path), "EDM_MASTER": f"127.0.0.1:{cluster.grpc}",
           "EDM_TOKEN": cluster.rest.token, "LANG": "C.UTF-8"}
    for count in (20_000, 60_000, 120_000):
        talk = f"""/bin/busybox awk 'BEGIN {{ for (i = 1; i <= {count}; i++)
                   print "line number " i " of a log that is long enough" }}'"""
        command = ["/bin/busybox", "sh", "-c", f"{talk}; exec /bin/busybox httpd -f -p 8000 -h /www"]
        loud = images.DOCKERFILE.split("CMD")[0] + f"CMD {json.dumps(command)}\n"
        name = f"bench-logs{count}"
        operation = cluster.deploy(name, images.site(dockerfile=loud, **{"edm.yaml": "health: {time: 60s}\n"}))
        assert operation["state"] == "DONE", operation
        container = lab.run(["docker", "ps", "-q", "--filter", f"label=dev.edm.instance={name}"]).stdout.strip()
        last = f"line number {count} ".encode()
        lost = []

        def ours(_):
            seconds, read, lines = follow([str(lab.BIN / "edmctl"), "logs", "-f", name], last, env)
            lost.append(count - lines)
            return read / seconds / 1e6

        def theirs(_):
            seconds, read, lines = follow(["docker", "logs", "-f", container], last)
            assert lines == count, f"docker kept {lines} of {count} lines"
            return read / seconds / 1e6
        value, reference = paired(ours, theirs, rounds=3)
        row("logs", f"{count} lines", value, "MB/s", reference, ">= 0.5")
        row("logs-lost", f"{count} lines", max(lost), "lines", None, "<= 0")
        points.append((count / 10_000, value, reference))
        cluster.delete(name)
    slope_row("logs", "10000 lines", "MB/s", points)


def bench_accept(_):
    """Orders that are on disk before the answer, from clients to simulated workers, on each store."""
    for store in ("sqlite", "consul"):
        accept.measure(store)


def bench_placement(_):
    """The reference is SwarmKit's own benchmark of its scheduler, on a machine of two cores."""
    program = str(lab.BIN.parent / "tests" / "placement_bench")
    for argv in ([program], [program, "--same", str(RANDOM_CLUSTERS)]):
        for line in subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines():
            one = json.loads(line)
            row(one["name"], one["size"], one["value"], one["unit"], one["reference"], one["aim"])


BENCHES = {"start": bench_start, "deploy-cold": bench_deploy_cold, "deploy-unchanged": bench_deploy_unchanged,
           "unary": bench_unary, "rest": bench_rest, "memory": bench_memory, "cpu": bench_cpu, "logs": bench_logs,
           "accept": bench_accept, "placement": bench_placement}
WITHOUT_CLUSTER = {"placement"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[])
    arguments = parser.parse_args()
    lab.BIN = arguments.bin.resolve()
    names = arguments.names or list(BENCHES)
    for name in [name for name in names if name in WITHOUT_CLUSTER]:
        BENCHES[name](None)
    on_cluster(BENCHES[name] for name in names if name not in WITHOUT_CLUSTER)
    print_table()


def on_cluster(benches):
    benches = list(benches)
    if not benches:
        return
    made_base = images.ensure_base(["docker"])
    cluster = Cluster("bench")
    try:
        cluster.start_master()
        cluster.add_worker("worker-1")
        time.sleep(3)
        for bench in benches:
            bench(cluster)
    finally:
        cluster.close()
        if made_base:
            lab.run(["docker", "image", "rm", images.BASE], check=False)


if __name__ == "__main__":
    main()
