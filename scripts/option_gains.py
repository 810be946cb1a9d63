#!/usr/bin/env python3
"""What each option of post-training quantization gains: top-1 in per cent by option and platform, as a table in Markdown.

    scripts/option_gains.py --widths 3,4 --limit 2000 -- --workload resnet20.onnx --images held_out.npz --calibration train.npz --normalization "mean=... std=..."

What stands behind `--` goes to `symmetree evaluate` as it is. Give images that decide nothing else: not those of --calibration, and no test
images where a default is to be chosen.
"""
import argparse
import json
import subprocess
import sys

OPTIONS = [("nearest, narrow residuals", ["--rounding", "nearest", "--residuals", "narrow"]),
           ("nearest", ["--rounding", "nearest"]),
           ("compensated, narrow residuals", ["--rounding", "compensated", "--residuals", "narrow"]),
           ("compensated", ["--rounding", "compensated"]),
           ("compensated, `--step-search outputs`", ["--rounding", "compensated", "--step-search", "outputs"]),
           ("compensated, `--activation-steps logits`", ["--rounding", "compensated", "--activation-steps", "logits"]),
           ("nearest, `--equalize layers`", ["--rounding", "nearest", "--equalize", "layers"]),
           ("compensated, `--equalize layers`", ["--rounding", "compensated", "--equalize", "layers"]),
           ("nearest, `--smooth norms`", ["--rounding", "nearest", "--smooth", "norms"]),
           ("compensated, `--smooth norms`", ["--rounding", "compensated", "--smooth", "norms"])]
PLATFORMS = ["symq", "asymq_row_sum", "dasq", "pot", "post", "apot"]


def top1(program, width, limit, platforms, words):
    """Top-1 in per cent by platform, that of the float network under float32."""
    command = [program, "evaluate", *words, "--weight-bits", str(width), "--activation-bits", str(width), "--limit", str(limit), "--check", "0", "--format", "json"]
    for platform in platforms:
        command += ["--platform", platform]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr.strip()}")
    table = json.loads(done.stdout)["evaluation"]
    return {row["platform"]: 100 * row["top1"] / table["images"] for row in table["rows"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="symmetree")
    parser.add_argument("--widths", default="4,3", help="of weights and activations, one table row each per option")
    parser.add_argument("--limit", type=int, default=0, help="images (0: all)")
    parser.add_argument("--platforms", default=",".join(PLATFORMS))
    parser.add_argument("words", nargs=argparse.REMAINDER, help="-- and what `evaluate` gets")
    options = parser.parse_args()
    words, platforms = [w for w in options.words if w != "--"], options.platforms.split(",")
    print(f"| W, A | options | {' | '.join(f'`{p}`' for p in platforms)} |\n| --- | --- |{' --- |' * len(platforms)}")
    for width in options.widths.split(","):
        runnable = [p for p in platforms if p != "apot" or int(width) in (4, 5)]
        for name, given in OPTIONS:
            found = top1(options.program, width, options.limit, runnable, words + given)
            cells = [f"{found[p]:.2f}" if p in found else "-" for p in platforms]
            print(f"| {width} | {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nfloat: {found['float32']:.2f}", file=sys.stderr)


if __name__ == "__main__":
    main()
