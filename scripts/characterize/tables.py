"""Writes cost tables (docs/cost-model.md, "The file") from the points' results."""

import datetime
import importlib.util
import math
import pathlib
import re

import characterise
import grids
import synthesis
import tools
from characterise import RESOURCES
from operands import CLASSES
from units import CIRCUITS, ROOT, UNITS

spec = importlib.util.spec_from_file_location("make_published_table", ROOT / "scripts/make_published_table.py")
published = importlib.util.module_from_spec(spec)
spec.loader.exec_module(published)

AXES = ["weight_bits", "activation_bits", "lanes"]
COSTS = ["held_pj", "load_pj", "clock_pj", "leakage_uw", "area_um2", "delay_ns"]
CHECKS = ["residual", "spread", "checked"]

# The reference of ratio_45nm: 16 multipliers of 8 x 8 bits and the adders of their tree, published figures of one family.
REFERENCE_PJ = 16 * published.mul(8, 8).pj + published.tree(16, 16).pj
REFERENCE_UM2 = 16 * published.mul(8, 8).um2 + published.tree(16, 16).um2


def number(value):
    return str(value) if isinstance(value, int) else f"{value:.5g}"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'


def head(name, label, provenance, not_modelled):
    lines = ["# Written by scripts/characterize; change the flow or the RTL, not a row here. docs/cost-model.md explains.",
             f"name: {name}", f"label: {label}", "provenance:"]
    lines += [f"  - {quoted(text)}" for text in provenance]
    return lines + ["not_modelled:"] + [f"  - {quoted(text)}" for text in not_modelled]


def section(kind, name, rule, source, classes, columns, rows, streams=("dense", "outlier"), of="", origin=""):
    lines = [f"  - {kind}: {name}", *([f"    kind: {of}"] if of else []), f"    rule: {quoted(rule)}", f"    source: {quoted(source)}"]
    if kind == "unit":
        lines += [f"    classes: [{', '.join(classes)}]", f"    streams: [{', '.join(streams)}]"]
        lines += [f"    composed_lanes: {grids.COMPOSED[name]}"] if name in grids.COMPOSED and "held_pj" in columns else []
    lines += [f"    origin: {origin}"] if origin else []
    lines += [f"    columns: [{', '.join(columns)}]", "    rows:"]
    return lines + [f"      - [{', '.join(number(v) for v in row)}]" for row in rows]


def rows_of(unit, points):
    """(axis names, [(coordinates, point)]) of the largest complete grid."""
    found = grids.complete((p.k, p.a, p.lanes) for p in points)
    places = [i for i, axis in enumerate(AXES) if axis in UNITS[unit].axes]
    by_key = {(p.k, p.a, p.lanes): p for p in points}
    return [AXES[i] for i in places], [([key[i] for i in places], by_key[key]) for key in found]


def checks(result, c):
    fit = result["classes"][c]
    return [abs(round(fit["residual"], 4)), round(fit["spread"], 4), result["checked"]]


def class_rows(unit, points, results, c, price):
    axes, found = rows_of(unit, points)
    return axes, [at + price(p, results[p], results[p]["classes"][c]) + checks(results[p], c) for at, p in found]


def absolute(p, r, fit):
    return [fit["held_pj"], fit["load_pj"], r["clock_pj"], r["leakage_uw"], r["area_um2"], r["delay_ns"]]


def by_unit(results):
    units = {}
    for point in results:
        units.setdefault(point.unit, []).append(point)
    return units


def rtl_files(results):
    return sorted({s for p in results for s in UNITS[p.unit].sources()})


def rtl_digest(results):
    return tools.hashlib.sha256(b"".join(pathlib.Path(s).read_bytes() for s in rtl_files(results))).hexdigest()


def provenance(flow, results, wanted, minutes, command):
    versions = tools.versions()
    worst = [abs(f["residual"]) for r in results.values() for f in r["classes"].values()]
    spreads = [f["spread"] for r in results.values() for f in r["classes"].values()]
    return [
        f"date: {datetime.date.today().isoformat()}",
        f"command: {command.strip()}",
        f"tools: yosys {versions['yosys']}, opensta {versions['opensta']}, iverilog {versions['iverilog']}",
        f"library: {flow.o.liberty.name}, sha256 {tools.sha256(flow.o.liberty)}; cells: {pathlib.Path(flow.verilog).name}, sha256 "
        f"{tools.sha256(flow.verilog)}; {flow.library.volt:g} V, 25 C, typical",
        f"RTL: {len(rtl_files(results))} files below models/, sha256 of their text {rtl_digest(results)}",
        f"assumptions: {flow.assumptions.text()}",
        "assumptions: registers of held operands are double (active and shadow) and clock-gated, the gates not counted; other registers "
        "are clocked in every cycle; cell delays are those of the cells' specify blocks, no SDF; pre-layout",
        f"operands: the project's quantizers on a seeded Gaussian layer of 576 inputs, seeds {', '.join(map(str, characterise.SEEDS))}, "
        f"{characterise.VECTORS} vectors per class, seed and hold length",
        f"fit: energy per vector = held + load / hold through holds of {characterise.HOLDS[0]} and {characterise.HOLDS[1]} vectors, tried at "
        f"{characterise.HOLDS[2]}; residual: relative error there; spread: (largest - least) / mean of the seeds at the longest hold; "
        "checked: results of the netlist compared with the integer model",
        f"checks: {sum(r['checked'] for r in results.values())} results of netlists and {sum(r['rtl_checked'] for r in results.values())} of "
        "RTL in Icarus equal the integer model; no latch, no tristate, no multiplication left to yosys",
        f"validation: residual {100 * sum(worst) / len(worst):.1f} % on average, {100 * max(worst):.1f} % at most; spread "
        f"{100 * sum(spreads) / len(spreads):.1f} % on average, {100 * max(spreads):.1f} % at most",
        f"grid: {flow.o.grid}, {len(results)} of {wanted} points",
    ]


NOT_MODELLED = [
    "control: sequencer, address generation, outlier scheduling; the DMA engine and bus",
    "placement and routing: wires are a load per driven pin, nets of large fanout are not buffered",
    "clock tree and clock gates",
    "correlation between neighbouring activations; operands are independent draws",
    "single toggles and zero operands beyond the activation class; unused lanes of a part-filled tile cost as used ones",
    "storage of the channels' constants (bias, multiplier, shift, zero point) beyond one set of registers per tree or drain lane",
    "ASQ: beta times the constants of a layer's channels",
]


ABSENT_VECTOR_UNITS = f"absent: [{', '.join(name for name, *_ in published.VECTOR_UNITS)}]"  # they have no RTL


def write_absolute(flow, results, prov):
    units = by_unit(results)
    lines = head(flow.name, f"synthesised, {flow.library.name}, pre-layout, logic only",
                 prov + [f"mix: logic alone, synthesised with {flow.library.name}; no memories, so that no total stands beside it"],
                 ["memories: this library has none, so that there is no total energy and no total area", "vector unit: has no RTL"] + NOT_MODELLED)
    lines.append(ABSENT_VECTOR_UNITS)
    lines.append("units:")
    for unit in UNITS:
        if unit in CIRCUITS or unit not in units:
            continue
        for c in CLASSES:
            if UNITS[unit].storage:
                axes, rows = class_rows(unit, units[unit], results, c, lambda p, r, f: [r["delay_ns"]])
                rows = [[row[0], depth] + row[1:] for row in rows for depth in (grids.DEPTHS[0], grids.DEPTHS[-1])]
                lines += section("unit", unit, "Its storage is a memory, which this library has none of: only the delay of its adder. "
                                 "Its logic stands under circuits.", f"{flow.library.name}", [c],
                                 ["weight_bits", "lanes", "delay_ns"] + CHECKS, rows, origin="synthesised")
                continue
            axes, rows = class_rows(unit, units[unit], results, c, absolute)
            lines += section("unit", unit, UNITS[unit].rule or "netlist of models/" + UNITS[unit].files[-1], flow.library.name, [c],
                             axes + COSTS + CHECKS, rows, UNITS[unit].streams, origin="synthesised")
    lines.append("circuits:")
    for unit in units:
        if unit in CIRCUITS or UNITS[unit].storage:
            name = unit + "_logic" if UNITS[unit].storage else unit
            axes, rows = class_rows(unit, units[unit], results, "dense", absolute)
            lines += section("circuit", name, UNITS[unit].rule, flow.library.name, [], axes + COSTS + CHECKS, rows)
    lines.append("memories: []")
    return lines


def scales(results):
    """Factors from this library's energy and area to those of the 45 nm reference."""
    reference = next(r for p, r in results.items() if p.unit == "reference")
    return REFERENCE_PJ / reference["classes"]["dense"]["logic_pj"], REFERENCE_UM2 / reference["logic_um2"]


def write_ratio(flow, results, prov):
    energy, area = scales(results)
    units = by_unit(results)

    def relative(p, r, fit):
        um2 = r["area_um2"] * area
        return [fit["held_pj"] * energy, fit["load_pj"] * energy, r["clock_pj"] * energy, published.LEAKAGE_UW_PER_UM2 * um2, um2]

    name = "ratio_45nm"
    lines = head(name, f"synthesised ratios ({flow.library.name}) times a published 45 nm multiply-accumulate", prov + [
        f"reference: logic of a 16-lane tree of 8 x 8 bits, both operands uniform and new in every cycle; by [1] 16 mul8 and 266 / 8 add8: "
        f"{REFERENCE_PJ:.5g} pJ, {REFERENCE_UM2:.5g} um2 (one multiply-accumulate: {REFERENCE_PJ / 16:.4g} pJ, {REFERENCE_UM2 / 16:.4g} um2)",
        f"factors: energy * {energy:.5g}, area * {area:.5g}",
        "mix: logic is 180 nm synthesis scaled by one factor for energy and one for area, memories and the vector unit are published 45 nm "
        "figures as in published_45nm, of LPDDR those of another family, leakage per area is the 40 nm figure there; no delay, since delays do not scale by one factor"],
        NOT_MODELLED + published.NOT_MODELLED_OF_VECTOR_UNIT + ["idle, refresh and row energy of the DRAM; part-used words of a memory port, and the width of the port"])
    lines += published.overhead()
    costs = COSTS[:5]
    source = f"{flow.library.name} relative to {published.HOROWITZ}; leakage: {published.ALADDIN}"
    lines.append("units:")
    for unit in UNITS:
        if unit in CIRCUITS or unit not in units:
            continue
        for c in CLASSES:
            axes, rows = class_rows(unit, units[unit], results, c, relative)
            rule = UNITS[unit].rule or "netlist of models/" + UNITS[unit].files[-1] + ", scaled"
            if UNITS[unit].storage:
                axes, rows = ["weight_bits", "lanes"], [stored(row, depth) for row in rows for depth in grids.DEPTHS]
                rule += (" The storage is published_45nm's: held + 2 * W * storage_bit(W * depth / 8), one read and one write; area + 2 * "
                         "storage(W * depth).")
            origin = "mixed" if UNITS[unit].storage else "synthesised"
            lines += section("unit", unit, rule, source, [c], axes + costs + CHECKS, rows, UNITS[unit].streams, origin=origin)
    lines += vector_sections()
    lines.append("memories:")
    for memory, price, axes, memory_source, rule in published.MEMORIES:
        rows = [point + list(price(*point)) for point in published.points(axes)]
        lines += section("memory", memory, rule, memory_source, [], list(axes) + published.MEMORY_COSTS, rows, origin="published")
    for kind, dram_source, rule in published.DRAMS:
        lines += section("memory", "dram", rule, dram_source, [], published.MEMORY_COSTS, [published.dram(kind)], of=kind, origin="published")
    return lines + published.wire_section()


def vector_sections():
    """The vector unit has no RTL: its rows are published_45nm's."""
    lines = []
    for unit, price, axes, source, rule in published.VECTOR_UNITS:
        rows = [point + price(*point) for point in published.points(axes)]
        lines += section("unit", unit, "published_45nm's: " + rule, source, CLASSES, list(axes) + COSTS[:5], rows, origin="published")
    return lines


def stored(row, depth):
    """An accumulator's logic and its published storage of `depth` words in two banks."""
    bits = row[0] * depth
    um2 = 2 * published.storage_um2(bits)
    return [row[0], depth, row[1] + 2 * row[0] * published.storage_pj_per_bit(bits / 8), row[2], row[3],
            row[4] + published.LEAKAGE_UW_PER_UM2 * um2, row[5] + um2] + row[6:]


def write_fpga(flow, results, wanted, command):
    units = by_unit(results)
    tool = f"synth_xilinx {synthesis.FPGA_OPTIONS}"
    lines = head("xc7", "FPGA resources, Xilinx series 7, no energy", [
        f"date: {datetime.date.today().isoformat()}", f"command: {command.strip()}",
        f"tools: yosys {tools.versions()['yosys']}, {tool}; iverilog {tools.versions()['iverilog']}",
        f"cells: {synthesis.FPGA_CELLS.name} of yosys, sha256 {tools.sha256(synthesis.FPGA_CELLS)}",
        f"RTL: {len(rtl_files(results))} files below models/, sha256 of their text {rtl_digest(results)}",
        "resources: LUTs of any size, inverters among them; FDRE and its like; CARRY4; DSP48E1. Without DSPs, because yosys spends one per lane at "
        "any width; without LUTs joined by MUXF7 and MUXF8, which made trees a quarter larger; all registers are flip-flops, none LUT or block memory",
        "adders: carry-propagate adders are additions and use carry chains, the full adders of the bit heaps are LUTs. Two LUTs of at most five inputs "
        "in common are not packed into one, as vendors' tools do: compare within this table",
        f"checks: {sum(r['checked'] for r in results.values())} results of the mapped netlists in Icarus equal the integer model; operands as in osu018, "
        f"seed {characterise.SEEDS[0]}; no latch, no multiplication left to yosys",
        f"grid: {len(results)} of {wanted} points"],
        ["energy: none is invented for a board that was not measured", "area, delay, block RAM, placement and routing"] + NOT_MODELLED[:1])
    lines.append(ABSENT_VECTOR_UNITS)
    lines.append("units:")
    for unit in UNITS:
        if unit in CIRCUITS or unit not in units:
            continue
        axes, found = rows_of(unit, units[unit])
        rows = [at + [results[p][c] for c in [*RESOURCES, "checked"]] for at, p in found]
        rule = UNITS[unit].rule or "models/" + UNITS[unit].files[-1]
        if UNITS[unit].storage:
            axes, rows = ["weight_bits", "lanes"], [[row[0], depth] + row[1:] for row in rows for depth in (grids.DEPTHS[0], grids.DEPTHS[-1])]
            rule += " Without its storage, which is block RAM."
        lines += section("unit", unit, rule, tool, CLASSES, axes + [*RESOURCES, "checked"], rows, UNITS[unit].streams, origin="synthesised")
    return lines + ["memories: []"]


def blocks_of(lines):
    """[(name, lines)]: the sections of a unit or circuit, one after the other, and the lines of no section."""
    blocks, name = [], None
    for line in lines:
        match = re.match(r"  - (?:unit|circuit|memory): (\w+)", line)
        if match or not line.startswith(" "):
            name = match.group(1) if match else None
            blocks.append((name, []))
        elif not blocks:
            blocks.append((None, []))
        blocks[-1][1].append(line)
    return blocks


def updated(standing, fresh, units):
    """The standing table's lines with the sections of `units` from a fresh table; a unit that it lacks goes behind its predecessor in UNITS."""
    of = {unit: [lines for name, lines in blocks_of(fresh) if name == unit] for unit in units}
    blocks = blocks_of(standing)
    for unit in units:
        places = [i for i, (name, _) in enumerate(blocks) if name == unit]
        if not places:
            present = {name for name, _ in blocks}
            before = [u for u in list(UNITS)[:list(UNITS).index(unit)] if u in present][-1]
            places = [max(i for i, (name, _) in enumerate(blocks) if name == before) + 1]
        kept = [block for i, block in enumerate(blocks) if i not in places or block[0] != unit]
        blocks = kept[:places[0]] + [(unit, lines) for lines in of[unit]] + kept[places[0]:]
    return [line for _, lines in blocks for line in lines]


def with_rows_of(standing, fresh, units):
    """The fresh table's sections of `units` with the rows of the standing one among them."""
    merged = []
    stood = {unit: [lines for name, lines in blocks_of(standing) if name == unit] for unit in units}
    for name, lines in blocks_of(fresh):
        if stood.get(name):
            of = lines.index("    rows:") + 1
            columns = next(line for line in lines if line.startswith("    columns:"))
            before = stood[name].pop(0)
            if columns not in before:
                raise ValueError(f"{name}: the standing rows have other columns")
            axes = sum(axis in columns for axis in AXES)
            rows = lines[of:] + before[before.index("    rows:") + 1:]
            at = {row: [int(v) for v in row.strip(" -[]").split(", ")[:axes]] for row in rows}
            if len(rows) != math.prod(len({point[i] for point in at.values()}) for i in range(axes)):
                raise ValueError(f"{name}: rows that stand and those that are new don't fill a grid; derive the rest of it first")
            lines = lines[:of] + sorted(rows, key=at.get)
        merged += lines
    return merged


def lacking(path, points):
    """The points that a table has no row for; the reference always."""
    rows, unit = set(), None
    for line in path.read_text().splitlines():
        if match := re.match(r"  - (?:unit|circuit|memory): (\w+)", line):
            unit = match.group(1)
        elif match := re.match(r"      - \[(.*)\]", line):
            rows.add((unit, tuple(match.group(1).split(", ")[:len(UNITS[unit].axes)] if unit in UNITS else ())))
    key = lambda p: (p.unit, tuple(str(v) for v, axis in zip((p.k, p.a, p.lanes), AXES) if axis in UNITS[p.unit].axes))
    return [p for p in points if p.unit == "reference" or key(p) not in rows]


def with_note(lines, results, command):
    """The table's provenance, and that some of its units are younger; a note on the same units before falls away."""
    lines = [line for line in lines if not (line.startswith('  - "derived again') and f", {command.strip()}:" in line)]
    end = next(i for i, line in enumerate(lines) if line.startswith("not_modelled:"))
    note = (f"derived again: {datetime.date.today().isoformat()}, {command.strip()}: {len(results)} points, "
            f"{sum(r['checked'] for r in results.values())} results checked; {len(rtl_files(results))} files of RTL, sha256 of their text {rtl_digest(results)}")
    return lines[:end] + [f"  - {quoted(note)}"] + lines[end:]


def write(flow, results, wanted, minutes, command):
    """Writes the tables of these results; returns their paths."""
    command = re.sub(r"\s*--(?:work|operands|output|jobs)[ =]\S+|\s*--no-run", "", command)
    if not results:
        return []
    written = []

    def put(name, lines):
        path = flow.o.output / f"{name}.yaml"
        if flow.o.add:
            lines = with_rows_of(path.read_text().splitlines(), lines, flow.o.units.split(","))
        if flow.o.update:
            lines = with_note(updated(path.read_text().splitlines(), lines, flow.o.units.split(",")), results, command)
        path.with_suffix(".tmp").write_text("\n".join(lines) + "\n")
        path.with_suffix(".tmp").rename(path)
        written.append(path)

    if flow.fpga:
        put("xc7", write_fpga(flow, results, wanted, command))
    else:
        prov = provenance(flow, results, wanted, minutes, command)
        put(flow.name, write_absolute(flow, results, prov))
        if flow.name == "osu018" and any(p.unit == "reference" for p in results):
            put("ratio_45nm", write_ratio(flow, results, prov))
    return written


TOLERANCE = 0.002  # energies; the simulation is deterministic, its sums are rounded for the file


def differences(path, point, result):
    """What a committed table says otherwise of a point; [] when it agrees."""
    axes = [axis for axis in AXES if axis in UNITS[point.unit].axes]
    key = [dict(zip(AXES, (point.k, point.a, point.lanes)))[axis] for axis in axes]
    problems, unit, classes, columns, seen = [], None, None, None, 0
    for line in path.read_text().splitlines():
        if match := re.match(r"  - (?:unit|circuit|memory): (\w+)", line):
            unit = match.group(1)
        elif match := re.match(r"    (classes|columns): \[(.*)\]", line):
            words = match.group(2).split(", ")
            classes, columns = (words, columns) if match.group(1) == "classes" else (classes, words)
        elif unit == point.unit and (match := re.match(r"      - \[(.*)\]", line)):
            row = dict(zip(columns, map(float, match.group(1).split(", "))))
            if [row[axis] for axis in axes] != key:
                continue
            seen += 1
            fresh = dict(zip(COSTS, absolute(point, result, result["classes"][classes[0]])))
            for column, value in fresh.items():
                exact = column in ("area_um2", "delay_ns")
                if abs(float(number(value)) - row[column]) > (0 if exact else TOLERANCE * abs(row[column])):
                    problems.append(f"{point.text()} {classes[0]} {column}: {number(value)}, table {row[column]}")
    return problems if seen else [f"{point.text()}: no row in {path.name}"]
