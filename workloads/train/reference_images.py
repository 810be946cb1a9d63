#!/usr/bin/python3
"""Writes images, with how to normalize them, as the JSON that onnxruntime_logits.mjs reads. See README.md."""
import argparse
import json

import numpy

import train_fashion

IMAGENET = {"divisor": 255, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="'fashion' (test images), 'random' (3x32x32, seed 1) or an npz file with x as [N,H,W,3]")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of Fashion-MNIST's files")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    if arguments.source == "fashion":
        pixels, _ = train_fashion.load(arguments.data, "t10k")
        pixels, source = pixels.numpy(), "Fashion-MNIST, t10k-images-idx3-ubyte"
        normalization = {"divisor": 255, "mean": [train_fashion.MEAN], "std": [train_fashion.STD]}
    elif arguments.source == "random":
        pixels = numpy.random.RandomState(1).randint(0, 256, (arguments.count, 3, 32, 32))
        source, normalization = "numpy.random.RandomState(1).randint(0, 256)", IMAGENET
    else:
        pixels = numpy.load(arguments.source)["x"].transpose(0, 3, 1, 2)
        source, normalization = arguments.source.rsplit("/", 1)[-1], IMAGENET
    pixels = pixels[:arguments.count]
    with open(arguments.output, "w") as file:
        json.dump({"source": f"{source}, first {arguments.count}", "normalization": normalization, "shape": list(pixels.shape[1:]),
                   "pixels": pixels.reshape(len(pixels), -1).tolist()}, file)


if __name__ == "__main__":
    main()
