"""A machine with nothing but sshd: a root filesystem, pid, mount, uts and network namespaces of its own.

No package mirror is reachable from it; what it may install lies in apt's own cache there ("at hand"). Made with open(),
undone by close().

usage: tests/e2e/bare_host.py FOLDER EDM-WORKER.DEB

makes what open() starts from, which needs a mirror, in FOLDER: EDM_BARE_HOST=FOLDER names it to a check where none is.
"""
import contextlib
import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import sys

import lab

NET = 98  # 10.98.x.0/24, the first x that nobody uses
PACKAGES = ["docker.io", "ca-certificates", "iptables", "nftables"]
# What a listing leaves out: other filesystems, and what apt, dpkg and the C library write for themselves whatever is
# installed. Everything else is compared: path, type, mode, owner, and the content of files and links.
NOISE = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/lib/apt", "/var/lib/dpkg", "/var/cache/apt", "/var/cache/debconf",
         "/var/log/apt", "/var/log/dpkg.log", "/var/log/alternatives.log", "/var/cache/ldconfig", "/etc/ld.so.cache",
         "/var/lib/systemd/deb-systemd-helper-enabled", "/var/lib/systemd/deb-systemd-helper-masked", "/etc/.pwd.lock",
         "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-")


def prepare(folder, worker_package):
    """Makes folder/root, a Debian with sshd, with all that a worker needs in apt's cache; and folder/packages."""
    needed = lab.run(["dpkg-deb", "-f", worker_package, "Depends"]).stdout
    names = {one.split("|")[0].split("(")[0].strip() for one in needed.split(",")} - {"docker-compose"}
    root, packages = folder / "root", folder / "packages"
    lab.run(["mmdebstrap", "--quiet", "--variant=minbase", "--include=openssh-server,iproute2,ca-certificates",
             "--skip=cleanup/apt", "bookworm", root], timeout=900)
    lab.run(["chroot", root, "apt-get", "-q", "-y", "--no-install-recommends", "--download-only", "install", *PACKAGES,
             *sorted(names)], timeout=900)
    # From trixie, which bookworm's mirror does not have.
    packages.mkdir()
    lab.run(["apt-get", "-q", "download", "docker-compose"], cwd=packages, timeout=300)


class BareHost:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.net = next(net for net in range(1, 99) if subprocess.run(
            ["ip", "netns", "add", f"edmbare{net}"], capture_output=True).returncode == 0)
        self.namespace, self.leg = f"edmbare{self.net}", f"edmb{self.net}"
        self.here, self.address = f"10.{NET}.{self.net}.1", f"10.{NET}.{self.net}.2"
        self.root = self.sshd = None
        self.controllers_before = self.controllers()
        self.key = self.folder / "key"
        self.ssh_config = self.folder / "ssh_config"

    def open(self, prepared):
        self.root = self.folder / "root"
        lab.run(["cp", "-a", prepared / "root", self.root], timeout=300)
        self.plug()
        self.let_us_in()
        self.start()

    def plug(self):
        ip = lambda *words: lab.run(["ip", *words])
        ip("link", "add", self.leg, "type", "veth", "peer", "name", "eth0", "netns", self.namespace)
        ip("addr", "add", f"{self.here}/24", "dev", self.leg)
        ip("link", "set", self.leg, "up")
        for words in (("addr", "add", f"{self.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
                      ("link", "set", "lo", "up"), ("route", "add", "default", "via", self.here)):
            ip("-n", self.namespace, *words)

    def let_us_in(self):
        lab.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key])
        home = self.root / "root" / ".ssh"
        home.mkdir(mode=0o700)
        (home / "authorized_keys").write_text(self.key.with_suffix(".pub").read_text())
        self.ssh_config.write_text(f"Host *\n  IdentityFile {self.key}\n  IdentitiesOnly yes\n"
                                   f"  UserKnownHostsFile {self.folder}/known_hosts\n  GlobalKnownHostsFile /dev/null\n")
        # No resolver: what looks for a mirror fails at once.
        (self.root / "etc/resolv.conf").write_text("")
        # The engine's control groups are told apart from those of other engines of this machine.
        (self.root / "etc/docker").mkdir()
        (self.root / "etc/docker/daemon.json").write_text('{"cgroup-parent": "/%s"}\n' % self.namespace)

    def start(self):
        """sshd is the first process there; with it all of them end."""
        mounts = [["mount", "--rbind", "/dev", "dev"], ["mount", "-t", "proc", "proc", "proc"],
                  ["mount", "--rbind", "/sys", "sys"], ["mount", "-t", "tmpfs", "tmpfs", "run"],
                  ["mkdir", "-p", "run/sshd"]]
        steps = "; ".join(" ".join(step) for step in mounts)
        self.sshd = lab.Program(
            ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "sh", "-c",
             f"set -e; cd {self.root}; mount --make-rprivate /; mount --bind . .; cd {self.root}; hostname bare; {steps}; "
             "exec chroot . /usr/sbin/sshd -D -e"], self.folder / "sshd.log", namespace=self.namespace)
        lab.eventually(lambda: self.ssh("true", check=False).returncode == 0, 20, every=0.3, what="sshd")
        pathlib.Path(self.folder / "known_hosts").unlink()

    @property
    def there(self):
        """The beginning of a command that runs on it."""
        return ["ssh", "-F", str(self.ssh_config), "-o", "StrictHostKeyChecking=accept-new", f"root@{self.address}"]

    def ssh(self, *words, check=True):
        return lab.run([*self.there, *words], check=check)

    def listing(self):
        """Every path with what is told about it."""
        found = {}
        for top, folders, names in os.walk(self.root):
            inside = "/" + os.path.relpath(top, self.root) if top != str(self.root) else ""
            folders[:] = [name for name in folders if f"{inside}/{name}" not in NOISE]
            for name in folders + names:
                path = f"{inside}/{name}"
                if path not in NOISE:
                    found[path] = self.told(os.path.join(top, name))
        return found

    @staticmethod
    def told(path):
        facts = os.lstat(path)
        content = ""
        if stat.S_ISLNK(facts.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(facts.st_mode):
            content = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
        return oct(facts.st_mode), facts.st_uid, facts.st_gid, content

    def drop_cgroups(self):
        """Its engine's init script mounts every controller that the machine left alone; while a group of the engine is in
        one, it stays, and other engines of this machine then find no statistics."""
        for top in pathlib.Path("/sys/fs/cgroup").iterdir():
            self.drop_groups_in(top)
        for controller in self.controllers() - self.controllers_before:
            place = self.folder / f"cgroup-{controller}"
            place.mkdir()
            lab.run(["mount", "-t", "cgroup", "-o", controller, "cgroup", place])
            self.drop_groups_in(place)
            lab.run(["umount", place])
            with contextlib.suppress(OSError):
                (pathlib.Path("/sys/fs/cgroup") / controller).rmdir()

    def drop_groups_in(self, top):
        for folder, _, _ in os.walk(top / self.namespace, topdown=False):
            subprocess.run(["rmdir", folder], capture_output=True)

    @staticmethod
    def controllers():
        """Those that are mounted somewhere, as version 1."""
        lines = pathlib.Path("/proc/cgroups").read_text().splitlines()[1:]
        return {line.split()[0] for line in lines if line.split()[1] != "0"}

    def close(self):
        if self.sshd:
            self.sshd.kill()
        subprocess.run(["ip", "link", "del", self.leg], capture_output=True)
        subprocess.run(["ip", "netns", "del", self.namespace], capture_output=True)
        self.drop_cgroups()
        if self.root:
            shutil.rmtree(self.root, ignore_errors=True)


if __name__ == "__main__":
    prepare(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])
