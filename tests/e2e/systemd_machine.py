"""A machine with systemd as its first process, in a container: what is installed here, and an engine of its own."""
import pathlib
import secrets
import subprocess

import bare_root
import images
import lab

PACKAGES = ("systemd", "systemd-sysv", "docker.io", "docker-compose", "iptables", "git", "ca-certificates", "iproute2",
            "curl", "procps")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
CAP_SYS_RESOURCE = 24


def privileges():
    """All that there are. Some machines lack one, and an engine there refuses --privileged."""
    bounding = next(line for line in open("/proc/self/status") if line.startswith("CapBnd"))
    if int(bounding.split()[1], 16) >> CAP_SYS_RESOURCE & 1:
        return ["--privileged"]
    unconfined = [flag for what in ("seccomp", "apparmor", "systempaths") for flag in ("--security-opt", f"{what}=unconfined")]
    return ["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", *unconfined]


def control_groups():
    """A systemd of its own wants to write them. Of version 1 it gets each hierarchy in a folder of its own, for it makes
    that folder read-only, and would make the machine's so."""
    if (CGROUPS / "cgroup.controllers").exists():
        return ["--cgroupns", "private"]
    mounts = [flag for one in sorted(CGROUPS.iterdir()) if one.is_dir() for flag in ("-v", f"{one}:{one}:rw")]
    return ["--cgroupns", "host", "--tmpfs", f"{CGROUPS}:rw,mode=755", *mounts]


class Machine:
    def __init__(self, packages=()):
        mark = secrets.token_hex(4)
        self.name, self.image = f"edm-machine-{mark}", f"edm-test/machine-{mark}:1"
        self.packages = [*PACKAGES, *packages]

    def open(self):
        folder = lab.Folder("machine")
        try:
            root = folder.path / "root"
            bare_root.make(root, self.packages)
            (root / "etc/machine-id").write_text(secrets.token_hex(16) + "\n")  # so that it does not ask on first boot
            with subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE) as tar:
                subprocess.run(["docker", "import", "-", self.image], stdin=tar.stdout, check=True, capture_output=True)
        finally:
            lab.run(["rm", "-rf", folder.path])
        lab.run(["docker", "run", "-d", "--name", self.name, "--hostname", "machine", *privileges(), *control_groups(), "--tmpfs", "/run",
                 "--tmpfs", "/tmp:exec", "-v", "/var/lib/docker", "-e", "container=docker", self.image, "/lib/systemd/systemd"])
        self.address = lab.run(["docker", "inspect", "-f", "{{.NetworkSettings.IPAddress}}", self.name]).stdout.strip()
        lab.eventually(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), 60,
                       every=0.5, what="systemd in the machine")
        self.run("systemctl", "enable", "--now", "docker")
        lab.eventually(lambda: self.run("docker", "info", check=False).returncode == 0, 60, every=0.5, what="an engine in the machine")
        images.ensure_base(["docker", "exec", "-i", self.name, "docker"])

    def run(self, *argv, check=True, env=None, stdin=None, timeout=180):
        flags = [flag for name, value in (env or {}).items() for flag in ("-e", f"{name}={value}")]
        return lab.run(["docker", "exec", "-i", *flags, self.name, *argv], check=check, stdin=stdin, timeout=timeout)

    def put(self, source, target):
        lab.run(["docker", "cp", source, f"{self.name}:{target}"])

    def unit(self, name, what):
        return self.run("systemctl", "show", "--value", "-p", what, name).stdout.strip()

    def containers(self):
        """Ids of what the machine's own engine runs."""
        return sorted(self.run("docker", "ps", "-q", "--no-trunc").stdout.split())

    def close(self):
        for argv in (["rm", "-f", "-v", self.name], ["image", "rm", "-f", self.image]):
            subprocess.run(["docker", *argv], capture_output=True)
