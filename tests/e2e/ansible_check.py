"""The Ansible role on a machine with systemd: it sets up a master and a worker, and the second time changes nothing."""
import pathlib
import re
import unittest

import lab
from packages_check import make_packages, needs
from systemd_machine import Machine

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
SITE = """- hosts: localhost
  connection: local
  roles:
    - role: edm
      vars:
        edm_packages: {packages}
        edm_packages_folder: /root/packages
        edm_worker_config: {{ id: by-ansible }}
"""


class AnsibleCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = lab.Folder("ansible")
        cls.addClassCleanup(folder.close)
        made = make_packages(lab.BIN, folder.path)
        depended = {one for package in made.values() for one in needs(package)}
        cls.machine = Machine([*sorted(depended), "ansible-core", "python3", "python3-apt", "openssh-client"])
        cls.addClassCleanup(cls.machine.close)
        cls.machine.open()
        cls.machine.run("mkdir", "/root/packages")
        cls.machine.put(DEPLOY / "ansible", "/root/ansible")
        for file in made.values():
            cls.machine.put(file, "/root/packages/")

    def play(self, packages, *more, check=True, stdin=None):
        """What the recap counts, and all that was said."""
        self.machine.run("tee", "/root/ansible/test.yml", stdin=SITE.format(packages=packages))
        done = self.machine.run("ansible-playbook", "-i", "localhost,", *more, "/root/ansible/test.yml", check=check, stdin=stdin,
                                env={"HOME": "/root", "LANG": "C.UTF-8"})
        recap = dict(re.findall(r"(\w+)=(\d+)", done.stdout.rsplit("PLAY RECAP", 1)[-1]))
        return {name: int(count) for name, count in recap.items()}, done.stdout + done.stderr

    def edmctl(self, *argv):
        token = self.machine.run("cat", "/var/lib/edm/master/admin.token").stdout.strip()
        return self.machine.run("edmctl", *argv, env={"EDM_MASTER": "127.0.0.1:8800", "EDM_TOKEN": token, "HOME": "/root"}).stdout

    def test_it_sets_up_a_cluster_and_then_has_nothing_to_change(self):
        counts, said = self.play("[edm-master, edmctl]")
        self.assertGreater(counts["changed"], 0, said)
        lab.eventually(lambda: self.machine.run("curl", "-sf", "http://127.0.0.1:8080/readyz", check=False).returncode == 0, 30)

        counts, said = self.play("[edm-worker]", check=False)
        self.assertEqual(counts["failed"], 1)
        self.assertIn("it has not joined; next: edmctl token create", said)

        token = self.edmctl("token", "create", "by-ansible", "--worker").strip().splitlines()[-1]
        self.machine.run("tee", "/root/token.yml", stdin=f"edm_worker_token: {token}\n")
        counts, said = self.play("[edm-worker]", "-vvv", "-e", "@/root/token.yml")
        self.assertNotIn(token, said)
        lab.eventually(lambda: "by-ansible" in self.edmctl("worker", "ls") and "ready" in self.edmctl("worker", "ls").lower(), 30,
                       what="the worker being ready")

        for packages in ("[edm-master, edmctl]", "[edm-worker]"):
            counts, said = self.play(packages)
            self.assertEqual((counts["changed"], counts["failed"]), (0, 0), said)


if __name__ == "__main__":
    unittest.main()
