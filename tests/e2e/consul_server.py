"""One Consul server on loopback, with its state on disk."""
import json

import lab


class ConsulServer:
    """An agent of its own, with the state on disk."""

    def __init__(self, folder):
        self.ports = [lab.free_port() for _ in range(4)]
        named_ports = dict(zip(("http", "server", "serf_lan", "serf_wan"), self.ports)) | {"dns": -1, "grpc": -1, "https": -1}
        config = folder / "consul.json"
        config.write_text(json.dumps({"ports": named_ports, "performance": {"raft_multiplier": 1}, "disable_update_check": True}))
        self.argv = ["consul", "agent", "-server", "-bootstrap-expect=1", "-bind=127.0.0.1", "-client=127.0.0.1", "-node=alone",
                     f"-data-dir={folder / 'consul'}", "-log-level=err", "-config-file", str(config)]
        self.program = lab.Program(self.argv, folder / "consul.log")
        self.await_leader()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports[0]}"

    def await_leader(self):
        lab.eventually(lambda: len(lab.fetch(self.url + "/v1/status/leader")) > 4, 30, what="a Consul leader")

    def restart(self):
        self.program.kill()
        self.program.start()
        self.await_leader()

    def close(self):
        self.program.kill()
