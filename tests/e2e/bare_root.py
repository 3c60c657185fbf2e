"""The root of a small Debian machine, made of what is installed on this one: the packages asked for, all that they
depend on, and dpkg's own record of them, so that further packages install there. Nothing is downloaded."""
import functools
import os
import pathlib
import re
import subprocess

DPKG = pathlib.Path("/var/lib/dpkg")
MERGED = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")  # links into /usr
UNWANTED = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/")
LISTS = ("passwd", "group", "shadow", "gshadow", "debian_version", "os-release", "ssl/certs/ca-certificates.crt")


def query(form):
    return subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True).stdout


@functools.cache
def installed():
    """{name: (what it depends on: lists of alternatives)}, and {virtual name: a package that provides it}."""
    depends, provides = {}, {}
    for line in query("${Package}\t${Pre-Depends}, ${Depends}\t${Provides}\n").splitlines():
        name, needs, gives = line.split("\t")
        depends[name] = [[re.split(r"[ (:]", one.strip())[0] for one in need.split("|")]
                         for need in needs.split(",") if need.strip()]
        for gift in gives.split(","):
            provides.setdefault(gift.split("(")[0].strip(), name)
    return depends, provides


def closure(packages):
    """The packages, the essential ones, and all that they depend on, as far as it is installed here."""
    depends, provides = installed()
    todo = [*packages, *(line.split()[0] for line in query("${Package} ${Essential}\n").splitlines() if line.endswith(" yes"))]
    taken = set()
    while todo:
        asked = todo.pop()
        name = asked if asked in depends else provides.get(asked)
        if name in taken:
            continue
        assert name, f"{asked} is not installed here: scripts/install-deps test"
        taken.add(name)
        for alternatives in depends[name]:
            todo += [one for one in alternatives if one in depends or one in provides][:1]
    return sorted(taken)


def merged(path):
    """Where a path of a package is once /bin and the like are links into /usr."""
    top = path.split("/")[1]
    return f"/usr{path}" if top in MERGED and path.strip("/") != top else path


def files_of(packages):
    listed = subprocess.run(["dpkg-query", "-L", *packages], capture_output=True, text=True).stdout.splitlines()
    files = {merged(path) for path in listed if path.startswith("/") and path != "/."}
    files = {path for path in files if not path.startswith(UNWANTED) and os.path.lexists(path)}
    files |= {f"/etc/{name}" for name in LISTS if os.path.lexists(f"/etc/{name}")}
    files |= {f"/{name}" for name in MERGED if os.path.islink(f"/{name}")}
    # What update-alternatives made: /usr/sbin/iptables -> /etc/alternatives/iptables -> /usr/sbin/iptables-nft
    for folder in ("/usr/bin", "/usr/sbin"):
        for entry in os.scandir(folder):
            if entry.is_symlink() and (link := os.readlink(entry.path)).startswith("/etc/alternatives/"):
                if os.path.realpath(link) in files:
                    files |= {entry.path, link}
    return files


def record(packages):
    """dpkg's status file of these packages alone."""
    wanted = set(packages)
    stanzas = (DPKG / "status").read_text().split("\n\n")
    return "\n\n".join(one for one in stanzas if one and one.split("\n", 1)[0].removeprefix("Package: ") in wanted) + "\n\n"


def make(root, packages):
    """Makes the folder `root` the root of a machine that has these packages."""
    taken = closure(packages)
    root.mkdir(parents=True)
    names = "\n".join(sorted(path.lstrip("/") for path in files_of(taken)))
    sent = subprocess.Popen(["tar", "-C", "/", "--no-recursion", "-c", "-T", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    received = subprocess.Popen(["tar", "-C", str(root), "-x", "--keep-directory-symlink"], stdin=sent.stdout)
    sent.stdin.write(names.encode())
    sent.stdin.close()
    sent.stdout.close()
    assert received.wait() == 0 and sent.wait() == 0, "this machine's files could not be copied"
    for folder in ("dev", "proc", "sys", "run", "tmp", "var/tmp", "var/log", "var/cache", "var/lib/dpkg/info", "var/lib/dpkg/updates"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "var/lib/dpkg/status").write_text(record(taken))
    (root / "var/lib/dpkg/available").write_text("")
    wanted = set(taken)
    for file in (DPKG / "info").iterdir():
        if file.name == "format" or file.name.rsplit(".", 1)[0].split(":")[0] in wanted:
            (root / "var/lib/dpkg/info" / file.name).write_bytes(file.read_bytes())
            (root / "var/lib/dpkg/info" / file.name).chmod(file.stat().st_mode & 0o777)
    subprocess.run(["chroot", str(root), "/sbin/ldconfig"], check=True)
    return taken
