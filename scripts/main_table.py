#!/usr/bin/env python3
"""Writes README.md's table of all formats, on their best and their least hardware, with and without memory on the chip.

    python3 scripts/main_table.py [--program build/release/bin/symmetree] [--network NAME=WORKLOAD ...]

The lines between the two marks in README.md are replaced. A further network is a trained model, say: --network "trained ResNet-20=resnet20.onnx".
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "README.md"
BEGIN, END = "<!-- written by scripts/main_table.py -->", "<!-- end of what scripts/main_table.py writes -->"
NETWORKS = {"DeiT-S": "deit_small", "ResNet-18": "resnet18"}
PLATFORMS = ["symq", "asymq_pre_subtract", "asymq_port_subtract", "asymq_row_sum", "asymq_row_sum_minimal", "asymq_widened", "dasq", "dasq_minimal",
             "pot", "pot_minimal", "post", "post_minimal", "apot", "apot_minimal", "levels"]
SCRATCHPAD = "scratchpad: {bytes: 524288, port_bits: 128, banks: 8, latency_cycles: 2}\n"
BATCH = 8


def with_scratchpad(preset):
    """The preset's text with 512 KiB that keep what fits."""
    text, found = re.subn(r"^mapping:\n", SCRATCHPAD + "mapping:\n  keep: both\n", preset, flags=re.MULTILINE)
    if found != 1:
        sys.exit("a preset without a section `mapping`")
    return text


def totals(options, workload, platforms, batch):
    """Of each platform file: area in um2, latency in s, energy in J."""
    command = [options.program, "compare", "--workload", workload, "--timing-only", "--format", "json", "--jobs", str(options.jobs)]
    for path in platforms:
        command += ["--platform", str(path)]
    if batch > 1:
        command += ["--batch", str(batch)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr.strip()}")
    return [(t["area_um2"], t["latency_s"] / batch, t["energy_j"] / batch) for t in (run["total"] for run in json.loads(done.stdout)["runs"])]


def ratio(of, base):
    return f"{of[1] / base[1]:.3f} / {of[2] / base[2]:.3f}"


def rows(options, workload, folder):
    presets = [(ROOT / "platforms/presets" / f"{name}.yaml").read_text() for name in PLATFORMS]
    plain, kept = [], []
    for name, text in zip(PLATFORMS, presets):
        plain.append(folder / f"{name}.yaml")
        kept.append(folder / f"{name}_kept.yaml")
        plain[-1].write_text(text)
        kept[-1].write_text(with_scratchpad(text))
    columns = [totals(options, workload, plain, 1), totals(options, workload, kept, 1), totals(options, workload, kept, BATCH)]
    base = [column[0] for column in columns]
    yield f"| `symq` | {base[0][0] / 1e6:.3f} mm2 | " + " | ".join(f"{1e3 * b[1]:.4g} ms, {1e6 * b[2]:.4g} uJ" for b in base) + " |"
    for i, name in enumerate(PLATFORMS[1:], 1):
        yield f"| `{name}` | {columns[0][i][0] / base[0][0]:.3f} | " + " | ".join(ratio(column[i], b) for column, b in zip(columns, base)) + " |"


def section(options):
    lines = [BEGIN, ""]
    for title, workload in {**NETWORKS, **dict(n.split("=", 1) for n in options.network)}.items():
        lines += [f"| {title}, W4/A4 | area | all tensors in DRAM | 512 KiB on the chip | and {BATCH} images at a time |", "| --- | --- | --- | --- | --- |"]
        with tempfile.TemporaryDirectory() as folder:
            lines += list(rows(options, workload, pathlib.Path(folder)))
        lines.append("")
    return lines + [END]


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--program", default=str(ROOT / "build/release/bin/symmetree"))
    words.add_argument("--network", action="append", default=[], metavar="NAME=WORKLOAD")
    words.add_argument("--jobs", type=int, default=2)
    options = words.parse_args()
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + "\n".join(section(options)) + rest.split(END)[1])


if __name__ == "__main__":
    main()
