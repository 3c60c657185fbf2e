"""Sources that must be refused: name -> (archive bytes or files, codes that may be given, part of the object)."""
import gzip
import io
import struct
import tarfile
import zipfile

import images

INVALID = ("INVALID_ARGUMENT",)
LIMIT = ("RESOURCE_EXHAUSTED", "INVALID_ARGUMENT")
REFUSED = ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED")


def entry(name, kind=tarfile.REGTYPE, link="", mode=0o644, data=b"x", size=None):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.mode = kind, link, mode
        info.size = (len(data) if size is None else size) if kind == tarfile.REGTYPE else 0
        tar.addfile(info, io.BytesIO(data) if kind == tarfile.REGTYPE and size is None else None)
    return archive.getvalue()


def several(*names):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
    return archive.getvalue()


def through_link():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        link = tarfile.TarInfo("dir")
        link.type, link.linkname = tarfile.SYMTYPE, "/tmp"
        tar.addfile(link)
        info = tarfile.TarInfo("dir/evil")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    return archive.getvalue()


def bomb_ratio():
    return gzip.compress(images.tarball({"zeros": bytes(128 << 20)}, mode="w"), 9)


def bomb_entries():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for number in range(3_000):
            tar.addfile(tarfile.TarInfo(f"f{number}"))
    return archive.getvalue()


def zip_with(name, external=0o100644 << 16, data=b"x"):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        info = zipfile.ZipInfo(name)
        info.external_attr = external
        packed.writestr(info, data)
    return archive.getvalue()


GOOD = images.tarball(images.site())

ARCHIVES = {
    "absolute": (entry("/etc/cron.d/x"), INVALID, "etc/cron.d/x"),
    "dotdot": (entry("a/../../x"), INVALID, "a/../../x"),
    "dotdot-zip": (zip_with("../x"), INVALID, "../x"),
    "symlink-absolute": (entry("l", tarfile.SYMTYPE, "/etc/passwd"), INVALID, "l"),
    "symlink-out": (entry("a/l", tarfile.SYMTYPE, "../../x"), INVALID, "a/l"),
    "symlink-zip": (zip_with("l", 0o120777 << 16, b"/etc/passwd"), INVALID, "l"),
    "through-symlink": (through_link(), INVALID, "dir"),
    "hardlink-out": (entry("h", tarfile.LNKTYPE, "/etc/passwd"), INVALID, "h"),
    "char-device": (entry("d", tarfile.CHRTYPE), INVALID, "d"),
    "block-device": (entry("d", tarfile.BLKTYPE), INVALID, "d"),
    "fifo": (entry("p", tarfile.FIFOTYPE), INVALID, "p"),
    "setuid": (entry("s", mode=0o4755), INVALID, "s"),
    "setgid": (entry("s", mode=0o2755), INVALID, "s"),
    "newline-name": (entry("a\nb"), INVALID, "a"),
    "long-path": (entry("d/" * 3000 + "x"), INVALID + LIMIT, ""),
    "git-folder": (entry(".git/hooks/post-checkout"), INVALID, ".git"),
    "git-folder-case": (entry(".GiT/config"), INVALID, ".GiT"),
    "duplicate": (several("a", "a"), INVALID, "a"),
    "not-utf8": (several("a").replace(b"a\0", b"\xff\0", 1), INVALID, ""),
    "truncated": (GOOD[:len(GOOD) // 2], INVALID, ""),
    "trailing": (GOOD + b"garbage after the end", INVALID, ""),
    "no-archive": (b"this is just text", INVALID, ""),
    "empty": (b"", INVALID, ""),
    "rar": (b"Rar!\x1a\x07\x00" + bytes(64), INVALID, ""),
    "bomb-ratio": (bomb_ratio, LIMIT, ""),
    "bomb-entries": (bomb_entries, LIMIT, ""),
    "huge-size-header": (entry("big", size=1 << 40), LIMIT, ""),
}


def compose(extra, services=True):
    text = images.COMPOSE + extra if services else extra
    return images.site(compose=text)


def alias_bomb():
    text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    for letter, before in zip("bcdefghi", "abcdefgh"):
        text += f"{letter}: &{letter} [" + ",".join([f"*{before}"] * 9) + "]\n"
    return images.site(compose=text + images.COMPOSE)


KEYS = {  # under services.web
    "privileged": "privileged: true",
    "network_mode": "network_mode: host",
    "network_mode-container": "network_mode: container:other",
    "pid": "pid: host",
    "ipc": "ipc: host",
    "uts": "uts: host",
    "userns_mode": "userns_mode: host",
    "cgroup": "cgroup: host",
    "cgroup_parent": "cgroup_parent: /x",
    "cap_add": "cap_add: [SYS_ADMIN]",
    "devices": "devices: ['/dev/sda:/dev/sda']",
    "device_cgroup_rules": "device_cgroup_rules: ['a *:* rwm']",
    "security_opt": "security_opt: ['seccomp:unconfined']",
    "volumes-socket": "volumes: ['/var/run/docker.sock:/s']",
    "volumes-root": "volumes: ['/:/host']",
    "volumes-parent": "volumes: ['../x:/x']",
    "volumes-home": "volumes: ['~/x:/x']",
    "volumes-long": "volumes: [{type: bind, source: /etc, target: /e}]",
    "volumes_from": "volumes_from: ['container:other']",
    "container_name": "container_name: mine",
    "ports": "ports: ['80:8000']",
    "runtime": "runtime: nvidia",
    "env_file": "env_file: /etc/shadow",
    "env_file-parent": "env_file: [../../x]",
    "extends": "extends: {file: /etc/x.yaml, service: y}",
    "external_links": "external_links: [other]",
    "oom_kill_disable": "oom_kill_disable: true",
    "unknown_key": "imagee: x",
}

COMPOSE_FILES = {name: (compose(f"    {line}\n" if not name.startswith(("ports",)) else f"    {line}\n"), REFUSED,
                        f"services.web.{line.split(':')[0]}") for name, line in KEYS.items() if name != "ports"}
COMPOSE_FILES["low-port"] = (images.site(compose=images.COMPOSE.replace('"8000"', '"80:8000"')), REFUSED, "services.web.ports")
COMPOSE_FILES |= {
    "build-remote": (images.site(compose=images.COMPOSE.replace("build: .", "build: https://example.org/x.git")), REFUSED, "services.web.build"),
    "build-outside": (images.site(compose=images.COMPOSE.replace("build: .", "build: ../..")), REFUSED, "services.web.build"),
    "build-network-host": (images.site(compose=images.COMPOSE.replace("build: .", "build: {context: ., network: host}")), REFUSED, "services.web.build.network"),
    "external-network": (compose("networks: {n: {external: true}}\n"), REFUSED, "networks.n"),
    "external-volume": (compose("volumes: {v: {external: true}}\n"), REFUSED, "volumes.v"),
    "driver-opts-bind": (compose("volumes: {v: {driver_opts: {type: none, o: bind, device: /}}}\n"), REFUSED, "volumes.v"),
    "config-outside": (compose("configs: {c: {file: /etc/shadow}}\n"), REFUSED, "configs.c"),
    "secret-outside": (compose("secrets: {s: {file: ../x}}\n"), REFUSED, "secrets.s"),
    "include": (compose("include: [/etc/compose.yaml]\n"), REFUSED, "include"),
    "duplicate-key": (compose("services: {}\n"), REFUSED, "compose.yaml:"),
    "duplicate-in-service": (compose("    build: .\n"), REFUSED, "compose.yaml:"),
    "alias-bomb": (alias_bomb(), REFUSED, "compose.yaml"),
    "second-document": (compose("---\nservices: {}\n"), REFUSED, "compose.yaml:"),
    "too-deep": (compose("x-deep: " + "[" * 500 + "]" * 500 + "\n"), REFUSED, "compose.yaml"),
    "ten-megabytes": (compose("x-big: '" + "a" * (10 << 20) + "'\n"), REFUSED, "compose.yaml"),
    "not-utf8": ({**images.site(), "compose.yaml": images.COMPOSE.encode() + b"x-a: \xff\xfe\n"}, REFUSED, "compose.yaml"),
    "not-yaml": (images.site(compose="services: [unclosed\n"), REFUSED, "compose.yaml:"),
    "wrong-type": (images.site(compose="services: 7\n"), REFUSED, "services"),
    "no-services": (images.site(compose="services: {}\n"), REFUSED, ""),
    "unknown-top-key": (compose("servics: {}\n"), REFUSED, "servics"),
    "nothing-to-run": ({"README": "nothing"}, REFUSED + ("NOT_FOUND",), ""),
    "syntax-line": (images.site(dockerfile="# syntax=evil/frontend\n" + images.DOCKERFILE), REFUSED, "Dockerfile"),
    "edm-unknown-key": (images.site(**{"edm.yaml": "helth: {}\n"}), REFUSED, "edm.yaml:1"),
    "edm-wrong-type": (images.site(**{"edm.yaml": "health: {port: many}\n"}), REFUSED, "edm.yaml:1"),
    "edm-render-outside": (images.site(**{"edm.yaml": "render: [{template: /etc/shadow, service: web, target: /x}]\n"}), REFUSED, "edm.yaml"),
}

WORKLOADS = {
    "missing-image": (images.site(compose="services: {web: {image: 'edm-test/none:1', ports: ['8000']}}\n"), "web"),
    "dockerfile-fails": (images.site(dockerfile=images.DOCKERFILE + 'RUN ["/bin/busybox", "false"]\n'), "web"),
    "dockerfile-syntax": (images.site(dockerfile="FORM x\n"), "web"),
    "dockerfile-needs-network": (images.site(dockerfile=images.DOCKERFILE + 'RUN ["/bin/busybox", "wget", "-T", "3", "http://192.0.2.1/"]\n'), "web"),
    "dockerfile-missing": (images.site(dockerfile=None), "web"),
    "exits-at-once": (images.site(dockerfile=images.DOCKERFILE.split("CMD")[0] + 'CMD ["/bin/busybox", "false"]\n'), "web"),
    "never-healthy": (images.site(compose=images.COMPOSE.replace("8000/", "8000/none"), **{"edm.yaml": "health: {time: 5s}\n"}), "web"),
    "wrong-port": (images.site(compose=images.COMPOSE.split("    healthcheck")[0].replace("8000", "8111"), **{"edm.yaml": "health: {time: 4s}\n"}), "web"),
    "oneshot-fails": (images.site(compose=images.COMPOSE + "    depends_on: {job: {condition: service_completed_successfully}}\n"
                                  f"  job: {{image: '{images.BASE}', command: ['/bin/busybox', 'false']}}\n"), "job"),
}
