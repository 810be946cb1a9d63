"""train_quantized.py as a user runs it, on a small network: what it learns, that it goes on where it stopped, and that evaluate finds the same."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from small_model import PROGRAM, ROOT, images, model
import numpy
import onnx
import onnx_network
import torch
from quantized_workload import read_safetensors

SCRIPT = ROOT / "workloads" / "train" / "train_quantized.py"


class Training(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-train-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        onnx.save(model(), self.folder / "small.onnx")
        for name, count, seed in (("train", 640, 1), ("test", 200, 2)):
            pixels, labels = images(count, seed)
            numpy.savez(self.folder / f"{name}.npz", x=pixels, y=labels)

    @staticmethod
    def command(*words):
        return [sys.executable, "-B", str(SCRIPT), "small.onnx", "--activation-bits", "3", "--train", "train.npz", "--test", "test.npz",
                "--normalization", "mean=0.4 std=0.25", "--batch", "64", "--threads", "1", *words]

    def run_script(self, *words, code=0):
        done = subprocess.run(self.command(*words), cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def top1(self, done):
        return float(done.stdout.split()[1])

    def evaluated(self, workload, platform, *words):
        done = subprocess.run([PROGRAM, "evaluate", "--workload", workload, "--images", "test.npz", "--calibration", "train.npz", "--platform", platform, "--format", "json",
                               "--weight-bits", "3", "--activation-bits", "3", "--no-cache", *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["evaluation"]["rows"][1]

    def test_teaches_what_evaluate_finds(self):
        for family in ("symq", "dasq", "pot", "post"):
            with self.subTest(family=family):
                trained = self.top1(self.run_script("--weights", f"{family}:3", "--output", f"{family}.yaml", "--epochs", "6", "--rate", "0.05",
                                                    "--program", PROGRAM))
                self.assertGreater(trained, 60, "a quarter is chance")
                self.assertNotIn("BatchNormalization", [n.op_type for n in onnx.load(self.folder / f"{family}.network.onnx").graph.node])
                found = self.evaluated(f"{family}.yaml", family)
                # The ends and the tensors that no trained step is for have 8 bits there, and products of post 4 fraction bits.
                self.assertLessEqual(abs(100 * found["top1"] / 200 - trained), 3)

    def test_teaches_lists_of_levels(self):
        trained = self.top1(self.run_script("--weights", "levels:2", "--output", "levels.yaml", "--epochs", "6", "--rate", "0.05"))
        self.assertGreater(trained, 60, "a quarter is chance")
        platform = (ROOT / "platforms" / "presets" / "levels.yaml").read_text().replace("level_decoders: shared", "level_decoders: per_tree")
        (self.folder / "per_tree.yaml").write_text(platform)
        found = self.evaluated("levels.yaml", "./per_tree.yaml")
        self.assertLessEqual(abs(100 * found["top1"] / 200 - trained), 3)

    def test_teaches_adapters(self):
        trained = self.top1(self.run_script("--weights", "symq:3", "--adaptive", "--output", "asq.yaml", "--epochs", "6", "--rate", "0.05"))
        self.assertGreater(trained, 60, "a quarter is chance")
        text = (self.folder / "asq.yaml").read_text()
        self.assertIn("scheme: \"symq:w3a3:asq\"", text)
        self.assertIn("adapters:\n", text)
        found = self.evaluated("asq.yaml", "symq", "--scheme", "symq:asq")
        self.assertLessEqual(abs(100 * found["top1"] / 200 - trained), 3)
        biases = [float(values[0]) for name, values in read_safetensors(self.folder / "asq.safetensors").items() if name.endswith(".second.bias")]
        self.assertEqual(len(biases), text.count("{node: "))
        self.assertNotEqual(biases, [1.0] * len(biases), "no adapter has learned anything")

    def test_goes_on_where_it_stopped(self):
        words = ("--weights", "symq:3", "--rate", "0.05", "--epochs", "8")
        self.run_script(*words, "--output", "whole.yaml")
        with subprocess.Popen(self.command(*words, "--output", "part.yaml"), cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as stopped:
            for line in stopped.stderr:
                if line.startswith("epoch 1:"):
                    stopped.kill()
        self.assertIn(torch.load(self.folder / "part.checkpoint")["epoch"], range(1, 8))
        self.assertFalse((self.folder / "part.yaml").exists())
        self.run_script(*words, "--output", "part.yaml", "--resume")
        for kind in ("safetensors", "network.onnx"):
            self.assertEqual((self.folder / f"whole.{kind}").read_bytes(), (self.folder / f"part.{kind}").read_bytes(), kind)
        done = self.run_script("--weights", "symq:4", "--rate", "0.05", "--epochs", "8", "--output", "part.yaml", "--resume", code=1)
        self.assertIn("is of another run", done.stderr)

    def test_refuses_what_it_can_not_train(self):
        self.assertIn("apot and 4 or 5", self.run_script("--weights", "apot:3", "--output", "q.yaml", code=2).stderr)
        self.assertIn("symq or dasq", self.run_script("--weights", "asymq:3", "--output", "q.yaml", code=2).stderr)
        self.assertIn(".yaml", self.run_script("--weights", "symq:3", "--output", "q.onnx", code=2).stderr)


class Network(unittest.TestCase):
    def test_is_the_same_without_its_batch_norms(self):
        network = onnx_network.OnnxNetwork(model()).eval()
        folded = onnx_network.OnnxNetwork(network.written()).eval()
        x = torch.randn(5, 3, 8, 8)
        with torch.no_grad():
            self.assertLess((network(x) - folded(x)).abs().max(), 1e-5)
            self.assertTrue(all((gain > 0).all() for gain in network.gains()))
        network.train()
        self.assertGreater((network(x) - folded(x)).abs().max().item(), 1e-3, "a batch has a mean of its own")


if __name__ == "__main__":
    unittest.main()
