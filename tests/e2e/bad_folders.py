"""Archives, and what a folder may hold that edmctl packs."""
import os
import socket

import bad_archives
import bad_sources
import images
from bad_codes import LIMIT
from bad_judges import named


def fifo(folder):
    os.mkfifo(folder / "pipe")


def device(folder):
    os.mknod(folder / "null", 0o020666, os.makedev(1, 3))


def unix_socket(folder):
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket is short
    try:
        socket.socket(socket.AF_UNIX).bind("sock")
    finally:
        os.chdir(here)


def setuid(folder):
    (folder / "tool").write_text("x")
    (folder / "tool").chmod(0o4755)


def deep(folder):
    (folder / ("d/" * 100)).mkdir(parents=True)
    (folder / ("d/" * 100) / "x").write_text("x")


def many(folder):
    for number in range(3000):
        (folder / f"f{number}").touch()


# name -> (what is added to a good folder, part of what is told, the exit code: 2 to mend it, 1 where a limit is met)
FOLDERS = {
    "symlink-absolute": (lambda folder: (folder / "link").symlink_to("/etc/passwd"), "link", 2),
    "symlink-out": (lambda folder: (folder / "link").symlink_to("../../x"), "link", 2),
    "fifo": (fifo, "pipe", 2),
    "device": (device, "null", 2),
    "socket": (unix_socket, "sock", 2),
    "setuid": (setuid, "tool", 2),
    "newline-name": (lambda folder: (folder / "a\nb").touch(), "a?b", 2),
    "not-utf8": (lambda folder: open(os.fsencode(folder) + b"/a\xff", "w").close(), "a", 2),
    "deep": (deep, "d/d/", 1),
    "many-files": (many, "entries", 1),
    "large-file": (lambda folder: (folder / "large").write_bytes(os.urandom(20 << 20)), "16.0 MiB", 1),
}


class BadFolders:
    """Tests that BadInputTest takes over."""

    def test_archives(self):
        for name, (archive, code, part) in bad_archives.ARCHIVES.items():
            with self.case(archive=name):
                data = archive() if callable(archive) else archive
                status = 413 if code == LIMIT else 400
                answer = self.rest.put(f"/v1/instances/{named('archive')}/source?create=true&until=RUNNING", data, timeout=120)
                self.judge_problem(answer, code, part, status=status)
                self.judge_grpc(self.grpc.upload(data, id=named("archive"), create=True), code, part)
                answer = self.rest.put("/v1/templates/archive/source", data, timeout=120)
                self.judge_problem(answer, code, part, status=status)

    def test_folders(self):
        for name, (spoil, part, exit_code) in FOLDERS.items():
            with self.case(folder=name):
                folder = self.folder_of(images.site())
                spoil(folder)
                done = self.cluster.edmctl("deploy", str(folder), f"--id={named('folder')}", check=False)
                self.judge_edmctl(done, exit_code, part)
        with self.case(folder="is none"):
            self.judge_edmctl(self.cluster.edmctl("deploy", "/no/such/folder", f"--id={named('folder')}", check=False), 3)
            self.judge_edmctl(self.cluster.edmctl("deploy", "/etc/passwd", f"--id={named('folder')}", check=False), 2)
            self.judge_edmctl(self.cluster.edmctl("validate", "/no/such/folder", check=False), 3)

    def test_compose_files(self):
        self.rest.post("/v1/instances", {"id": named("judged")})
        for name, (files, code, part) in bad_sources.COMPOSE_FILES.items():
            with self.counted(compose=name):
                engine = self.engine.listing()
                self.judge_operation(self.cluster.deploy(named("judged"), files), code, part)
                self.judge_operation(self.deploy_over_grpc(named("judged"), files), code, part)
                folder = str(self.folder_of(files))
                if name not in bad_sources.ONLY_ON_A_CLUSTER:
                    self.judge_edmctl(self.cluster.edmctl("validate", folder, check=False), 1, part)
                self.judge_edmctl(self.cluster.edmctl("deploy", folder, f"--id={named('judged')}", check=False), 1, part)
                self.judge_push(self.push(named("judged"), files), part)
                self.assertEqual(self.engine.listing(), engine)
        self.assertEqual(self.cluster.delete(named("judged"))["state"], "DONE")

    def test_what_has_no_effect(self):
        """Not refused, for it is harmless; it does nothing either, and where that may surprise, a warning says so."""
        evil = images.COMPOSE.replace("build: .", "build: .\n    privileged: true")
        with self.counted(dotenv="COMPOSE_FILE"):
            files = images.site(**{".env": "COMPOSE_FILE=evil.yaml\nDOCKER_HOST=tcp://127.0.0.1:1\n", "evil.yaml": evil})
            done = self.cluster.deploy(named("harmless"), files)
            self.assertEqual(done["state"], "DONE", done)
            self.assertTrue(any("COMPOSE_FILE" in warning for warning in done["warnings"]), done["warnings"])
            self.assertTrue(any("DOCKER_HOST" in warning for warning in done["warnings"]), done["warnings"])
            self.assertFalse(self.host_config()["Privileged"])
        with self.counted(limits="none at all"):
            files = images.site(compose=images.COMPOSE + "    mem_limit: -1\n    pids_limit: -1\n    cpus: 0\n")
            self.assertEqual(self.cluster.deploy(named("harmless"), files)["state"], "DONE")
            config = self.host_config()
            self.assertGreater(config["Memory"], 0)
            self.assertGreater(config["PidsLimit"], 0)
        self.assertEqual(self.cluster.delete(named("harmless"))["state"], "DONE")

    def host_config(self):
        found = [each for each in self.engine.labelled("/containers/json?") if each["Labels"]["dev.edm.instance"] == named("harmless")]
        return self.engine.get(f"/containers/{found[0]['Id']}/json")["HostConfig"]
