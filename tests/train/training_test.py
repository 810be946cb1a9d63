"""train_quantized.py as a user runs it, on a small network: what it learns, that it goes on where it stopped, and that evaluate finds the same."""
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
from norms import with_norms
from quantized_workload import read_safetensors

SCRIPT = ROOT / "workloads" / "train" / "train_quantized.py"


class Training(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-train-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        onnx.save(model(), self.folder / "small.onnx")
        for name, count, seed in (("train", 640, 1), ("test", 1000, 2)):
            pixels, labels = images(count, seed)
            numpy.savez(self.folder / f"{name}.npz", x=pixels, y=labels)

    @staticmethod
    def command(*words):
        return [sys.executable, "-B", str(SCRIPT), "small.onnx", "--activation-bits", "3", "--train", "train.npz", "--test", "test.npz",
                "--normalization", "mean=0.4 std=0.25", "--batch", "64", "--shift", "1", "--threads", "1", "--program", PROGRAM, *words]

    def run_script(self, *words, code=0):
        done = subprocess.run(self.command(*words), cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def top1(self, done):
        return float(done.stdout.split()[1])

    def agreement(self, workload, platform, *words, bits="3"):
        """Share of the test images that `evaluate` gives the class that the trainer gave them."""
        done = subprocess.run([PROGRAM, "evaluate", "--workload", workload, "--images", "test.npz", "--calibration", "train.npz", "--platform", platform,
                               "--weight-bits", bits, "--activation-bits", bits, "--no-cache", "--dump", "predictions", "--dump-to", "found.npz", *words],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = next(v for k, v in numpy.load(self.folder / "found.npz").items() if k.endswith("/predictions") and not k.startswith("float32"))
        return (found == numpy.load(self.folder / "classes.npz")["predictions"]).mean()

    def train(self, output, *words):
        """Top-1 in per cent of the test images."""
        return self.top1(self.run_script("--output", output, "--epochs", "6", "--rate", "0.05", "--predictions", "classes.npz", *words))

    def test_teaches_what_evaluate_finds(self):
        for family in ("symq", "dasq", "pot", "post"):
            with self.subTest(family=family):
                self.assertGreater(self.train(f"{family}.yaml", "--weights", f"{family}:3"), 60, "a quarter is chance")
                self.assertNotIn("BatchNormalization", [n.op_type for n in onnx.load(self.folder / f"{family}.network.onnx").graph.node])
                # Products of post have 4 fraction bits there; a mean is rounded from codes.
                self.assertGreaterEqual(self.agreement(f"{family}.yaml", family), 0.97 if family == "post" else 0.99)

    def test_teaches_lists_of_levels(self):
        self.assertGreater(self.train("levels.yaml", "--weights", "levels:2"), 60, "a quarter is chance")
        self.assertGreaterEqual(self.agreement("levels.yaml", "levels_per_channel"), 0.99)

    def test_teaches_adapters(self):
        self.assertGreater(self.train("asq.yaml", "--weights", "symq:3", "--adaptive"), 60, "a quarter is chance")
        text = (self.folder / "asq.yaml").read_text()
        self.assertIn("scheme: \"symq:w3a3:asq\"", text)
        self.assertIn("adapters:\n", text)
        self.assertGreaterEqual(self.agreement("asq.yaml", "symq", "--scheme", "symq:asq"), 0.97)
        biases = [float(values[0]) for name, values in read_safetensors(self.folder / "asq.safetensors").items() if name.endswith(".second.bias")]
        self.assertEqual(len(biases), text.split("adapters:")[1].count("{node: "))
        self.assertNotEqual(biases, [1.0] * len(biases), "no adapter has learned anything")

    def test_gives_attention_the_codes_that_it_reads(self):
        random = numpy.random.default_rng(3)
        for name in ("train", "test"):
            numpy.savez(self.folder / f"{name}.npz", x=random.integers(0, 256, (256, 28, 28)).astype(numpy.uint8), y=numpy.zeros(256, numpy.uint8))
        shutil.copy(ROOT / "workloads" / "nets" / "fashion_vit.onnx", self.folder / "small.onnx")
        for family in ("symq", "post"):
            with self.subTest(family=family):
                self.run_script("--weights", f"{family}:4", "--activation-bits", "4", "--output", "vit.yaml", "--epochs", "0", "--predictions", "classes.npz",
                                "--normalization", "")
                text = (self.folder / "vit.yaml").read_text()
                self.assertEqual(text.count("attn/Softmax"), 4)
                self.assertIn("least: 0, greatest: 15}", next(line for line in text.splitlines() if "attn/Softmax" in line))
                self.assertNotIn("Reshape", text, "the format stands where the values are computed")
                self.assertGreater(self.agreement("vit.yaml", family, bits="4"), 0.85)

    def test_restores_norms_that_were_folded(self):
        folded = onnx_network.OnnxNetwork(model()).written()
        x = torch.randn(64, 3, 8, 8)
        restored = with_norms(folded, x)
        self.assertEqual(len([n for n in restored.graph.node if n.op_type == "BatchNormalization"]), 4)
        before, after = onnx_network.OnnxNetwork(folded).eval(), onnx_network.OnnxNetwork(restored)
        with torch.no_grad():
            self.assertLess((before(x) - after.eval()(x)).abs().max(), 1e-4)
            self.assertLess((before(x) - after.train()(x)).abs().max(), 1e-3, "these images have the mean and deviation that the norms were given")

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
