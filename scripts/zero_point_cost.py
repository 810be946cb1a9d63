#!/usr/bin/env python3
"""Writes the tables and the figure of docs/cost-model.md, "Does a zero point cost 1.3 times as much?", from `symmetree cost`.

    python3 scripts/zero_point_cost.py [--program build/release/bin/symmetree] [--table osu018]

The lines between the two marks in docs/cost-model.md and docs/images/zero_point_cost.svg are replaced; the figure needs gnuplot.
"""

import argparse
import csv
import io
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE, FIGURE = ROOT / "docs/cost-model.md", ROOT / "docs/images/zero_point_cost.svg"
BEGIN, END = "<!-- written by scripts/zero_point_cost.py -->", "<!-- end of what the script writes -->"
VARIANTS = ["pre_subtract", "port_subtract", "widened", "row_sum_every_cycle", "row_sum_at_drain", "dasq", "pot", "post", "post_word", "apot"]
MEASURES = [("area_um2", "area"), ("held_pj_per_mac", "energy, weights held"), ("streamed_pj_per_mac", "energy, new weights for every vector")]
COLOURS = ["#222222", "#1b7837", "#5aae61", "#4393c3", "#b35806", "#e08214", "#762a83", "#d6604d", "#b2182b", "#f4a582", "#999999"]  # one k + 1 over k, then the variants
WIDTHS, ACTIVATIONS, PLOTTED = range(2, 9), [3, 4, 8], 4


def costs(program, table, activation_bits):
    """{(variant, k): row} of the command's CSV; an empty cell is absent."""
    words = [program, "cost", "--table", table, "--activation-bits", str(activation_bits), "--format", "csv"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return {(row["variant"], int(row["weight_bits"])): row for row in csv.DictReader(io.StringIO(text))}


def number(row, column):
    return float(row[column]) if row and row[column] else None


def shown(value):
    return "-" if value is None else f"{value:.2f}"


def ratios(rows, variant, k):
    return [number(rows[variant, k], f"{column}_over_symq") for column, _ in MEASURES]


def wider(rows, k):
    """A symmetric tree of one bit more over one of k bits."""
    return [number(rows.get(("symq", k + 1)), f"{column}_over_narrower") for column, _ in MEASURES]


def cell(values):
    return "-" if all(v is None for v in values) else " / ".join(shown(v) for v in values)


def ratio_table(rows):
    lines = ["| k | SymQ, k + 1 over k | " + " | ".join(VARIANTS) + " |", "| --- " * (len(VARIANTS) + 2) + "|"]
    for k in WIDTHS:
        lines.append(f"| {k} | " + " | ".join([cell(wider(rows, k))] + [cell(ratios(rows, v, k)) for v in VARIANTS]) + " |")
    return lines


def ranking(rows, k):
    """Per measure, the variants from the cheapest on, with their ratios."""
    lines = []
    for i, (_, title) in enumerate(MEASURES):
        known = [(ratios(rows, v, k)[i], v) for v in VARIANTS] + [(1.0, "symq")]
        ordered = sorted((value, v) for value, v in known if value is not None)
        missing = [v for value, v in known if value is None]
        lines.append(f"| {title} | " + " < ".join(f"{v} {value:.2f}" for value, v in ordered) + (f" (no rows: {', '.join(missing)})" if missing else "") + " |")
    return lines


def section(table, by_activations):
    lines = [BEGIN, "", f"Over SymQ at the same k, table `{table}`, 16 lanes, ReLU activations: area / energy with weights held / energy with new weights for every vector."]
    for a, rows in by_activations.items():
        lines += ["", f"Activations of {a} bits:", ""] + ratio_table(rows)
    for k in (3, 4):
        lines += ["", f"Ranking at k = {k}, activations of {PLOTTED} bits:", "", "| by | cheapest first, over SymQ |", "| --- | --- |"] + ranking(by_activations[PLOTTED], k)
    return lines + ["", END]


def plot(rows, path):
    """Three panels side by side and their key: ratio over SymQ against k, for every variant and for a symmetric tree of one bit more."""
    series = [("SymQ, k + 1 over k", lambda k: wider(rows, k))] + [(v.replace("_", " "), lambda k, v=v: ratios(rows, v, k)) for v in VARIANTS]
    data = []
    for _, values in series:
        data += [" ".join([str(k)] + ["NaN" if v is None else f"{v:.6g}" for v in values(k)]) for k in WIDTHS] + ["", ""]
    script = ["set terminal svg size 1280,420 font 'sans,12'", f"set output '{path}'", "$costs << EOD", *data, "EOD",
              "set multiplot layout 1,4", "set xlabel 'width of the weight codes, bits'", "set yrange [0.4:2.1]", "set xrange [1.7:8.3]", "set grid ytics lc rgb '#dddddd'",
              "set arrow 1 from 1.7,1.3 to 8.3,1.3 nohead dt 2 lc rgb '#666666'"]
    for panel, (_, title) in enumerate(MEASURES):
        script += [f"set title '{title}, over SymQ'", "unset key"]
        script.append("plot " + ", ".join(f"$costs index {i} using 1:{panel + 2} with linespoints lw {3 if i == 0 else 1.5} lc rgb '{COLOURS[i]}' pt {i + 1} ps 0.6 title '{name}'"
                                          for i, (name, _) in enumerate(series)))
    # what the lines are, where a fourth panel would stand
    script += ["unset title", "unset xlabel", "unset border", "unset tics", "unset grid", "unset arrow 1", "set key left top font ',11'"]
    script.append("plot " + ", ".join(f"NaN with linespoints lw {3 if i == 0 else 1.5} lc rgb '{COLOURS[i]}' pt {i + 1} ps 0.6 title '{name}'"
                                      for i, (name, _) in enumerate(series)))
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", check=True, text=True)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--program", default=str(ROOT / "build/release/bin/symmetree"))
    words.add_argument("--table", default="osu018")
    options = words.parse_args()
    by_activations = {a: costs(options.program, options.table, a) for a in ACTIVATIONS}
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(before + "\n".join(section(options.table, by_activations)) + rest.split(END)[1])
    plot(by_activations[PLOTTED], FIGURE)


if __name__ == "__main__":
    main()
