"""How many orders a master takes: durable before the answer, carried to simulated workers over real gRPC."""
import json
import pathlib
import subprocess

import consul_server
import images
import lab
from cluster import Cluster
from rows import row, slope_row

WORKERS, INSTANCES = 100, 5_000
CALLERS = (16, 128, 512)
SECONDS = 10


def memory_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def measure(store):
    folder = lab.Folder(f"accept-{store}")
    consul = consul_server.ConsulServer(folder.path) if store == "consul" else None
    more = ["--store", "consul", "--consul-url", consul.url] if consul else []
    cluster = Cluster(f"accept-{store}", more=more)
    archive = folder.path / "site.tar.gz"
    archive.write_bytes(images.tarball(images.site()))
    try:
        cluster.start_master()
        with load(cluster, archive) as bench:
            line = bench.stdout.readline().strip()
            assert line == "loaded", line
            row(f"memory-{store}", f"{INSTANCES} instances", memory_mib(cluster.master.pid), "MiB", None, "<= 128")
            bench.stdin.write("go\n")
            bench.stdin.flush()
            print_rows(store, [json.loads(bench.stdout.readline()) for _ in CALLERS])
            row(f"memory-{store}", "after orders", memory_mib(cluster.master.pid), "MiB", None, "<= 128")
            bench.stdin.close()
            bench.wait()
    finally:
        cluster.close()
        if consul:
            consul.close()
        folder.close()


def load(cluster, archive):
    bench = subprocess.Popen([lab.BIN.parent / "tests" / "accept_bench", f"127.0.0.1:{cluster.grpc}",
                              cluster.cluster_address, str(WORKERS), str(INSTANCES), archive, str(SECONDS),
                              *map(str, CALLERS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    bench.stdin.write(cluster.rest.token + "\n")
    bench.stdin.flush()
    return bench


def print_rows(store, measured):
    for one in measured:
        size = f"{one['callers']} callers"
        row(f"accept-{store}", size, one["per_second"], "orders/s", None, ">= 5000")
        row(f"accept-{store}-p99", size, one["accept_p99_ms"], "ms")
        row(f"accept-{store}-ack-p99", size, one["ack_p99_ms"], "ms")
        if one["refused"]:
            print(f"{one['refused']} refused, the first: {one['why']}", flush=True)
    slope_row(f"accept-{store}", "caller", "orders/s", [(one["callers"], one["per_second"], None) for one in measured])
