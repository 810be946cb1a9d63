"""Characterises the project's RTL and writes cost tables.

    python3 scripts/characterize                          osu018.yaml and ratio_45nm.yaml from the small grid
    python3 scripts/characterize --fpga                   xc7.yaml: LUTs, flip-flops, carry chains
    python3 scripts/characterize --grid shapes --units sparse_lane,outlier_list --update
                                                          these units of the tables again, the others as they stand
    python3 scripts/characterize --grid shapes --units pot_tree --update --add
                                                          only the points of these units that the tables lack
    python3 scripts/characterize --liberty F --verilog F --name osu035
    python3 scripts/characterize --verify mac_tree:4:4:16 derives one row again and compares it with the table

Needs the packages yosys, opensta, iverilog and a standard-cell library (qflow-tech-osu018), and the project's `operands` program.
Every point leaves one file in the work folder, named by what it was made from; a second run goes on where the first stopped.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import pathlib
import resource
import shutil
import sys
import time

import grids
import synthesis
import tables
import tools
from characterise import Program, characterise, fpga, fpga_program, prepare
from energy import Assumptions
from liberty import Library
from operands import Source
from units import ROOT, UNITS, Point

METHOD = 1  # raise it when the same inputs give other numbers
LIBRARY = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
SKIPPED = 77


def path(word):
    """Absolute: the tools run in folders of their own."""
    return pathlib.Path(word).resolve()


def options(words):
    p = argparse.ArgumentParser(prog="characterize", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--grid", choices=["small", "shapes", "full"], default="small")
    p.add_argument("--units", help="only these, separated by commas")
    p.add_argument("--update", action="store_true", help="with --units: keep the tables' other units, and say so in them")
    p.add_argument("--add", action="store_true", help="with --update: derive only the points that the tables lack, keep the rows that stand")
    p.add_argument("--points", help="only these, as UNIT:K:A:LANES, separated by commas; writes no table")
    p.add_argument("--fpga", action="store_true", help="xc7 resources instead of a standard-cell library")
    p.add_argument("--liberty", type=path, default=LIBRARY)
    p.add_argument("--verilog", type=path, help="the cells' Verilog; default: beside the Liberty file")
    p.add_argument("--name", help="the table's name; default: the library's first word")
    p.add_argument("--wire-ff", type=float, help="wire load per driven pin; default 8 fF at 180 nm, in proportion to the feature size")
    p.add_argument("--operands", default=str(ROOT / "build/release/bin/operands"), help="the project's operands program")
    p.add_argument("--model", nargs=2, metavar=("ONNX", "LAYER"), help="weights of a model's layer in place of seeded ones; with --points")
    p.add_argument("--work", type=path, default=ROOT / "build/characterize", help="folder of finished points")
    p.add_argument("--output", type=path, default=ROOT / "models/cost/tables")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--verify", metavar="UNIT:K:A:LANES")
    p.add_argument("--keep", action="store_true", help="keep netlists and logs of finished points")
    p.add_argument("--fresh", action="store_true", help="forget what is finished")
    p.add_argument("--no-run", action="store_true", help="only write tables of what is finished")
    return p.parse_args(words)


class Flow:
    """What all points share."""

    def __init__(self, o):
        self.o = o
        self.fpga = o.fpga
        self.source = Source(o.operands, *(o.model or ()))
        if not o.fpga:
            self.library = Library(o.liberty)
            self.verilog = o.verilog or o.liberty.with_suffix(".v")
            self.name = o.name or self.library.name.split("_")[0]
            # About 0.2 fF per um of wire and 40 um per pin at 180 nm; wires shrink with the cells.
            feature = 0.18 * (self.library.volt / 1.8)
            wire_ff = o.wire_ff or (8 if feature < 0.2 else 16)
            self.assumptions = Assumptions(wire_ff / 1000, 0.1, 0.2)

    def identity(self, point, sources, program):
        """What a result depends on, as one hash."""
        digest = hashlib.sha256()
        unit = UNITS[point.unit]
        parts = [METHOD, point, self.fpga, tools.versions(), *(pathlib.Path(s).read_text() for s in sources),
                 (synthesis.HERE / "adders.v").read_text()]
        if self.fpga:
            parts += [synthesis.FPGA_SCRIPT, synthesis.FPGA_OPTIONS, (synthesis.HERE / "carry_chain.sv").read_text(), program.cycles]
        else:
            parts += [synthesis.SCRIPT, synthesis.STA_SCRIPT, self.library.text, self.verilog.read_text(), self.assumptions, program.cycles]
            parts += [unit.load_clock_share(point)] if unit.load_clock_share(point) != 1 else []
        shared = unit.copies(point), unit.operations(point)
        parts += [shared] if shared != (1, 1) else []
        for part in parts:
            digest.update(repr(part).encode())
        return digest.hexdigest()[:20]

    def result(self, point, may_run=True):
        """The point's result, from its file if there is one; without a file and not `may_run` nothing."""
        began, unit = cpu_seconds(), UNITS[point.unit]
        scratch = self.o.work / "scratch" / f"{'xc7' if self.fpga else self.name}_{point.name()}_{os.getpid()}"
        sources = prepare(unit, point, scratch)
        program = (fpga_program if self.fpga else Program)(unit, point, self.source)
        kept = self.o.work / f"{point.name()}-{self.identity(point, sources, program)}.json"
        if kept.exists() and not self.o.fresh:
            result = json.loads(kept.read_text())
        elif not may_run:
            result = None
        else:
            if self.fpga:
                result = fpga(unit, point, scratch, program)
            else:
                result = characterise(unit, point, self.source, self.library, self.verilog, self.assumptions, scratch, program)
            result["cpu_seconds"] = round(cpu_seconds() - began, 1)
        if result and (self.o.fresh or not kept.exists()):
            kept.with_suffix(".tmp").write_text(json.dumps(result))
            kept.with_suffix(".tmp").rename(kept)
        if not self.o.keep:
            shutil.rmtree(scratch)
        return result


def cpu_seconds():
    """Of this process and the tools that it has waited for."""
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def work_on(point):
    try:
        return point, FLOW.result(point), None
    except Exception as e:  # one bad point must not end the others
        return point, None, f"{type(e).__name__}: {e}"


def run(flow, points):
    """{point: result}; progress on stderr."""
    global FLOW
    FLOW = flow
    results, failures, began = {}, [], time.time()
    with multiprocessing.get_context("fork").Pool(flow.o.jobs) as pool:
        for number, (point, result, failure) in enumerate(pool.imap_unordered(work_on, points), 1):
            spent = time.time() - began
            left = spent / number * (len(points) - number)
            text = failure or f"{result['seconds']} s"
            print(f"[{number}/{len(points)}] {point.text()}: {text}; {spent / 60:.1f} min, about {left / 60:.0f} left", file=sys.stderr, flush=True)
            if failure:
                failures.append(f"{point.text()}: {failure}")
            else:
                results[point] = result
    return results, failures


def finished(flow, points):
    """Results that are there already."""
    results = {p: flow.result(p, False) for p in points if list(flow.o.work.glob(f"{p.name()}-*.json"))}
    return {p: r for p, r in results.items() if r}


def point_of(text):
    unit, *key = text.split(":")
    return Point(unit, *map(int, key))


def verify(flow, text):
    point = point_of(text)
    result = flow.result(point)
    problems = tables.differences(flow.o.output / f"{flow.name}.yaml", point, result)
    for problem in problems:
        print(problem)
    print(f"{point.text()}: {'differs from' if problems else 'equals'} {flow.name}")
    return 1 if problems else 0


def main(words):
    o = options(words)
    missing = [name for name, version in tools.versions().items() if not version and not (o.fpga and name == "opensta")]
    if missing or not (o.fpga or o.liberty.exists()):
        print(f"characterize: missing: {', '.join(missing) or o.liberty}", file=sys.stderr)
        return SKIPPED
    for folder in (o.work, o.output):
        folder.mkdir(parents=True, exist_ok=True)
    flow = Flow(o)
    if o.update and not o.units:
        print("characterize: --update: the --units are wanted that are derived again", file=sys.stderr)
        return 2
    if o.update and not o.fpga and any(UNITS[u].storage for u in o.units.split(",")):
        print("characterize: --update: a unit with storage stands in two places of a table; derive the whole table", file=sys.stderr)
        return 2
    if o.add and not o.update:
        print("characterize: --add: --update and --units are wanted, too", file=sys.stderr)
        return 2
    if o.verify:
        return verify(flow, o.verify)
    units = [u for u in UNITS if u != "reference" and (not o.units or u in o.units.split(","))]
    points = grids.points("fpga" if o.fpga else o.grid, units)
    if o.add:
        points = tables.lacking(flow.o.output / ("xc7.yaml" if o.fpga else f"{flow.name}.yaml"), points)
    if o.points:
        points = [point_of(text) for text in o.points.split(",")]
    elif not o.fpga:
        points.insert(0, Point("reference", 8, 8, 16))
    began = time.time()
    results, failures = (finished(flow, points), []) if o.no_run else run(flow, points)
    for failure in failures:
        print(failure, file=sys.stderr)
    if not (o.model or o.points):
        minutes = (time.time() - began) / 60
        for path in tables.write(flow, results, len(points), minutes, "characterize " + " ".join(words)):
            print(path)
    else:
        print(json.dumps({p.text(): r for p, r in results.items()}, indent=1))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
