#!/usr/bin/python3
"""Runs the end-to-end tests: real programs, engines, Consul and git, seen from a user's side.

usage: tests/e2e/run.py --bin DIR [--junit FILE] [--keep] [--cluster] [NAME ...]

NAME is a part of a test's name ("push", "deploy.DeployTest.test_x"); without one, all of them run. --keep leaves the
folder of logs and data where it is and prints its name. --cluster runs the tests that need a lab of several machines
instead (files *_check.py): they take many minutes and measure load, so they want a quiet machine.
"""
import argparse
import pathlib
import sys
import time
import unittest
from xml.etree import ElementTree as tree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


class Recorder(unittest.TextTestResult):
    """Times each test, for the report."""

    def __init__(self, *args):
        super().__init__(*args)
        self.cases = []

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        broken = [text for case, text in self.failures + self.errors
                  if case is test or getattr(case, "test_case", None) is test]
        self.cases.append((test.id(), time.monotonic() - self.began, broken))
        super().stopTest(test)


def write_junit(path, result):
    suite = tree.Element("testsuite", name="e2e", tests=str(len(result.cases)))
    for name, seconds, broken in result.cases:
        case = tree.SubElement(suite, "testcase", name=name, time=f"{seconds:.3f}")
        for text in broken:
            tree.SubElement(case, "failure", message="failed").text = text
    known = {name for name, _, _ in result.cases}
    for test, text in result.errors:  # setUpClass and imports
        if test.id() not in known:
            case = tree.SubElement(suite, "testcase", name=test.id(), time="0")
            tree.SubElement(case, "failure", message="failed").text = text
    tree.ElementTree(suite).write(path)


def selected(suite, names):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from selected(test, names)
        elif not names or any(name in test.id() for name in names):
            yield test


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--junit", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()

    import lab
    lab.BIN = arguments.bin.resolve()
    lab.KEEP = arguments.keep
    found = unittest.defaultTestLoader.discover(str(HERE), pattern="*_check.py" if arguments.cluster else "*_test.py")
    suite = unittest.TestSuite(selected(found, arguments.names))
    result = unittest.TextTestRunner(verbosity=2, resultclass=Recorder).run(suite)
    if arguments.junit:
        write_junit(arguments.junit, result)
    failed = sum(1 for _, _, broken in result.cases if broken)
    unstarted = {test.id() for test, _ in result.errors} - {name for name, _, _ in result.cases}
    unstarted = {name for name in unstarted if name.startswith("setUpClass") or "_FailedTest" in name}
    print(f"{len(result.cases) - failed} passed, {failed + len(unstarted)} failed")
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)


if __name__ == "__main__":
    main()
