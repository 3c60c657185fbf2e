"""What most tests of one machine stand on: a master and one worker on this machine's engine, for a class of tests."""
import unittest

import images
import lab
from cluster import Cluster, docker_listing


class OneWorkerTest(unittest.TestCase):
    """Instances that the tests leave are deleted when all have run."""
    NAME = None  # of the folder of logs and data
    MASTER = ()  # further flags of the programs
    WORKER = ()

    @classmethod
    def setUpClass(cls):
        if images.ensure_base(["docker"]):
            cls.addClassCleanup(lab.run, ["docker", "image", "rm", images.BASE])
        cls.engine_before = docker_listing()
        cls.cluster = Cluster(cls.NAME, more=cls.MASTER)
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start_master()
        cls.cluster.add_worker("worker-1", more=cls.WORKER)
        cls.rest = cls.cluster.rest

    @classmethod
    def tearDownClass(cls):
        for instance in cls.rest.get("/v1/instances").json["instances"]:
            if not instance["member_of"]:
                cls.cluster.delete(instance["id"])


class TracelessTest(OneWorkerTest):
    """Of whose instances the engine holds nothing afterwards."""

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        after = docker_listing()
        assert after == cls.engine_before, f"left on the engine: {after} instead of {cls.engine_before}"
