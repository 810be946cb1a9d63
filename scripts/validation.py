#!/usr/bin/env python3
"""Writes the tables of docs/validation.md: published accelerators beside platforms of their size in docs/validation/.

    validation.py [--program build/release/bin/symmetree] [--check]

--check: exit 1 when the page's tables differ from what the program gives.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/validation.md"

# Stillmaker and Baas, Integration 58 (2017): area factors between nodes; energy of a node as a V^2 + b V + c.
AREA_FROM_45 = {16: 0.19, 65: 1.5}
ENERGY = {16: (0.2958, -0.1241, 0.03024), 45: (1.103, -0.362, 0.2767), 65: (3.755, -4.398, 1.975)}
VOLTS = {16: 0.8, 45: 0.9, 65: 1.0}  # 45 nm: that of the cost table; the others: hwcomponents' 0.8 V at 16 nm, 1 V at 65 nm

# NVDLA primer: multipliers -> frames of ResNet-50 per second, average mW at 16 nm, mm2 at 16 nm.
NVDLA = {64: (7.3, 21, 0.55), 256: (46, 48, 1.0), 2048: (269, 291, 3.3)}
# Eyeriss, JSSC 2017: 13 convolutions of VGG-16, 3 images in 4309.5 ms at 236 mW; die of 4 mm x 4 mm.
EYERISS = (3 / 4.3095, 236, 16.0)


def energy_at(node):
    a, b, c = ENERGY[node]
    return a * VOLTS[node] ** 2 + b * VOLTS[node] + c


class Run:
    """One run without DRAM, at the table's 45 nm."""

    def __init__(self, program, workload, platform):
        words = [program, "run", "--workload", workload, "--platform", str(ROOT / "docs/validation" / f"{platform}.yaml"), "--timing-only", "--format", "json"]
        r = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        energy, area = r["total"]["energy_pj"], r["area_um2"]
        self.fps = 1 / r["total"]["latency_s"]
        self.utilization = r["total"]["utilization"]
        self.overhead_mj, self.overhead_mm2 = energy["overhead"] * 1e-9, area["overhead"] * 1e-6
        self.mj = (sum(energy.values()) - energy["dram"]) * 1e-9 - self.overhead_mj
        self.mm2 = sum(area.values()) * 1e-6 - self.overhead_mm2
        self.composed = r["price_origins"]["mac_tree"]

    def rows(self, node):
        """(fps, mW, mJ, mm2) without and with overhead, at another node."""
        e, a = energy_at(node) / energy_at(45), AREA_FROM_45[node]
        for mj, mm2 in ((self.mj, self.mm2), (self.mj + self.overhead_mj, self.mm2 + self.overhead_mm2)):
            yield self.fps, mj * e * self.fps, mj * e, mm2 * a


def cells(row):
    return " | ".join(f"{v:.3g}" for v in row)


def table(name, node, published, run):
    fps, mw, mm2 = published
    plain, full = run.rows(node)
    at = f"scaled to {node} nm"
    return [f"| {name}, published | {cells((fps, mw, mw / fps, mm2))} |", f"| this model, {at} | {cells(plain)} |",
            f"| this model with overhead, {at} | {cells(full)} |"]


def tables(program):
    head = ["| | frames / s | mW | mJ / frame | mm2 |", "| --- | --- | --- | --- | --- |"]
    nvdla, used = list(head), []
    for macs, published in NVDLA.items():
        run = Run(program, "resnet50", f"nvdla_{macs}")
        nvdla += table(f"NVDLA, {macs} multipliers", 16, published, run)
        used.append(f"{macs}: {100 * run.utilization:.0f} %, NVDLA {100 * published[0] * 4.089 / macs:.0f} %")
    eyeriss = head + table("Eyeriss", 65, EYERISS, Run(program, str(ROOT / "docs/validation/vgg16_conv.yaml"), "eyeriss"))
    return {"nvdla": nvdla + ["", "Share of the multipliers' cycles that have work, 4.089 GMAC per frame: " + "; ".join(used) + "."], "eyeriss": eyeriss}


def main(words):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--program", default=str(ROOT / "build/release/bin/symmetree"))
    p.add_argument("--check", action="store_true")
    o = p.parse_args(words)
    text = before = PAGE.read_text()
    for name, lines in tables(o.program).items():
        begin, end = f"<!-- {name}, written by scripts/validation.py -->\n", f"\n<!-- end of {name} -->"
        first = text.index(begin) + len(begin)
        text = text[:first] + "\n" + "\n".join(lines) + "\n" + text[text.index(end):]
    if o.check and text != before:
        sys.exit(f"{PAGE}: differs from what the program gives; run {pathlib.Path(__file__).name}")
    if not o.check:
        PAGE.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
