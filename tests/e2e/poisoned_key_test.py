"""A key of the state that somebody else has written: named at the start, and nothing else is touched."""
import sqlite3
import unittest

import lab
from cluster import Cluster


class PoisonedKeyTest(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster("poisoned")
        self.addCleanup(self.cluster.close)
        self.cluster.start_master()
        for name in ("shop", "till"):
            self.assertEqual(self.cluster.rest.post("/v1/instances", {"id": name}).status, 201)
        self.cluster.master.stop()

    def change(self, statement, *values):
        with sqlite3.connect(self.cluster.data / "state.db") as store:
            self.assertEqual(store.execute(statement, values).rowcount, 1)
        store.close()

    def refused(self):
        """What a master says that does not start."""
        self.cluster.master.start()
        lab.eventually(lambda: not self.cluster.master.alive(), 20, what="the refusal")
        self.assertNotEqual(self.cluster.master.process.returncode, 0)
        return self.cluster.master.tail(4)

    def test_it_is_named_and_without_it_all_else_is_there(self):
        for value in (b"", b"no record", b"\xff" * 64):
            with self.subTest(value=value):
                self.change("UPDATE kv SET value = ? WHERE key = 'edm/v1/instances/shop/spec'", value)
                self.assertIn("edm/v1/instances/shop", self.refused())
        self.change("UPDATE kv SET value = (SELECT value FROM kv WHERE key = 'edm/v1/instances/till/spec') "
                    "WHERE key = 'edm/v1/instances/shop/spec'")
        said = self.refused()
        self.assertIn("edm/v1/instances/shop", said)
        self.assertIn("till", said)
        self.change("DELETE FROM kv WHERE key = 'edm/v1/instances/shop/spec'")
        self.cluster.start_master()
        listed = [one["id"] for one in self.cluster.rest.get("/v1/instances").json["instances"]]
        self.assertEqual(listed, ["till"])
