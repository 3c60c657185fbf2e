"""Sources that must be refused: name -> (files, the code, part of the object)."""
import images
from bad_codes import BROKEN, INVALID, LATE, LIMIT


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
    "sysctls": "sysctls: {kernel.core_pattern: x}",
    "gpus": "gpus: all",
    "logging": "logging: {driver: syslog}",
    "restart": "restart: sometimes",
    "env_file": "env_file: /etc/shadow",
    "env_file-parent": "env_file: [../../x]",
    "extends": "extends: {file: /etc/x.yaml, service: y}",
    "external_links": "external_links: [other]",
    "oom_kill_disable": "oom_kill_disable: true",
    "unknown_key": "imagee: x",
}

COMPOSE_FILES = {name: (compose(f"    {line}\n" if not name.startswith(("ports",)) else f"    {line}\n"), INVALID,
                        f"services.web.{line.split(':')[0]}") for name, line in KEYS.items() if name != "ports"}
COMPOSE_FILES["low-port"] = (images.site(compose=images.COMPOSE.replace('"8000"', '"80:8000"')), INVALID, "services.web.ports")
COMPOSE_FILES |= {
    "build-remote": (images.site(compose=images.COMPOSE.replace("build: .", "build: https://example.org/x.git")), INVALID, "services.web.build"),
    "build-outside": (images.site(compose=images.COMPOSE.replace("build: .", "build: ../..")), INVALID, "services.web.build"),
    "build-network-host": (images.site(compose=images.COMPOSE.replace("build: .", "build: {context: ., network: host}")), INVALID, "services.web.build.network"),
    "external-network": (compose("networks: {n: {external: true}}\n"), INVALID, "networks.n"),
    "external-volume": (compose("volumes: {v: {external: true}}\n"), INVALID, "volumes.v"),
    "driver-opts-bind": (compose("volumes: {v: {driver_opts: {type: none, o: bind, device: /}}}\n"), INVALID, "volumes.v"),
    "config-outside": (compose("configs: {c: {file: /etc/shadow}}\n"), INVALID, "configs.c"),
    "secret-outside": (compose("secrets: {s: {file: ../x}}\n"), INVALID, "secrets.s"),
    "include": (compose("include: [/etc/compose.yaml]\n"), INVALID, "include"),
    "duplicate-key": (compose("services: {}\n"), INVALID, "compose.yaml:"),
    "duplicate-in-service": (compose("    build: .\n"), INVALID, "compose.yaml:"),
    "alias-bomb": (alias_bomb(), LIMIT, "compose.yaml"),
    "second-document": (compose("---\nservices: {}\n"), INVALID, "compose.yaml:"),
    "too-deep": (compose("x-deep: " + "[" * 500 + "]" * 500 + "\n"), LIMIT, "compose.yaml"),
    "ten-megabytes": (compose("x-big: '" + "a" * (10 << 20) + "'\n"), LIMIT, "compose.yaml"),
    "not-utf8": ({**images.site(), "compose.yaml": images.COMPOSE.encode() + b"x-a: \xff\xfe\n"}, INVALID, "compose.yaml"),
    "not-yaml": (images.site(compose="services: [unclosed\n"), INVALID, "compose.yaml:"),
    "wrong-type": (images.site(compose="services: 7\n"), INVALID, "services"),
    "no-services": (images.site(compose="services: {}\n"), INVALID, ""),
    "unknown-top-key": (compose("servics: {}\n"), INVALID, "servics"),
    "nothing-to-run": ({"README": "nothing"}, INVALID, "source"),
    "syntax-line": (images.site(dockerfile="# syntax=evil/frontend\n" + images.DOCKERFILE), INVALID, "Dockerfile"),
    "edm-unknown-key": (images.site(**{"edm.yaml": "helth: {}\n"}), INVALID, "edm.yaml:1"),
    "edm-wrong-type": (images.site(**{"edm.yaml": "health: {port: many}\n"}), INVALID, "edm.yaml:1"),
    "edm-render-outside": (images.site(**{"edm.yaml": "render: [{from: /etc/shadow, to: /x}]\n"}), INVALID, "edm.yaml:1"),
    "edm-render-parent": (images.site(**{"edm.yaml": "render: [{from: ../x, to: /x}]\n"}), INVALID, "edm.yaml:1"),
    "edm-render-missing": (images.site(**{"edm.yaml": "render: [{from: none.tmpl, to: /x}]\n"}), INVALID, "edm.yaml"),
    "edm-template-name": (images.site(**{"edm.yaml": "template: ../x\n"}), INVALID, "edm.yaml:1"),
    "edm-template-unknown": (images.site(**{"edm.yaml": "template: no-such-template\n"}), BROKEN, "template"),
    "edm-compose-missing": (images.site(**{"edm.yaml": "compose: none.yaml\n"}), INVALID, "edm.yaml"),
    "edm-compose-outside": (images.site(**{"edm.yaml": "compose: ../compose.yaml\n"}), INVALID, "edm.yaml"),
    "edm-not-utf8": ({**images.site(), "edm.yaml": b"health: \xff\n"}, INVALID, "edm.yaml"),
    "edm-duplicate-key": (images.site(**{"edm.yaml": "health: {}\nhealth: {}\n"}), INVALID, "edm.yaml:2"),
    "edm-too-large": (images.site(**{"edm.yaml": "# " + "x" * (2 << 20) + "\n"}), LIMIT, "edm.yaml"),
    "edm-oneshot-unknown": (images.site(**{"edm.yaml": "oneshot: [nobody]\n"}), INVALID, "edm.yaml"),
    "edm-publish-unknown": (images.site(**{"edm.yaml": "publish: [{service: nobody, port: 1}]\n"}), INVALID, "edm.yaml"),
    "pids-in-words": (compose("    pids_limit: many\n"), INVALID, "compose.yaml"),
    "dockerfile-missing": (images.site(dockerfile=None), INVALID, "services.web.build.dockerfile"),
    "service-name": (images.site(compose=images.COMPOSE.replace("  web:", "  ../web:")), INVALID, "services"),
    "service-name-option": (images.site(compose=images.COMPOSE.replace("  web:", "  --web:")), INVALID, "services"),
    "service-name-unicode": (images.site(compose=images.COMPOSE.replace("  web:", "  w\u0435b:")), INVALID, "services"),
    "service-name-long": (images.site(compose=images.COMPOSE.replace("  web:", "  " + "w" * 300 + ":")), INVALID, "services"),
    "volume-name": (compose("volumes: {'../v': {}}\n"), INVALID, "compose.yaml"),
    "image-option": (images.site(compose="services: {web: {image: '--privileged'}}\n"), INVALID, "services.web.image"),
    "image-case": (images.site(compose="services: {web: {image: 'Edm/None:1'}}\n"), INVALID, "services.web.image"),
    "variable-unset": (images.site(compose=images.COMPOSE.replace("build: .", "build: .\n    image: ${NO_SUCH_VARIABLE:?}")),
                       INVALID, "compose.yaml"),
    "depends-on-nobody": (compose("    depends_on: [nobody]\n"), INVALID, "compose.yaml"),
    "depends-on-itself": (compose("    depends_on: [web]\n"), INVALID, "compose.yaml"),
    "port-number": (images.site(compose=images.COMPOSE.replace('["8000"]', '["99999"]')), INVALID, "services.web.ports"),
    "port-negative": (images.site(compose=images.COMPOSE.replace('["8000"]', '["-1"]')), INVALID, "services.web.ports"),
}

ONLY_ON_A_CLUSTER = {"edm-template-unknown"}  # a folder alone does not show it

WORKLOADS = {
    "dockerfile-fails": (images.site(dockerfile=images.DOCKERFILE + 'RUN ["/bin/busybox", "false"]\n'), BROKEN, "build of web"),
    "dockerfile-syntax": (images.site(dockerfile="FORM x\n"), BROKEN, "build of web"),
    "dockerfile-needs-network": (images.site(dockerfile=images.DOCKERFILE +
                                             'RUN ["/bin/busybox", "nc", "-w", "3", "192.0.2.1", "80"]\n'), BROKEN, "build of web"),
    "dockerfile-fills-a-disk": (images.site(dockerfile=images.DOCKERFILE +
                                            'RUN ["/bin/busybox", "dd", "if=/dev/zero", "of=/dev/full", "count=1"]\n'),
                                BROKEN, "build of web"),
    "copies-what-is-not-there": (images.site(dockerfile=images.DOCKERFILE + "COPY none /none\n"), BROKEN, "build of web"),
    "exits-at-once": (images.site(dockerfile=images.DOCKERFILE.split("CMD")[0] + 'CMD ["/bin/busybox", "false"]\n'), BROKEN, "/web"),
    "no-such-command": (images.site(dockerfile=images.DOCKERFILE.split("CMD")[0] + 'CMD ["/no/such/program"]\n'), BROKEN, "/web"),
    "never-healthy": (images.site(compose=images.COMPOSE.replace("8000/", "8000/none"), **{"edm.yaml": "health: {time: 5s}\n"}),
                      BROKEN, "/web"),
    "wrong-port": (images.site(compose=images.COMPOSE.split("    healthcheck")[0].replace("8000", "8111"),
                               **{"edm.yaml": "health: {time: 4s}\n"}), LATE, "/web"),
    "oneshot-fails": (images.site(compose=images.COMPOSE + "    depends_on: {job: {condition: service_completed_successfully}}\n"
                                  f"  job: {{image: '{images.BASE}', command: ['/bin/busybox', 'false']}}\n"), BROKEN, "/job"),
}

HANGS = {  # until the operation's own time is over
    "build": images.site(dockerfile=images.DOCKERFILE + 'RUN ["/bin/busybox", "sleep", "3600"]\n'),
    "oneshot": images.site(compose=images.COMPOSE + "    depends_on: {job: {condition: service_completed_successfully}}\n"
                           f"  job: {{image: '{images.BASE}', command: ['/bin/busybox', 'sleep', '3600'], stop_signal: SIGKILL}}\n"),
}
