"""The seed's way: a repo that holds only a generated Server/ folder, the rest comes from a template."""
import pathlib
import shutil
import subprocess
import io
import tarfile
import unittest

import images
import lab
from cluster import Cluster

TEMPLATE = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "templates" / "node-store"
SERVER = """const http = require('http');
const api = require('./api.json');
http.createServer((request, response) => {
  if (request.url === '/api.json') return response.end(JSON.stringify(api));
  response.end('Generalization');
}).listen(2000, '0.0.0.0');
"""


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def node_image(tag):
    """This machine's own node with the libraries that it is linked with."""
    node = shutil.which("node")
    if node is None:
        raise AssertionError("node is not installed: scripts/install-deps test")
    linked = lab.run(["ldd", node]).stdout
    libraries = [word for line in linked.splitlines() for word in line.split() if word.startswith("/")]
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", dereference=True) as tar:
        for path in [node, *libraries]:
            tar.add(path, path.lstrip("/") if path != node else "usr/bin/node")
        tar.add("/bin/busybox", "bin/busybox")
        for applet in ("sh", "sleep", "cat", "ls", "nc", "httpd", "wget"):
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
    subprocess.run(["docker", "import", "-c", "ENV PATH=/usr/bin:/bin", "-", tag], input=archive.getvalue(), check=True,
                   capture_output=True)


class TemplateTest(unittest.TestCase):
    def test_a_generated_server_runs_behind_the_template(self):
        tag = "edm-test/node:1"
        node_image(tag)
        self.addCleanup(lab.run, ["docker", "image", "rm", tag])
        if images.ensure_base(["docker"]):
            self.addCleanup(lab.run, ["docker", "image", "rm", images.BASE])
        cluster = Cluster("template")
        self.addCleanup(cluster.close)
        cluster.start_master()
        cluster.add_worker("worker-1")
        files = {path: data.replace(b"@NODE_IMAGE@", b"") for path, data in files_of(TEMPLATE).items()}
        made = cluster.rest.put("/v1/templates/node-store/source", images.tarball(files))
        self.assertIn(made.status, (200, 201), made)
        name = "5f1d7c2e9b1e8a0012345678"
        created = cluster.rest.post("/v1/instances", {"id": name, "owner": "User1", "project": "Generalization",
                                                      "spec": {"template": "node-store"}})
        self.assertEqual(created.status, 201, created)
        source = {"Server/Server.js": SERVER, "Server/api.json": '{"host": "0.0.0.0:2000"}',
                  "edm.yaml": f"build: {{args: {{NODE_IMAGE: '{tag}', STORE_IMAGE: '{images.BASE}'}}}}\n"}
        operation = cluster.deploy(name, source)
        self.assertEqual(operation["state"], "DONE", operation)
        web = next(one for one in operation["endpoints"] if one["service"] == "web")
        self.assertEqual(lab.fetch(web["url"]).decode(), "Generalization")
        self.assertIn(f"{web['address']}:{web['port']}", lab.fetch(web["url"] + "/api.json").decode())
        self.assertEqual(cluster.delete(name)["state"], "DONE")


if __name__ == "__main__":
    unittest.main()
