"""Timed simulation of the netlist with Icarus: toggles per net and segment, and the outputs to compare."""

import os
import re
import subprocess
from collections import Counter

from synthesis import TOP
from tools import ToolError, run

MARK = re.compile(rb"\nb([01xz]+) \S+(?=\n)")

BENCH = """`timescale 1ns/10ps
module bench;
  reg clk = 0, load_clk = 0;
  reg [{vector_bits} - 1:0] vector = 0;
  reg [{load_bits} - 1:0] load = 0;
  wire [{output_bits} - 1:0] out;
  reg [{word_bits} - 1:0] words [0:{cycles} - 1];
  reg [15:0] segment = 0;
  integer i, file;
  {top} dut (.clk(clk), .load_clk(load_clk), .vector(vector), .load(load), .mode({mode}), .out(out));
  initial begin
    $readmemh("vectors.hex", words);
    file = $fopen("{outputs}", "w");
{dump}    for (i = 0; i < {cycles}; i = i + 1) begin
      if (words[i][{load_flag}]) load = words[i][{vector_bits} +: {load_bits}];
      #{half};
      segment = words[i][{segment_at} +: 16];
      clk = 1;
      load_clk = words[i][{load_flag}];
      #{input_delay} vector = words[i][{vector_bits} - 1:0];
      #{high};
      clk = 0;
      load_clk = 0;
      #{settle} $fdisplay(file, "%h", out);
    end
    $fclose(file);
    $finish;
  end
endmodule
"""
DUMP = """    $dumpfile("toggles.vcd");
    $dumpvars(1, bench.dut.netlist);
    $dumpvars(0, segment);
"""


def shim(netlist, ports):
    """A module of the RTL's name and ports around the netlist, whose ports are single bits."""
    connections = []
    for port in list(netlist.inputs) + list(netlist.outputs):
        split = re.fullmatch(r"(\w+?)_(\d+)_", port)
        name = f"{split.group(1)}[{split.group(2)}]" if split and split.group(1) in ports else port if port in ports and ports[port] > 1 else port
        connections.append(f".{port}({name})")
    heads = []
    for port, width in ports.items():
        direction = "output" if port == "out" else "input"
        heads.append(f"{direction} [{width - 1}:0] {port}" if port in ("vector", "load", "mode", "out") else f"{direction} {port}")
    return f"module {TOP} ({', '.join(heads)});\n  gates netlist ({', '.join(connections)});\nendmodule\n"


def write_vectors(cycles, layout, folder):
    """One word per cycle: segment, load flag, load value, vector value."""
    digits = (layout["word_bits"] + 3) // 4
    with open(folder / "vectors.hex", "w") as file:
        for segment, load, vector in cycles:
            word = vector | (load or 0) << layout["vector_bits"] | (load is not None) << layout["load_flag"] | segment << layout["segment_at"]
            file.write(f"{word:0{digits}x}\n")


def layout_of(vector_bits, load_bits, mode_bits, mode, output_bits, cycles):
    load_bits = max(load_bits, 1)
    return {"vector_bits": vector_bits, "load_bits": load_bits, "output_bits": output_bits, "cycles": len(cycles), "top": TOP,
            "mode": f"{max(1, mode_bits)}'d{mode}",
            "load_flag": vector_bits + load_bits, "segment_at": vector_bits + load_bits + 1,
            "word_bits": vector_bits + load_bits + 17}


def compile_bench(sources, layout, clock_ns, input_delay_ns, outputs, timed, program, folder):
    """A bench that writes `outputs`; `timed`: with the cells' delays, and with a waveform."""
    half = clock_ns / 4
    text = BENCH.format(**layout, half=half, input_delay=input_delay_ns, high=clock_ns / 2, settle=half, outputs=outputs,
                        dump=DUMP if timed else "")
    (folder / f"{program}.v").write_text(text)
    run(["iverilog", "-g2012", *(["-gspecify", "-Ttyp"] if timed else []), "-s", "bench", "-o", program, f"{program}.v", *map(str, sources)], folder,
        folder / f"{program}.log")


def untimed_outputs(sources, layout, cycles, name, folder):
    """What a design without delays gives for the first `cycles` lines of vectors.hex, one line per cycle."""
    layout = {**layout, "cycles": min(cycles, layout["cycles"])}
    compile_bench(sources, layout, 8, 1, f"{name}.out", False, f"{name}_bench", folder)
    run(["vvp", "-n", f"{name}_bench"], folder, folder / f"{name}_run.log")
    return (folder / f"{name}.out").read_text().split()


def gate_toggles(netlist, library_verilog, layout, ports, clock_ns, input_delay_ns, folder):
    """(outputs per cycle, {segment: {net: (rises, falls)}}) of the netlist in timed simulation."""
    (folder / "shim.v").write_text(shim(netlist, ports))
    compile_bench(["gates.v", "shim.v", library_verilog], layout, clock_ns, input_delay_ns, "gates.out", True, "gates_bench", folder)
    fifo = folder / "toggles.vcd"
    if fifo.exists():
        fifo.unlink()
    os.mkfifo(fifo)
    with open(folder / "gates_run.log", "w") as log:
        process = subprocess.Popen(["vvp", "-n", "gates_bench"], cwd=folder, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            with open(fifo, "rb") as vcd:
                names, counts = read_vcd(vcd)
        finally:
            if process.wait() != 0:
                raise ToolError(f"vvp failed: {folder / 'gates_run.log'}")
            fifo.unlink()
    wanted = {name: net for net, name in netlist.names.items()}
    codes = {code: wanted[name] for name, code in names.items() if name in wanted}
    missing = set(wanted) - set(names)
    if missing:
        raise ToolError(f"{len(missing)} nets are not in the waveform, such as {sorted(missing)[0]}")
    toggles = {}
    for segment, count in counts.items():
        toggles[segment] = {net: (count[b"1" + code], count[b"0" + code]) for code, net in codes.items()}
    return (folder / "gates.out").read_text().split(), toggles


def read_vcd(vcd):
    """({name: code}, {segment: Counter of changes}); a change is its VCD line, such as b'1#a'."""
    names = {}
    for line in vcd:
        words = line.split()
        if line.startswith(b"$var") and words[2] == b"1":
            names.setdefault(b" ".join(words[4:-1]).decode().lstrip("\\"), words[3])
        if line.startswith(b"$dumpvars"):
            break
    for line in vcd:  # the values at time 0 are no changes
        if line.startswith(b"$end"):
            break
    segment, counts, rest = 0, {}, b"\n"
    while True:
        chunk = vcd.read(1 << 22)
        text = rest + chunk
        end = text.rfind(b"\n") if chunk else len(text)
        text, rest = text[:end], text[end:]
        begin = 0
        for mark in MARK.finditer(text):
            counts.setdefault(segment, Counter()).update(text[begin:mark.start()].split())
            segment, begin = int(mark.group(1), 2), mark.end()
        counts.setdefault(segment, Counter()).update(text[begin:].split())
        if not chunk:
            return names, counts
