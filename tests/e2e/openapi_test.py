"""Every route of /openapi.json answers with a 2xx, and its body fits the schema; the set of routes is the set of RPCs."""
import json
import re
import unittest

import images
import lab
from one_worker import OneWorkerTest


def resolve(document, schema):
    while "$ref" in schema:
        node = document
        for part in schema["$ref"].lstrip("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def mismatches(document, schema, value, path="$"):
    """Where `value` does not fit; the subset of JSON schema that the document uses."""
    schema = resolve(document, schema)
    if value is None:
        return [] if schema.get("nullable") else [f"{path}: null"]
    for part in schema.get("allOf", []):
        found = mismatches(document, part, value, path)
        if found:
            return found
    kind = schema.get("type")
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    if kind and (not isinstance(value, kinds[kind]) or (kind in ("integer", "number") and isinstance(value, bool))):
        return [f"{path}: {value!r} is no {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path}: {value!r} is none of {schema['enum']}"]
    found = []
    if kind == "array":
        for index, item in enumerate(value):
            found += mismatches(document, schema["items"], item, f"{path}[{index}]")
    if kind == "object":
        known = schema.get("properties", {})
        for key, item in value.items():
            if key in known:
                found += mismatches(document, known[key], item, f"{path}.{key}")
            elif isinstance(schema.get("additionalProperties"), dict):
                found += mismatches(document, schema["additionalProperties"], item, f"{path}.{key}")
            elif known and not schema.get("additionalProperties"):
                found.append(f"{path}.{key}: not in the schema")
    return found


class OpenApiTest(OneWorkerTest):
    NAME = "openapi"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = json.loads(lab.fetch(cls.cluster.url + "/openapi.json"))
        cls.called = set()

    def call(self, method, template, body=None, query="", headers=None, **names):
        path = template
        for name, value in names.items():
            path = path.replace("{" + name + "}", value)
        answer = self.cluster.rest.call(method.upper(), path + query, body=body, headers=headers, timeout=200)
        self.assertIn(answer.status, (200, 201, 202, 204), f"{method} {path}: {answer}")
        described = self.document["paths"][template][method]["responses"]
        self.assertIn(str(answer.status), described, f"{method} {template}")
        content = described[str(answer.status)].get("content", {})
        if "application/json" in content and answer.headers.get("Content-Type", "").startswith("application/json"):
            found = mismatches(self.document, content["application/json"]["schema"], answer.json)
            self.assertEqual(found, [], f"{method} {path}")
        self.called.add((method, template))
        return answer

    def test_every_route(self):
        ndjson = {"Accept": "application/x-ndjson"}
        instance = "/v1/instances/{id}"
        wait = "?wait=120s"
        self.call("get", "/v1/version")
        self.call("post", "/v1/instances", {"id": "api", "owner": "Team", "project": "Api"})
        self.call("get", "/v1/instances")
        revision = self.call("get", instance, id="api").headers["ETag"]
        self.call("patch", instance, {"environment": {"GREETING": "a=b $HOME \"q\""}}, id="api", headers={"If-Match": revision})
        planned = self.call("post", instance + "/plan", {}, id="api").json
        self.assertEqual((planned["placement"]["worker"], planned["is_new"]), ("worker-1", False), planned)
        self.call("put", instance + "/source", images.tarball(images.site()), query=wait, id="api")
        operation = self.call("post", instance + "/deploy", {}, query=wait, id="api").json
        self.assertEqual(operation["state"], "DONE", operation)
        self.call("put", instance + "/source", images.tarball(images.site("second")), query=wait, id="api")
        operation = self.call("post", instance + "/deploy", {}, query=wait, id="api").json
        self.assertEqual((operation["state"], operation["release"]), ("DONE", 2), operation)
        self.call("get", instance + "/footprint", id="api")
        self.call("get", instance + "/releases", id="api")
        self.call("get", instance + "/logs", query="?tail=5", headers=ndjson, id="api")
        self.call("post", instance + "/run", {"argv": ["/bin/busybox", "true"]}, id="api")
        for verb in ("stop", "start", "restart", "build", "refresh", "rollback"):
            done = self.call("post", f"{instance}/{verb}", {}, query=wait, id="api").json
            self.assertEqual(done["state"], "DONE", done)
        self.call("get", "/v1/operations")
        self.call("get", "/v1/operations/{id}", id=operation["id"])
        self.call("get", "/v1/operations/{id}/wait", id=operation["id"])
        self.call("get", "/v1/operations/{id}/events", id=operation["id"], headers=ndjson)
        self.call("get", "/v1/workers")
        self.call("get", "/v1/workers/{id}", id="worker-1")
        self.call("get", "/v1/disk")
        self.call("get", "/v1/workers/{id}/load", id="worker-1")
        self.call("get", "/v1/status")
        self.call("get", "/v1/usage")
        made = self.call("post", "/v1/tokens", {"name": "ci", "lifetime": "3600s"}).json
        self.call("get", "/v1/tokens")
        self.call("delete", "/v1/tokens/{id}", id=made["token"]["id"])
        self.call("put", "/v1/templates/{name}/source", images.tarball(images.site()), name="site")
        self.call("get", "/v1/templates")
        self.call("delete", "/v1/templates/{name}", name="site")
        git = f"{self.cluster.url}/git/Team/api.git"
        other = self.call("post", instance + "/source", {"git_url": "http://127.0.0.1:1/none.git", "ref": "main"}, id="api")
        self.assertTrue(other.json["id"], git)
        running = self.call("post", instance + "/build", {"no_cache": True}, id="api").json
        self.call("post", "/v1/operations/{id}/cancel", {}, id=running["id"])
        self.watch_events()
        self.move_and_lose(instance, wait)
        self.call("delete", instance, query=wait, id="api")
        self.members(instance, wait)
        self.call("delete", "/v1/workers/{id}", query="?force=true", id="worker-1")
        routes = {(method, path) for path, methods in self.document["paths"].items() for method in methods
                  if method in ("get", "put", "post", "patch", "delete") and path.startswith("/v1/")}
        self.assertEqual(routes - self.called, set())

    def members(self, instance, wait):
        self.call("post", "/v1/instances", {"id": "many", "spec": {"replicas": 1}})
        scaled = self.call("post", instance + "/scale", {"replicas": 2}, query=wait, id="many").json
        self.assertEqual((scaled["state"], scaled["kind"]), ("DONE", "SCALE"), scaled)
        self.call("put", instance + "/source", images.tarball(images.site("both")), query=wait, id="many")
        planned = self.call("post", instance + "/plan", {}, id="many").json
        self.assertEqual([(one["id"], one["placement"]["worker"]) for one in planned["members"]],
                         [("many_1", "worker-1"), ("many_2", "worker-1")], planned)
        done = self.call("post", instance + "/deploy", {"plan_revision": planned["revision"]}, query=wait, id="many").json
        self.assertEqual((done["state"], done.get("plan_difference", "")), ("DONE", ""), done)
        self.call("get", instance + "/logs", query="?tail=5", headers={"Accept": "application/x-ndjson"}, id="many")
        self.call("delete", instance, query=wait, id="many")

    def move_and_lose(self, instance, wait):
        """It is where it shall go to; then its worker is lost, and there is no other."""
        done = self.call("post", instance + "/move", {"worker": "worker-1"}, query=wait, id="api").json
        self.assertEqual(done["state"], "DONE", done)
        worker = self.call("patch", "/v1/workers/{id}", {"availability": "CLOSED", "labels": {"zone": "a"}}, id="worker-1").json
        self.assertEqual((worker["state"], worker["labels"]), ("CORDONED", {"zone": "a"}))
        self.call("patch", "/v1/workers/{id}", {"availability": "ACTIVE", "remove_labels": ["zone"]}, id="worker-1")
        program = self.cluster.workers["worker-1"]
        program.program.kill()
        lab.eventually(lambda: self.cluster.rest.get("/v1/workers/worker-1").json["state"] == "LOST", 20, what="the loss")
        self.call("post", instance + "/recover", {}, id="api")
        self.call("post", "/v1/moves/resume", {})
        program.start()
        lab.eventually(program.ready, 20, what="the worker being READY")

    def watch_events(self):
        import http.client
        connection = http.client.HTTPConnection(self.cluster.address, self.cluster.http, timeout=20)
        connection.request("GET", "/v1/events", headers={"Authorization": f"Bearer {self.cluster.rest.token}"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/event-stream"))
        first = answer.readline().decode()
        self.assertRegex(first, re.compile(r"^(id|event|data|:)"))
        connection.close()
        self.called.add(("get", "/v1/events"))


if __name__ == "__main__":
    unittest.main()
