#!/usr/bin/python3
"""What `symmetree evaluate` finds of trained workloads, beside what their trainer found, as rows of a CSV file.

    trained_results.py --images test.npz --calibration train.npz trained/*.yaml --output results.csv
    trained_results.py --images test.npz --calibration train.npz --post-training symq:3,post:3 resnet20.onnx --output results.csv

A workload that has a row already is not evaluated again. NAME.classes.npz beside NAME.yaml (train_quantized.py --predictions) has the trainer's
classes of the same images. Each scheme runs on the preset of its family. A row of 0 epochs is of post-training quantization, with the defaults.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import tempfile

import numpy

FIELDS = ("workload", "scheme", "epochs", "rate", "seed", "images", "trainer_top1", "evaluate_top1", "same_class", "cycles", "energy_uj")


def percent(share):
    return f"{100 * share:.2f}"


def preset_of(scheme):
    family = scheme.split(":")[0]
    if ":channel" in scheme:
        return f"{family}_per_channel"
    return {"asymq": "asymq_row_sum"}.get(family, family)


def evaluated(workload, scheme, options):
    """Labels, best classes, and the row of the report."""
    family, weight_bits, activation_bits = re.match(r"(\w+):w(\d)a(\d)", scheme).groups()
    with tempfile.TemporaryDirectory() as folder:
        values = pathlib.Path(folder) / "classes.npz"
        command = [options.program, "evaluate", "--workload", str(workload), "--images", options.images, "--calibration", options.calibration, "--format", "json",
                   "--platform", preset_of(scheme), "--weight-bits", weight_bits, "--activation-bits", activation_bits, "--limit", str(options.limit),
                   "--dump", "predictions", "--dump-to", str(values), "--jobs", str(options.jobs)]
        if options.normalization:
            command += ["--normalization", options.normalization]
        if scheme.endswith(":asq"):
            command += ["--scheme", f"{family}:asq"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\n{done.stderr.strip()}")
        with numpy.load(values) as arrays:
            found = next(arrays[name] for name in arrays.files if name.endswith("/predictions") and not name.startswith("float32/"))
            return arrays["labels"], found, json.loads(done.stdout)["evaluation"]["rows"][1]


def row_of(name, workload, scheme, options, run=("0", "", "")):
    """`run`: epochs, rate and seed."""
    labels, found, report = evaluated(workload, scheme, options)
    trained = pathlib.Path(workload).with_suffix(".classes.npz")
    ours = numpy.load(trained)["predictions"][:len(labels)] if trained.exists() else None
    return {"workload": name, "scheme": report["scheme"] if run[0] == "0" else scheme, **dict(zip(("epochs", "rate", "seed"), run)), "images": len(labels),
            "trainer_top1": "" if ours is None else percent((ours == labels).mean()), "evaluate_top1": percent(report["top1"] / len(labels)),
            "same_class": "" if ours is None else percent((ours == found).mean()), "cycles": report["run"]["total"]["cycles"],
            "energy_uj": f"{1e6 * report['run']['total']['energy_j']:.4g}"}


def rows_wanted(options):
    """By name of the row, what row_of gets."""
    for path in options.workloads:
        stem = pathlib.Path(path).stem
        if options.post_training:
            for word in options.post_training.split(","):
                family, bits, *more = word.split(":")
                scheme = ":".join([family, f"w{bits}a{bits}", *more])
                yield f"{stem} {scheme}", (path, scheme, options)
        else:
            text = pathlib.Path(path).read_text()
            scheme, *run = re.search(r"train_quantized.py (\S+), (\d+) epochs, rate ([\d.e-]+), seed (\d+)", text).groups()
            yield stem, (path, scheme, options, run)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="+", help="trained ones, or with --post-training float networks")
    parser.add_argument("--post-training", help="family and bits of weights and activations, several with commas between: symq:3,post:3")
    parser.add_argument("--normalization", help="of the pixels, where the network has none")
    parser.add_argument("--images", required=True)
    parser.add_argument("--calibration", required=True)
    parser.add_argument("--limit", type=int, default=0, help="images; 0: all")
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--program", default="symmetree")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    known = set()
    if options.output.exists():
        with open(options.output, newline="") as file:
            known = {row["workload"] for row in csv.DictReader(file)}
    for name, what in rows_wanted(options):
        if name in known:
            continue
        row = row_of(name, *what)
        is_new = not options.output.exists()
        with open(options.output, "a", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
            if is_new:
                writer.writeheader()
            writer.writerow(row)
        print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
