"""One point of a table: synthesis, checks, toggles, energies."""

import random
import time

import simulation
import synthesis
from energy import Fit, energy_pj, toggle_energies
from operands import CLASSES
from tools import ToolError
from units import pack_fields

HOLDS = (2, 16, 6)      # cycles per weight load: two to fit, the last to validate
SEEDS = (1, 2, 3)
VECTORS = 96            # per class, seed and hold length
IDLE_CYCLES = 16
RESOURCES = ("luts", "flip_flops", "carries", "dsps")
RTL_CYCLES = 24         # the RTL is slow in Icarus; tests/rtl checks it at full length. The netlist is checked on every cycle


class Program:
    """The cycles that a point is driven with: (segment, load, vector, expected result)."""

    def __init__(self, unit, point, source, classes=CLASSES, seeds=SEEDS, holds=HOLDS, vectors=VECTORS):
        self.unit, self.point = unit, point
        unit.restart()
        self.cycles, self.segments = [], {}
        self.holds = holds if unit.load_fields(point) else holds[:1]
        for c in classes:
            for seed in seeds:
                operands = source.operands(unit.scheme(point), c, seed)
                for number, hold in enumerate(self.holds):
                    draw = random.Random(f"{point.name()} {c} {seed} {hold}")
                    self.add((c, seed, hold), list(unit.segment(point, operands, hold, vectors, 40 * (seed - 1) + 12 * number, draw)))
        self.idle()

    def add(self, key, cycles):
        segment = len(self.segments) + 1
        self.segments[segment] = key
        loads = [load for load, _, _ in cycles if load is not None]
        if loads:  # the shadow register is one load ahead of the active one
            self.cycles.append((0, loads[0], cycles[0][1], None))
            following = iter(loads[1:] + loads[:1])
        for load, vector, result in cycles:
            self.cycles.append((segment, next(following) if load is not None else None, vector, result))

    def idle(self):
        last = self.unit.idle(self.point, self.cycles[-1][2])
        self.cycles += [(0, None, last, None)] * (self.unit.depth + 1)
        segment = len(self.segments) + 1
        self.segments[segment] = "idle"
        self.cycles += [(segment, None, last, None)] * IDLE_CYCLES

    def check(self, outputs, what):
        """Compares with the integer model; returns how many results were compared."""
        compared, digits = 0, len(outputs[-1]) if outputs else 0
        for i, (_, _, _, result) in enumerate(self.cycles):
            at = i + self.unit.depth
            if result is None or at >= len(outputs):
                continue
            if outputs[at].lower() != f"{result:0{digits}x}":
                raise ToolError(f"{what} of {self.point.text()}: cycle {i} gives {outputs[at]}, the integer model {result:x}")
            compared += 1
        return compared


def ports_of(unit, point):
    fields = {"vector": unit.vector_fields(point), "load": unit.load_fields(point), "mode": unit.mode_fields(point)}
    return {"clk": 1, "load_clk": 1, **{name: max(1, unit.bits(f)) for name, f in fields.items()}, "out": unit.output_bits(point)}


def prepare(unit, point, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "top.sv").write_text(unit.top(point))
    return [*unit.sources(), folder / "top.sv"]


def write_bench(unit, point, program, folder):
    """vectors.hex for the program; the ports' widths and the layout of its words."""
    ports = ports_of(unit, point)
    mode = pack_fields(unit.mode(point), unit.mode_fields(point))
    layout = simulation.layout_of(ports["vector"], ports["load"], ports["mode"], mode, ports["out"], program.cycles)
    simulation.write_vectors([c[:3] for c in program.cycles], layout, folder)
    return ports, layout


def fpga_program(unit, point, source):
    """Only to check results: one seed."""
    return Program(unit, point, source, seeds=SEEDS[:1])


def fpga(unit, point, folder, program):
    """Resources of a point on an FPGA, its netlist checked against the integer model."""
    began = time.time()
    sources = prepare(unit, point, folder)
    result = synthesis.fpga_resources(sources, folder)
    _, layout = write_bench(unit, point, program, folder)
    cells = synthesis.FPGA_CELLS
    result["checked"] = program.check(simulation.untimed_outputs(["fpga.v", cells], layout, len(program.cycles), "fpga", folder), "FPGA netlist")
    for resource in RESOURCES:
        result[resource] = round(result[resource] / unit.copies(point))
    return {**result, "seconds": round(time.time() - began, 1)}


def characterise(unit, point, source, library, library_verilog, assumptions, folder, program=None):
    """Everything that a table says about a point, as plain data."""
    began = time.time()
    sources = prepare(unit, point, folder)
    program = program or Program(unit, point, source)
    netlist = synthesis.synthesise(sources, library, folder)
    delay = synthesis.delay_ns(netlist, library, assumptions, folder)
    clock_ns = round(1.6 * delay + 2, 0)

    ports, layout = write_bench(unit, point, program, folder)
    from_rtl = simulation.untimed_outputs(sources, layout, RTL_CYCLES, "rtl", folder)
    from_gates, toggles = simulation.gate_toggles(netlist, library_verilog, layout, ports, clock_ns,
                                                  assumptions.input_delay_ns, folder)
    rtl_compared, compared = program.check(from_rtl, "RTL"), program.check(from_gates, "netlist")
    if any(a != b for a, b in list(zip(from_rtl, from_gates))[unit.depth + 1:]):
        raise ToolError(f"netlist and RTL of {point.text()} differ")

    energies = toggle_energies(netlist, library, assumptions)
    share = unit.load_clock_share(point)
    if share != 1:
        load_clock = netlist.inputs["load_clk"]
        energies[load_clock] = tuple(share * pj for pj in energies[load_clock])
    spent = {key: energy_pj(toggles.get(segment, {}), energies) for segment, key in program.segments.items()}
    clock_pj = spent.pop("idle") / IDLE_CYCLES
    lengths = {}
    for segment, *_ in program.cycles:
        lengths[segment] = lengths.get(segment, 0) + 1
    per_vector = {key: spent[key] / lengths[segment] for segment, key in program.segments.items() if key != "idle"}
    result = {"area_um2": netlist.area_um2, "delay_ns": delay, "leakage_uw": netlist.leakage_uw, "clock_pj": clock_pj,
              "cells": len(netlist.cells), "flip_flops": netlist.flip_flops, "checked": compared, "rtl_checked": rtl_compared, "classes": {}}
    for c in sorted({key[0] for key in per_vector}):
        result["classes"][c] = fit_class(per_vector, c, program.holds)
        result["classes"][c]["logic_pj"] = logic_pj(netlist, library, toggles, energies, program, lengths, c)
    result["logic_um2"] = netlist.area_um2 - sum(library.cells[k].area_um2 for k in netlist.cells if library.cells[k].kind == "flip_flop")
    share_out(result, unit.copies(point), unit.operations(point))
    result["seconds"] = round(time.time() - began, 1)
    return result


def share_out(result, copies, operations):
    """Leaves one unit's share of a circuit that has `copies` of it, `operations` of which work in every cycle."""
    for quantity in ("area_um2", "leakage_uw", "clock_pj", "logic_um2"):
        result[quantity] /= copies
    for fit in result["classes"].values():
        for quantity in ("held_pj", "load_pj", "logic_pj"):
            fit[quantity] /= operations


def fit_class(per_vector, c, holds):
    energy = {(hold, seed): pj for (name, seed, hold), pj in per_vector.items() if name == c}
    seeds = sorted({seed for _, seed in energy})
    if len(holds) == 1:
        values = [energy[holds[0], s] for s in seeds]
        mean = sum(values) / len(values)
        return {"held_pj": mean, "load_pj": 0.0, "spread": (max(values) - min(values)) / mean if mean else 0.0, "residual": 0.0}
    fit = Fit.of(energy, holds, seeds)
    return {"held_pj": fit.held, "load_pj": fit.load, "spread": fit.spread, "residual": fit.residual}


def logic_pj(netlist, library, toggles, energies, program, lengths, c):
    """Energy per vector at the first hold length without registers: of nets that a gate or an input drives, clocks excepted."""
    logic = [net for net in netlist.names if net not in netlist.drivers or library.cells[netlist.drivers[net][0]].kind != "flip_flop"]
    logic = set(logic) - {netlist.inputs.get("clk"), netlist.inputs.get("load_clk")}
    sums = []
    for segment, key in program.segments.items():
        if key[0] == c and key[2] == program.holds[0]:
            counts = {net: n for net, n in toggles.get(segment, {}).items() if net in logic}
            sums.append(energy_pj(counts, energies) / lengths[segment])
    return sum(sums) / len(sums)
