"""Which copies run on which machine, as the kernel and the engines' own files have it: no engine is asked, so a stopped one
hides nothing."""
import json
import pathlib
import threading
import time

TOP = pathlib.Path("/sys/fs/cgroup")
EVERY = 0.1  # s


class Copies(threading.Thread):
    """Looks all the time; of what must not run twice more than one copy is a violation."""

    def __init__(self, storm, alone):
        super().__init__(daemon=True)
        self.storm, self.alone = storm, set(alone)
        self.labels = {}
        self.looks = 0
        self.told = set()

    def run(self):
        while not self.storm.over.is_set():
            for name, places in self.twice().items():
                # The machines were looked at one after the other; two looks in a row are no chance.
                if self.twice().get(name) == places and (name, places) not in self.told:
                    self.told.add((name, places))
                    self.storm.violation(f"{name} runs twice, on {' and '.join(places)}")
            self.looks += 1
            time.sleep(EVERY)

    def twice(self):
        found = self.by_instance()
        return {name: tuple(sorted(found[name])) for name in self.alone if len(found.get(name, ())) > 1}

    def by_instance(self):
        """Instance -> names of the machines where containers of it run."""
        found = {}
        for host in self.storm.net.hosts[:self.storm.net.engines]:
            for label in self.running(host):
                found.setdefault(label, set()).add(host.name)
        return found

    def running(self, host):
        unified = (TOP / "cgroup.controllers").exists()
        folder = (TOP if unified else TOP / "memory") / host.name
        for group in folder.iterdir() if folder.exists() else ():
            try:
                if group.is_dir() and (group / "cgroup.procs").read_text() and (label := self.label(host, group.name)):
                    yield label
            except OSError:
                continue  # it has just ended

    def label(self, host, container):
        if container not in self.labels:
            path = self.storm.folder.path / host.name / "data" / "containers" / container / "config.v2.json"
            try:
                labels = json.loads(path.read_text())["Config"]["Labels"] or {}
            except (OSError, ValueError):
                return None  # a step of a build has no such file
            self.labels[container] = labels.get("dev.edm.instance")
        return self.labels[container]
