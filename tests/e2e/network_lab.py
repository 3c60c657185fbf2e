"""Several machines on one: each a network namespace with an engine and a Consul agent of its own.

All are joined by veth to a bridge in a namespace of its own (Docker drops what is forwarded in the root one); the root
namespace has a leg there too, so that tests can reach what runs. With own_cores each machine has one core of its own: its
engine and all that runs there are in a cpuset, and its worker is to be pinned to `host.cpu`, so that a load beside one is
none beside the other. Everything is undone by close().
"""
import contextlib
import json
import os
import pathlib
import subprocess
import time

import lab

RULES = pathlib.Path(__file__).resolve().parents[2] / "deploy/engine/network.nft"
FIRST_NET, LAST_NET = 7, 99  # the third byte of the subnet 10.99.x.0/24; the first one that nobody uses is taken


def switch_of(net):
    return f"edm{net}-switch"


def ip(*argv, namespace=None):
    prefix = ["ip", "-n", namespace] if namespace else ["ip"]
    subprocess.run([*prefix, *argv], check=True, capture_output=True)


class Host:
    def __init__(self, net, number, cpu):
        self.number, self.name, self.address = number, f"edm{net}-host{number}", f"10.99.{net}.{10 + number}"
        self.cpu = cpu  # the one core that it has; None: all of them
        self.engine = self.consul = None

    @property
    def pinned(self):
        """What a command line begins with that is to run on this machine's core."""
        return [] if self.cpu is None else ["taskset", "-c", str(self.cpu)]

    def links(self):
        """The network interfaces of this machine, by name."""
        shown = lab.run(["ip", "-n", self.name, "-o", "link"]).stdout
        return sorted(line.split(": ")[1] for line in shown.splitlines())


class NetworkLab:
    def __init__(self, folder, hosts=2, consul=True, own_cores=False, engines=None, servers=0, prepared=False):
        """The first `engines` of the hosts have one, all of them by default; with `prepared` it is set up as
        `edmctl worker add` does it. The last `servers` of the hosts are Consul's servers; with none of them the root
        namespace has the only one, and otherwise a plain agent."""
        self.folder = pathlib.Path(folder)
        self.consul = consul
        self.consul_server = None
        self.servers = servers
        self.prepared = prepared
        self.net = self.take_switch()
        self.switch, self.leg = switch_of(self.net), f"edm{self.net}-root"
        self.root_address = f"10.99.{self.net}.1"
        self.consul_url = f"http://{self.root_address}:8500"
        cores = sorted(os.sched_getaffinity(0)) if own_cores else [None]
        self.engines = hosts if engines is None else engines
        self.hosts = [Host(self.net, number, cores[(number - 1) % len(cores)]) for number in range(1, hosts + 1)]

    @staticmethod
    def take_switch():
        """Several labs may run at once: whoever makes the switch's namespace owns that subnet."""
        for net in range(FIRST_NET, LAST_NET + 1):
            if subprocess.run(["ip", "netns", "add", switch_of(net)], capture_output=True).returncode == 0:
                return net
        raise AssertionError("no free subnet for a lab: remove what earlier ones left (ip netns)")

    def open(self):
        ip("link", "add", "sw0", "type", "bridge", namespace=self.switch)
        ip("link", "set", "sw0", "up", namespace=self.switch)
        self.plug(self.leg, f"r{self.net}", None, self.root_address)
        for host in self.hosts:
            ip("netns", "add", host.name)
            ip("link", "set", "lo", "up", namespace=host.name)
            self.plug(self.link_of(host), f"h{self.net}-{host.number}", host.name, host.address)
        if self.consul:
            self.open_consul()
        for host in self.hosts:
            if host.number <= self.engines:
                self.start_engine(host)

    def open_consul(self):
        servers = self.hosts[len(self.hosts) - self.servers:]
        join = [f"-retry-join={host.address}" for host in servers] or [f"-retry-join={self.root_address}"]
        join += ["-retry-interval=1s"]
        alone = ["-server", "-bootstrap-expect=1"]
        self.consul_server = self.start_consul("server", None, self.root_address, join if servers else alone,
                                               client=self.root_address)
        for host in self.hosts:
            vote = ["-server", f"-bootstrap-expect={self.servers}"] if host in servers else []
            host.consul = self.start_consul(host.name, host.name, host.address, [*vote, *join])
        lab.eventually(lambda: json.loads(lab.fetch(f"{self.consul_url}/v1/status/leader")), 30, what="a Consul leader")

    def set_link(self, host, state):
        """Pulls the plug of a machine ("down"), or puts it back ("up")."""
        ip("link", "set", self.link_of(host), state, namespace=host.name)

    def link_of(self, host):
        return f"edm{self.net}-h{host.number}"

    def plug(self, outer, inner, namespace, address):
        ip("link", "add", outer, "type", "veth", "peer", "name", inner)
        ip("link", "set", inner, "netns", self.switch)
        ip("link", "set", inner, "master", "sw0", namespace=self.switch)
        ip("link", "set", inner, "up", namespace=self.switch)
        if namespace:
            ip("link", "set", outer, "netns", namespace)
        ip("addr", "add", f"{address}/24", "dev", outer, namespace=namespace)
        ip("link", "set", outer, "up", namespace=namespace)

    def start_consul(self, name, namespace, address, more, client="127.0.0.1"):
        data = self.folder / f"consul-{name}"
        data.mkdir(exist_ok=True)
        return lab.Program(["consul", "agent", f"-node={name}", f"-bind={address}", f"-client={client}",
                            f"-data-dir={data}", "-log-level=warn", "-disable-host-node-id", "-hcl=performance { raft_multiplier = 1 }", *more],
                           self.folder / f"consul-{name}.log", namespace=namespace)

    @staticmethod
    def make_cpuset(host):
        """Where containers and builds are: entering a cpuset ends what taskset said, so it must say the same."""
        top = pathlib.Path("/sys/fs/cgroup")
        unified = (top / "cgroup.controllers").exists()
        folder = (top if unified else top / "cpuset") / host.name
        folder.mkdir(exist_ok=True)
        if unified:
            (top / "cgroup.subtree_control").write_text("+cpuset")
        else:
            (folder / "cpuset.mems").write_text((top / "cpuset" / "cpuset.mems").read_text())
        (folder / "cpuset.cpus").write_text(str(host.cpu))

    @staticmethod
    def drop_cgroups(host):
        """An engine leaves the cgroups around those of its containers."""
        top = pathlib.Path("/sys/fs/cgroup")
        for path in [top / host.name, *(one / host.name for one in top.iterdir() if one.is_dir())]:
            for folder, _, _ in os.walk(path, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)

    def start_engine(self, host):
        base = self.folder / host.name
        (base / "data").mkdir(parents=True, exist_ok=True)
        config = base / "daemon.json"
        settings = {"deprecated-key-path": str(base / "key.json")}
        if self.prepared:
            settings |= {"iptables": False, "live-restore": True}
            lab.run(["nft", "-f", RULES], namespace=host.name)
        config.write_text(json.dumps(settings))
        host.socket = f"/run/{host.name}.sock"
        host.docker = ["docker", "-H", f"unix://{host.socket}"]
        if host.cpu is not None:
            self.make_cpuset(host)
        host.engine = lab.Program([*host.pinned, "unshare", "--uts", "dockerd", "--config-file", config, "--data-root", base / "data",
                                   "--exec-root", f"/run/{host.name}-exec", "-p", f"/run/{host.name}.pid",
                                   "-H", f"unix://{host.socket}", f"--cgroup-parent=/{host.name}"],
                                  self.folder / f"{host.name}-engine.log", namespace=host.name)
        lab.eventually(lambda: subprocess.run([*host.docker, "info"], capture_output=True).returncode == 0, 40,
                       what=f"the engine of {host.name}")

    def close(self):
        for host in self.hosts:
            if host.consul:
                host.consul.kill()
            if host.engine:
                running = subprocess.run([*host.docker, "ps", "-q"], capture_output=True, text=True).stdout.split()
                if running:
                    subprocess.run([*host.docker, "kill", *running], capture_output=True)
                host.engine.stop()
                self.unmount(self.folder / host.name)
                subprocess.run(["rm", "-rf", f"/run/{host.name}-exec", host.socket])
                self.drop_cgroups(host)
        if self.consul_server:
            self.consul_server.kill()
        for host in self.hosts:
            subprocess.run(["ip", "netns", "del", host.name], capture_output=True)
        subprocess.run(["ip", "link", "del", self.leg], capture_output=True)
        subprocess.run(["ip", "netns", "del", self.switch], capture_output=True)

    @staticmethod
    def unmount(folder):
        for _ in range(3):
            mounts = [line.split()[1] for line in open("/proc/mounts") if f"{folder}/" in line]
            if not mounts:
                return
            for mount in reversed(mounts):
                subprocess.run(["umount", "-l", mount], capture_output=True)
            time.sleep(0.1)


def cpu_hog(host, log):
    """Keeps the core of a machine busy until killed."""
    return lab.Program([*host.pinned, "python3", "-c", "while True: pass"], log, env={"PATH": os.environ["PATH"]})
