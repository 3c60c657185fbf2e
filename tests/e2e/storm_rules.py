"""What must be so once the storm has calmed down and nobody gives orders: every listing against what people were told."""
import base64
import json
import urllib.error

import images
import lab
from chaos_traces import LABEL, differ


class Rules:
    def __init__(self, storm):
        self.storm, self.net = storm, storm.net

    def hold(self):
        """Raises what is not as it must be."""
        rest = self.storm.cluster.await_leader(5).rest
        workers = {one["id"]: one["state"] for one in rest.get("/v1/workers").json["workers"]}
        found = [f"{name} is {state}" for name, state in workers.items() if state != "READY"]
        operations = rest.get("/v1/operations?page_size=1000").json["operations"]
        found += [f"{one['id']} ({one['kind']} of {one['instance']}) is {one['state']}" for one in operations
                  if one["state"] in ("PENDING", "RUNNING")]
        listed = {one["id"]: one["status"] for one in rest.get("/v1/instances?page_size=1000").json["instances"]}
        wanted = {one.name: one for one in self.storm.load.instances if one.state != "ABSENT"}
        found += differ("instance", listed, wanted)
        for name in wanted.keys() & listed.keys():
            found += self.instance(wanted[name], listed[name])
        for host in self.net.hosts[:self.net.engines]:
            found += self.engine(host, {name: status for name, status in listed.items()
                                        if status["worker"] == f"worker-{host.number}"})
        found += self.keys(listed) + self.catalog(listed)
        assert not found, "; ".join(found)
        return True

    @staticmethod
    def instance(one, status):
        if status["phase"] != one.state:
            return [f"{one.name} is {status['phase']} and was left {one.state}"]
        if one.state != "RUNNING":
            return []
        try:
            page = lab.fetch(status["endpoints"][0]["url"]).decode()
        except (OSError, urllib.error.URLError) as problem:
            return [f"{one.name} does not answer: {problem}"]
        return [] if page == one.page else [f"{one.name} serves {page!r} instead of {one.page!r}"]

    def engine(self, host, here):
        def ask(*argv):
            return lab.run([*host.docker, *argv]).stdout.splitlines()
        state = {"RUNNING": "running", "STOPPED": "exited"}
        found = differ(f"container on {host.name}", ask("ps", "-a", "--format", f"{LABEL} {{{{.State}}}}"),
                       [f"{name} {state.get(status['phase'])}" for name, status in here.items()])
        found += differ(f"network on {host.name}", ask("network", "ls", "--format", "{{.Name}}"),
                        [f"{name}_default" for name in here] + ["bridge", "host", "none"])
        built = {line.split("/")[1] for line in ask("images", "--format", "{{.Repository}}") if line.startswith("edm/")}
        found += differ(f"image of an instance on {host.name}", built, here)
        found += differ(f"image on {host.name}", [line for line in ask("images", "--format", "{{.Repository}}:{{.Tag}}")
                                                 if not line.startswith("edm/")], [images.BASE])
        return found

    def consul(self, path):
        return json.loads(lab.fetch(f"{self.net.consul_url}/v1/{path}"))

    def keys(self, listed):
        there = {one["Key"]: base64.b64decode(one["Value"]).decode() for one in self.consul("kv/instance/?recurse")} \
            if listed else {key: "" for key in self.consul("kv/?keys") if key.startswith("instance/")}
        return differ("key", [f"{key} {value}" for key, value in there.items()],
                      [f"instance/{name}/ip {self.address(status)}" for name, status in listed.items()])

    def address(self, status):
        return self.net.hosts[int(status["worker"].rsplit("-", 1)[1]) - 1].address

    def catalog(self, listed):
        running = {name: status for name, status in listed.items() if status["phase"] == "RUNNING"}
        found = differ("catalog entry", self.consul("catalog/services"),
                       {"consul", "edm-master", *running, *(f"web.{name}" for name in running)})
        for name, status in running.items():
            entries = [(one["ServiceAddress"], one["ServicePort"]) for one in self.consul(f"catalog/service/{name}")]
            wanted = [(self.address(status), endpoint["port"]) for endpoint in status["endpoints"]]
            found += differ(f"catalog address of {name}", entries, wanted)
        return found
