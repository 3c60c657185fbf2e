"""Bad input through every door that can take it: a clear error, nothing changed, nobody disturbed."""
import socket
import threading
import unittest

import bad_sources
import images
import lab
from bad_clients import BadClients
from bad_codes import AWAY, BROKEN, LATE
from bad_folders import BadFolders
from bad_git import BadGit
from bad_judges import BadInput, named
from bad_names import BadNames
from bad_registry import Registry
from bad_requests import BadRequests


class BadInputTest(BadNames, BadRequests, BadClients, BadFolders, BadGit, BadInput):
    def test_workloads(self):
        """The bad ones fail one after the other while good ones are deployed beside them."""
        stop, ended = threading.Event(), []

        def beside():
            number = 0
            while not stop.is_set():
                number += 1
                ended.append(self.cluster.deploy(named("beside"), images.site(f"version {number}"))["state"])

        good = threading.Thread(target=beside)
        good.start()
        try:
            for name, (files, code, part) in bad_sources.WORKLOADS.items():
                with self.counted(workload=name):
                    self.judge_operation(self.cluster.deploy(named("breaks"), files), code, part)
                    folder = str(self.folder_of(files))
                    self.judge_edmctl(self.cluster.edmctl("deploy", folder, f"--id={named('breaks')}", check=False), 1, part)
                    self.judge_push(self.push(named("breaks"), files), part)
                    self.assertEqual(self.cluster.delete(named("breaks"))["state"], "DONE")
        finally:
            stop.set()
            good.join()
        self.assertEqual(set(ended), {"DONE"}, ended)
        self.cluster.delete(named("beside"))

    def test_images_that_cannot_be_had(self):
        """A registry that is down, one without the image, and one that never answers."""
        with Registry() as registry:
            for what, image, code, state, more in (
                    ("nobody listens", "127.0.0.1:1/none:1", AWAY, "FAILED", {}),
                    ("it has none of that name", f"{registry.address}/none:1", BROKEN, "FAILED", {}),
                    ("it never answers", f"{registry.silent}/none:1", LATE, "EXPIRED", {"timeout": "5s"})):
                files = images.site(compose=f"services: {{web: {{image: '{image}', ports: ['8000']}}}}\n")
                with self.counted(image=what):
                    self.judge_operation(self.cluster.deploy(named("pulls"), files, **more), code, named("pulls"), state=state)
                    self.judge_operation(self.deploy_over_grpc(named("pulls"), files, **more), code, named("pulls"), state=state)
                    folder = str(self.folder_of(files))
                    typed = ["--timeout", more["timeout"]] if more else []
                    done = self.cluster.edmctl("deploy", folder, f"--id={named('pulls')}", *typed, check=False)
                    self.judge_edmctl(done, 6 if more else 1)
                    self.assertEqual(self.cluster.delete(named("pulls"))["state"], "DONE")

    def test_what_hangs_ends_at_its_timeout(self):
        for name, files in bad_sources.HANGS.items():
            with self.counted(hangs=name):
                self.judge_operation(self.cluster.deploy(named("hangs"), files, timeout="5s"), LATE, named("hangs"), state="EXPIRED")
                ended = self.deploy_over_grpc(named("hangs"), files, timeout="5s")
                self.judge_operation(ended, LATE, named("hangs"), state="EXPIRED")
                folder = str(self.folder_of(files))
                self.judge_edmctl(self.cluster.edmctl("deploy", folder, f"--id={named('hangs')}", "--timeout=5s", check=False), 6)
                self.assertEqual(self.cluster.delete(named("hangs"))["state"], "DONE")

    def test_host_ports_that_are_taken(self):
        """By another instance, and by a process of the machine: the holder is named and goes on."""
        def asks_for(port):
            return images.site(compose=images.COMPOSE.replace('"8000"', f'"{port}:8000"'))

        with socket.create_server(("0.0.0.0", 0)) as process:
            port = process.getsockname()[1]
            holder = self.cluster.deploy(named("holds"), asks_for(lab.free_port()))
            self.assertEqual(holder["state"], "DONE", holder)
            for what, taken, told in (("another instance", holder["endpoints"][0]["port"], named("holds")),
                                      ("a process", port, str(port))):
                with self.counted(port=what):
                    files = asks_for(taken)
                    failure = self.judge_operation(self.cluster.deploy(named("clashes"), files), BROKEN, f"{named('clashes')}/web")
                    self.assertIn(told, failure["cause"])
                    self.judge_operation(self.deploy_over_grpc(named("clashes"), files), BROKEN, f"{named('clashes')}/web")
                    done = self.cluster.edmctl("deploy", str(self.folder_of(files)), f"--id={named('clashes')}", check=False)
                    self.judge_edmctl(done, 1, told)
                    self.judge_push(self.push(named("clashes"), files), told)
                    self.assertEqual(self.cluster.delete(named("clashes"))["state"], "DONE")
            self.assertEqual(self.cluster.page(holder), "hello")
        self.assertEqual(self.cluster.delete(named("holds"))["state"], "DONE")

    def test_a_service_that_fills_its_log_is_bounded(self):
        talks = images.site(dockerfile=images.DOCKERFILE.split("CMD")[0] +
                            'CMD ["/bin/busybox", "sh", "-c", "httpd -p 8000 -h /www; while :; do echo full; sleep 0.01; done"]\n')
        with self.counted(workload="fills its log"):
            self.assertEqual(self.cluster.deploy(named("talks"), talks)["state"], "DONE")
            talker = next(each for each in self.engine.labelled("/containers/json?")
                          if each["Labels"]["dev.edm.instance"] == named("talks"))
            log = self.engine.get(f"/containers/{talker['Id']}/json")["HostConfig"]["LogConfig"]["Config"]
            self.assertTrue(log["max-size"] and int(log["max-file"]), log)
            self.cluster.delete(named("talks"))


if __name__ == "__main__":
    unittest.main()
