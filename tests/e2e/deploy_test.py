"""What lies in deploy/ is right, as far as the programs that read it say: units, Consul, nginx, Ansible, packages."""
import pathlib
import re
import subprocess
import unittest

import lab

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
UNITS = DEPLOY / "systemd"


def security(unit):
    """(exposure, [what the analysis finds exposed])"""
    shown = lab.run(["systemd-analyze", "security", "--no-pager", "--offline=true", UNITS / unit]).stdout
    exposed = [line.split()[1] for line in shown.splitlines() if line.startswith("✗")]
    return float(re.search(r"exposure level for .*: ([0-9.]+)", shown)[1]), exposed


class UnitsTest(unittest.TestCase):
    def test_the_master_is_hardly_exposed(self):
        exposure, _ = security("edm-master.service")
        self.assertLessEqual(exposure, 3.0)

    def test_what_the_worker_leaves_open_has_its_reason_in_the_unit(self):
        exposure, exposed = security("edm-worker.service")
        self.assertLessEqual(exposure, 3.5)
        reasons = "\n".join(line for line in (UNITS / "edm-worker.service").read_text().splitlines() if line.startswith("#"))
        for what in exposed:
            # "CapabilityBoundingSet=~CAP_KILL", "SystemCallFilter=~@resources", "User=/DynamicUser=", "RestrictAddressFamilies=~AF_UNIX"
            name = what.split("=~")[-1].removeprefix("CAP_").split("=")[0]
            names = [one.removeprefix("CAP_") for one in re.findall(r"[A-Za-z_@]+", name) if one.strip("_")]
            with self.subTest(what):
                self.assertTrue(any(one in reasons for one in names), f"{what}: {names}")

    def test_the_units_are_understood(self):
        for unit in sorted(UNITS.glob("*.service")):
            said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True).stderr
            wrong = [line for line in said.splitlines() if unit.name in line and "is not executable" not in line]
            self.assertEqual(wrong, [])


class SamplesTest(unittest.TestCase):
    def setUp(self):
        self.folder = lab.Folder("deploy")
        self.addCleanup(self.folder.close)

    def test_consul_takes_its_files(self):
        for name in ("server.hcl", "agent.hcl"):
            with self.subTest(name):
                self.assertIn("Configuration is valid", lab.run(["consul", "validate", DEPLOY / "consul" / name]).stdout)

    def test_nginx_takes_its_file_and_passes_requests_on(self):
        path, port, behind = self.folder.path, lab.free_port(), lab.free_port()
        lab.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=edm.example.org",
                 "-keyout", path / "edm.key", "-out", path / "edm.crt"])
        site = (DEPLOY / "nginx/edm.conf").read_text()
        for old, new in {"listen 443": f"listen 127.0.0.1:{port}", "/etc/nginx/": f"{path}/", "127.0.0.1:8080": f"127.0.0.1:{behind}"}.items():
            self.assertIn(old, site)
            site = site.replace(old, new)
        (path / "site.conf").write_text(site)
        temporary = "\n".join(f"  {kind}_temp_path {path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (path / "nginx.conf").write_text(f"daemon off;\npid {path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n  access_log off;\n"
                                         f"{temporary}\n  include {path}/site.conf;\n}}\n")
        argv = ["nginx", "-e", "stderr", "-p", path, "-c", path / "nginx.conf"]
        lab.run([*argv, "-t"])
        (path / "www").mkdir()
        (path / "www/page").write_text("behind it")
        server = lab.Program(["python3", "-m", "http.server", "--bind", "127.0.0.1", "-d", path / "www", behind], path / "server.log")
        self.addCleanup(server.stop)
        nginx = lab.Program(argv, path / "nginx.log")
        self.addCleanup(nginx.stop)
        ask = ["curl", "-sS", "--noproxy", "*", "--fail", "--cacert", path / "edm.crt", "--resolve", f"edm.example.org:{port}:127.0.0.1"]
        lab.eventually(lambda: lab.run([*ask, f"https://edm.example.org:{port}/page"], check=False).stdout == "behind it", 30,
                       what="the page through nginx")

    def test_ansible_takes_the_playbook_and_hides_the_token(self):
        folder = DEPLOY / "ansible"
        lab.run(["ansible-playbook", "-i", folder / "inventory.yml", folder / "site.yml", "--syntax-check"],
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder.path), "LANG": "C.UTF-8"})
        tasks = (folder / "roles/edm/tasks/worker.yml").read_text().split("\n- name: ")
        for task in tasks:
            if "edm_worker_token" in task:
                self.assertIn("no_log", task)


if __name__ == "__main__":
    unittest.main()
