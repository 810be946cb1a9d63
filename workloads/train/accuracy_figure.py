#!/usr/bin/python3
"""Accuracy against the energy of an image, of trained and post-training formats, from a file that trained_results.py wrote.

    accuracy_figure.py results.csv --output accuracy.svg [--title TEXT] [--float 92.02]

One curve for each family of formats, from few bits to many: solid with filled points where it was trained, means over the seeds, dashed with open points where it was not.
"""
import argparse
import collections
import csv
import pathlib
import re
import statistics
import subprocess
import sys

NAMES = {"symq": "SymQ", "asymq": "AsymQ", "dasq": "DASQ", "pot": "PoT", "post": "POST", "apot": "APoT", "levels": "levels"}
COLOURS = {"SymQ": "#1b6ca8", "AsymQ": "#7d7d7d", "DASQ": "#c0392b", "PoT": "#d68910", "POST": "#1e8449", "APoT": "#6e2c00", "levels": "#7d3c98", "SymQ + ASQ": "#5dade2",
           "POST + ASQ": "#58d68d"}


def curves(rows):
    """By name and whether it was trained: by bits, energy and accuracy, means over what differs in the seed alone."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        family, bits = re.match(r"(\w+):w(\d)", row["scheme"]).groups()
        name = NAMES[family] + (" + ASQ" if row["scheme"].endswith(":asq") else "")
        found[name, row["epochs"] != "0"][int(bits)].append((float(row["energy_uj"]), float(row["evaluate_top1"])))
    return {key: {bits: tuple(statistics.mean(part) for part in zip(*points)) for bits, points in sorted(by_bits.items())} for key, by_bits in found.items()}


def script_of(found, options):
    blocks, plots = [], []
    for i, ((name, is_trained), points) in enumerate(sorted(found.items(), key=lambda item: (list(COLOURS).index(item[0][0]), not item[0][1]))):
        blocks.append(f"$c{i} << EOD\n" + "".join(f"{energy} {accuracy} {bits}\n" for bits, (energy, accuracy) in points.items()) + "EOD")
        style = f"dashtype {1 if is_trained else 2} linewidth 1.5 pointtype {7 if is_trained else 6} pointsize 0.7 linecolor rgb '{COLOURS[name]}'"
        plots.append(f"$c{i} using 1:2 with linespoints {style} title '{name}, {'trained' if is_trained else 'post-training'}'")
    if options.float:
        plots.append(f"{options.float} with lines dashtype 3 linecolor rgb '#444444' title 'float32'")
    return "\n".join([f"set terminal svg noenhanced size 860,480 font 'DejaVu Sans,12' background rgb 'white'", f"set output '{options.output}'", *blocks,
                      f"set title '{options.title}'" if options.title else "unset title", "set xlabel 'energy of an image, uJ'", "set ylabel 'top-1, %'",
                      "set key outside right top", "set grid linecolor rgb '#dddddd'", "set offsets graph 0.03, graph 0.03, graph 0.05, graph 0.03",
                      "plot " + ", \\\n  ".join(plots)]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--output", required=True)
    parser.add_argument("--title", default="")
    parser.add_argument("--float", type=float, help="accuracy of the float network, as a line")
    options = parser.parse_args()
    with open(options.results, newline="") as file:
        found = curves(csv.DictReader(file))
    sys.exit(subprocess.run(["gnuplot"], input=script_of(found, options), text=True).returncode)


if __name__ == "__main__":
    main()
