"""The trained workloads that are shipped, each on the array of its family: 300 test images, four of them checked, no calibration."""
import csv
import json
import os
import pathlib
import re
import unittest

from sweep_program import SweepTest

ROOT = pathlib.Path(os.environ["SYMMETREE_TEST_ROOT"])
IMAGES = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"


@unittest.skipUnless(os.path.exists(IMAGES), "no dataset-fashion-mnist")
class TrainedNetworks(SweepTest):
    def test_have_the_accuracy_that_is_on_record(self):
        with open(ROOT / "workloads/train/results/fashion_resnet.csv", newline="") as file:
            recorded = {row["workload"].rsplit("_seed", 1)[0]: row for row in csv.DictReader(file)}
        shipped = sorted((ROOT / "workloads/nets").glob("fashion_*_w?a?_*.yaml"))
        self.assertGreaterEqual(len(shipped), 6)
        for path in shipped:
            with self.subTest(network=path.stem):
                row = recorded[path.stem]
                weight_bits, activation_bits = re.search(r"_w(\d)a(\d)_", path.stem).groups()
                preset = "levels_per_channel" if ":channel" in row["scheme"] else row["scheme"].split(":")[0]
                words = ["--scheme", f"{row['scheme'].split(':')[0]}:asq"] if row["scheme"].endswith(":asq") else []
                result = self.run_program("evaluate", "--workload", path.stem, "--images", IMAGES, "--limit", "300", "--weight-bits", weight_bits,
                                          "--activation-bits", activation_bits, "--platform", preset, "--format", "json", *words)
                self.assertEqual(result.returncode, 0, result.stderr)
                found = json.loads(result.stdout)["evaluation"]["rows"][1]
                self.assertEqual((found["checked"], found["first_difference"]), (4, ""))
                self.assertEqual(found["run"]["total"]["cycles"], int(row["cycles"]))
                # Three standard errors of 300 images at 90 %.
                self.assertLess(abs(100 * found["top1"] / 300 - float(row["evaluate_top1"])), 5.2)


if __name__ == "__main__":
    unittest.main()
