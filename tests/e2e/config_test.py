"""The commented samples name every setting, with its default."""
import pathlib
import re
import tempfile
import unittest

import lab

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "config"


class ConfigTest(unittest.TestCase):
    def test_a_sample_with_all_its_lines_taken_in_is_the_default_configuration(self):
        for program in ("master", "worker"):
            argv = [lab.BIN / f"edm-{program}", "--check-config"]
            text = re.sub(r"(?m)^# ", "", re.sub(r"(?m)^##.*\n", "", (SAMPLES / f"{program}.yaml").read_text().split("\n\n", 1)[1]))
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as sample:
                sample.write(text)
                sample.flush()
                from_sample = lab.run([*argv, "--config", sample.name]).stdout.splitlines()
            default = lab.run(argv).stdout.splitlines()
            self.assertEqual([line.split()[0] for line in from_sample], [line.split()[0] for line in default])
            values = [[re.sub(r"\s+(default|\S+:\d+:\d+)$", "", line) for line in lines] for lines in (from_sample, default)]
            self.assertEqual(*values)
            self.assertEqual([line for line in from_sample if line.endswith("default")
                              and len(line.split()) > 2 and line.split()[1] != "default"], [], "not in the sample")

    def test_an_unknown_key_is_named_with_the_nearest_known_one(self):
        done = lab.run([lab.BIN / "edm-master", "--grpc-lisen", "x"], check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--grpc-listen", done.stderr)


if __name__ == "__main__":
    unittest.main()
