"""Many workers without engines, in one process: they carry out each order at once, and are as busy as they are told."""
import subprocess

import lab

MEMORY_MIB = DISK_MIB = 1 << 20  # of each


class SimulatedWorkers:
    """`simulated-0` and so on. Made when all are READY, gone after close()."""

    def __init__(self, cluster, count):
        self.ids = [f"simulated-{number}" for number in range(count)]
        made = [cluster.rest.post("/v1/tokens", {"name": name, "kind": "WORKER"}) for name in self.ids]
        self.log = open(cluster.folder.path / "simulated.log", "wb")
        self.process = subprocess.Popen([lab.BIN.parent / "tests" / "simulated_workers", cluster.cluster_address],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.tell("".join(token.json["secret"] + "\n" for token in made))
        ready = lambda: all(one["state"] == "READY" for one in cluster.rest.get("/v1/workers").json["workers"])
        lab.eventually(ready, 20, what="all simulated workers being READY")

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        assert answer == "ok", (line, answer)

    def set_load(self, number, cpu=0.0, memory_available_mib=MEMORY_MIB, disk_free_mib=DISK_MIB):
        self.tell(f"{number} {cpu} {memory_available_mib} {disk_free_mib}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.log.close()
