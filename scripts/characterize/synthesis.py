"""RTL to gates with Yosys, delay with OpenSTA, FPGA resources with synth_xilinx."""

import json
import pathlib
import re

from tools import ToolError, run

HERE = pathlib.Path(__file__).resolve().parent
TOP = "characterised"

# Adders stay whole until they are mapped: abc would take them apart. Constants reach them in the loop of ONLY_CONSTANTS.
SCRIPT = """
read_verilog -sv {sources}
hierarchy -check -top {top}
select -assert-none t:$mul
proc
select -assert-none t:$dlatch t:$adlatch t:$dlatchsr
blackbox {adders}
flatten
opt -full
memory
opt -full
alumacc
maccmap
{map_rounds}
techmap -map {map}
opt -fast
techmap
opt -full
opt_clean -purge
dfflibmap -liberty {liberty}
abc -liberty {liberty}
opt_clean -purge
splitnets -ports -format __
opt_clean -purge
read_liberty -lib -ignore_miss_func {liberty}
check -assert
rename -enumerate
rename {top} gates
write_verilog -noattr -noexpr gates.v
write_json gates.json
"""
MAP_ROUND = "techmap -map {map} -D ONLY_CONSTANTS\nopt -full\nopt_clean\n"


def has_module(sources, name):
    return any(re.search(rf"^module {name}\b", pathlib.Path(s).read_text(), re.M) for s in sources)


def synthesise(sources, library, folder):
    """Netlist of `characterised` in cells of the library; gates.v and gates.json in `folder`."""
    adders = [name for name in ("full_adder", "half_adder") if has_module(sources, name)]
    script = SCRIPT.format(sources=" ".join(map(str, sources)), top=TOP, liberty=library.path, map=HERE / "adders.v",
                           adders=" ".join(adders), map_rounds=MAP_ROUND.format(map=HERE / "adders.v") * 6)
    if not adders:
        script = script.replace("blackbox \n", "")
    (folder / "synthesis.ys").write_text(script)
    run(["yosys", "-q", "-s", "synthesis.ys"], folder, folder / "synthesis.log")
    return Netlist(json.loads((folder / "gates.json").read_text())["modules"]["gates"], library)


class Netlist:
    """Cells and nets of a mapped design. A net is a bit's number; `names` gives each one name of the netlist's Verilog."""

    def __init__(self, module, library):
        self.cells = []
        self.drivers, self.sinks, self.names = {}, {}, {}
        for name, cell in module["cells"].items():
            kind = cell["type"]
            if kind not in library.cells:
                raise ToolError(f"cell {name} is a {kind}, which {library.name} does not have")
            if library.cells[kind].kind == "latch" or kind.startswith("TBUF"):
                raise ToolError(f"cell {name} is a {kind}: latches (of area 0 in these libraries) and tristates are refused")
            self.cells.append(kind)
            for pin, bits in cell["connections"].items():
                if isinstance(bits[0], str):
                    continue
                direction = library.cells[kind].pins[pin].direction
                if direction == "output":
                    self.drivers[bits[0]] = (kind, pin)
                else:
                    self.sinks.setdefault(bits[0], []).append((kind, pin))
        ports = {bit for port in module["ports"].values() for bit in port["bits"]}
        for name, net in sorted(module["netnames"].items()):
            bit = net["bits"][0]
            if len(net["bits"]) != 1 or isinstance(bit, str):
                continue
            if bit in self.drivers or bit in self.sinks or bit in ports:
                self.names.setdefault(bit, name)
        self.inputs = {p: v["bits"][0] for p, v in module["ports"].items() if v["direction"] == "input"}
        self.outputs = {p: v["bits"][0] for p, v in module["ports"].items() if v["direction"] == "output"}
        self.area_um2 = sum(library.cells[k].area_um2 for k in self.cells)
        self.leakage_uw = sum(library.cells[k].leakage_uw for k in self.cells)
        self.flip_flops = sum(library.cells[k].kind == "flip_flop" for k in self.cells)


STA_SCRIPT = """
read_liberty wired.lib
read_verilog gates.v
link_design gates
set_wire_load_model -name per_fanout
create_clock -name clk -period {period} [get_ports {{{clocks}}}]
set_input_transition {slew} [all_inputs]
set_input_delay {input_delay} -clock clk [all_inputs]
{false_paths}
set_output_delay 0 -clock clk [all_outputs]
report_checks -path_delay max -format end
report_checks -path_delay max -format full
exit
"""
PERIOD_NS = 1000


def wired_liberty(library, wire_pf):
    """The library with a wire load model: `wire_pf` for each pin that a net drives."""
    lengths = " ".join(f"fanout_length ({n}, {n});" for n in (1, 1000))
    model = f'\n  wire_load("per_fanout") {{ resistance : 0; capacitance : {wire_pf}; area : 0; slope : 1; {lengths} }}\n'
    place = library.text.index("lu_table_template")
    return library.text[:place] + model + library.text[place:]


def delay_ns(netlist, library, assumptions, folder):
    """Longest path from a register or an input to a register, setup included; inputs come as if from a register."""
    (folder / "wired.lib").write_text(wired_liberty(library, assumptions.wire_pf), encoding="latin-1")
    modes = [p for p in netlist.inputs if re.fullmatch(r"mode(_\d+_)?", p) and netlist.inputs[p] in netlist.sinks]
    clocks = " ".join(p for p in netlist.inputs if p in ("clk", "load_clk"))
    (folder / "timing.tcl").write_text(STA_SCRIPT.format(period=PERIOD_NS, clocks=clocks, slew=assumptions.slew_ns,
                                                         false_paths="\n".join(f"set_false_path -from [get_ports {m}]" for m in modes),
                                                         input_delay=assumptions.input_delay_ns))
    run(["sta", "-exit", "timing.tcl"], folder, folder / "timing.log")
    log = (folder / "timing.log").read_text()
    (folder / "wired.lib").unlink()
    slacks = [float(v) for v in re.findall(r"(-?[\d.]+)\s+slack", log)]
    if not slacks or "Error" in log:
        raise ToolError(f"no path in {folder / 'timing.log'}")
    return round(PERIOD_NS - min(slacks), 4)


FPGA_CELLS = pathlib.Path("/usr/share/yosys/xilinx/cells_sim.v")
FPGA_OPTIONS = "-family xc7 -nodsp -nowidelut -nobram -nolutram -nosrl"
FPGA_SCRIPT = """
read_verilog -sv {sources}
hierarchy -check -top {top}
synth_xilinx {options} -flatten -noiopad -noclkbuf -top {top}
select -assert-none t:LD* t:DSP48E1
tee -o resources.json stat -json
write_verilog -noattr fpga.v
"""


def fpga_sources(sources):
    """The same RTL with additions in place of chains of full adders."""
    return [HERE / "carry_chain.sv" if pathlib.Path(s).name == "carry_propagate_adder.sv" else s for s in sources]


def fpga_resources(sources, folder):
    """LUTs, flip-flops, CARRY4 and DSP48E1 on Xilinx series 7; no DSP by choice. Leaves the netlist as fpga.v in `folder`."""
    (folder / "fpga.ys").write_text(FPGA_SCRIPT.format(sources=" ".join(map(str, fpga_sources(sources))), top=TOP, options=FPGA_OPTIONS))
    run(["yosys", "-q", "-s", "fpga.ys"], folder, folder / "fpga.log")
    text = (folder / "resources.json").read_text()
    cells = json.loads(text[text.index("{"):text.rindex("}") + 1])["design"]["num_cells_by_type"]
    kinds = {"luts": r"LUT\d|INV", "flip_flops": r"FD[RSCP]E", "carries": "CARRY4", "dsps": "DSP48E1"}
    unknown = [kind for kind in cells if not any(re.fullmatch(pattern, kind) for pattern in kinds.values())]
    if unknown:
        raise ToolError(f"cells that the table has no column for: {', '.join(unknown)} ({folder / 'fpga.log'})")
    return {name: sum(n for kind, n in cells.items() if re.fullmatch(pattern, kind)) for name, pattern in kinds.items()}
