"""The units of core/counters.h as circuits: a top module around the RTL, its operand streams and its integer model."""

import math
import pathlib
from dataclasses import dataclass

from operands import code, pack, signed, uniform

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"


ADDERS = ("arithmetic/rtl/full_adder.sv", "arithmetic/rtl/half_adder.sv", "arithmetic/rtl/carry_propagate_adder.sv")


def clog2(n):
    return max(0, (n - 1).bit_length())


@dataclass(frozen=True)
class Point:
    """A row of a table: unit and key; 0 for what the unit has no axis for."""
    unit: str
    k: int
    a: int
    lanes: int

    def text(self):
        return " ".join([self.unit] + [f"{n}={v}" for n, v in (("k", self.k), ("a", self.a), ("lanes", self.lanes)) if v])

    def name(self):
        return f"{self.unit}_{self.k}_{self.a}_{self.lanes}"


class Unit:
    """What the flow has to know of a unit. Fields are (name, width) from the low bits up: `vector` changes every cycle, `load`
    is clocked on loads only (double registers, gated clock), `mode` never changes and is no constant to the synthesis."""
    axes = ("weight_bits", "activation_bits", "lanes")
    files = ()            # below models/, the unit's own last
    arithmetic = ("arithmetic/rtl/bit_heap.sv", "arithmetic/rtl/product_heap.sv")
    depth = 1             # cycles from a vector to its result
    streams = ("dense", "outlier")
    rule = ""             # a table's text for its reader
    raw_load = False      # the load goes to the RTL's own registers, not to weight_registers
    storage = False       # has a memory of published cost beside its logic

    def scheme(self, p): raise NotImplementedError
    def vector_fields(self, p): raise NotImplementedError
    def load_fields(self, p): return []
    def mode_fields(self, p): return []
    def mode(self, p): return [1] * len(self.mode_fields(p))
    def output_bits(self, p): raise NotImplementedError
    def instance(self, p): raise NotImplementedError

    def load_clock_share(self, p):
        """Of the registers on load_clk, what a gated clock reaches at one load."""
        return 1

    def copies(self, p):
        """Of the unit in the circuit that is synthesised; a row has one of them, and the delay of the whole."""
        return 1

    def operations(self, p):
        """Of the unit in a cycle of the stream."""
        return 1

    def idle(self, p, vector):
        """The packed vector that stands at the inputs while nothing is asked for; `vector` is the last one."""
        return vector

    def restart(self):
        """A new program begins: forget what earlier cycles left."""

    def loads(self, p, o, offset):
        """Endless (values of the load fields, context): what is held, one after the other."""
        while True:
            yield [], None

    def vector(self, p, o, context, index, draw):
        """Values of the vector fields."""
        raise NotImplementedError

    def result(self, p, load, vector):
        """What `out` shows `depth` cycles later, by integers; None: not compared."""
        raise NotImplementedError

    def segment(self, p, o, hold, count, offset, draw):
        """`count` cycles of (packed load or None, packed vector, result); a load every `hold` cycles."""
        loads = self.loads(p, o, offset)
        load = context = None
        for cycle in range(count):
            if cycle % hold == 0:
                load, context = next(loads)
            vector = self.vector(p, o, context, offset * 7 + cycle, draw)
            packed_load = pack_fields(load, self.load_fields(p)) if cycle % hold == 0 and self.load_fields(p) else None
            yield packed_load, pack_fields(vector, self.vector_fields(p)), self.result(p, load, vector)

    def bits(self, fields): return sum(width for _, width in fields)

    def sources(self):
        return [MODELS / f for f in ADDERS + self.arithmetic + ("dense_array/rtl/weight_registers.sv",) + self.files]

    def top(self, p):
        """The module `characterised`: the RTL between packed ports."""
        load_bits, mode_bits = self.bits(self.load_fields(p)), self.bits(self.mode_fields(p))
        lines = [f"module characterised (input wire clk, input wire load_clk, input wire [{self.bits(self.vector_fields(p)) - 1}:0] vector,",
                 f"    input wire [{max(1, load_bits) - 1}:0] load, input wire [{max(1, mode_bits) - 1}:0] mode,",
                 f"    output wire [{self.output_bits(p) - 1}:0] out);"]
        if load_bits and not self.raw_load:
            lines += [f"  wire [{load_bits - 1}:0] held;",
                      f"  weight_registers #(.K({load_bits}), .LANES(1)) registers (.clk(load_clk), .write(1'b1), .word(1'b0), .data(load),",
                      "      .swap(1'b1), .weights(held));"]
        for bus, fields in (("vector", self.vector_fields(p)), ("load" if self.raw_load else "held", self.load_fields(p)), ("mode", self.mode_fields(p))):
            low = 0
            for name, width in fields:
                lines.append(f"  wire [{width - 1}:0] {name} = {bus}[{low} +: {width}];")
                low += width
        return "\n".join(lines) + f"\n{self.instance(p)}\nendmodule\n"


def pack_fields(values, fields):
    word = low = 0
    for value, (_, width) in zip(values, fields):
        word |= code(value, width) << low
        low += width
    return word


def ports(*names, **others):
    """Connections by name."""
    return ", ".join([f".{n}({n})" for n in names] + [f".{n}({v})" for n, v in others.items()])


def slice_of(row, first, lanes):
    return row[first:first + lanes]


def dot(weights, activations):
    return sum(w * x for w, x in zip(weights, activations))


class MultiplierTree(Unit):
    """mac_tree, widened_tree and pre_subtract_tree."""
    depth = 2

    def __init__(self, module):
        self.module = module
        self.files = {"mac_tree": ("dense_array/rtl/mac_tree.sv",),
                      "widened_tree": ("dense_array/rtl/mac_tree.sv", "dense_array/rtl/widened_tree.sv"),
                      "pre_subtract_tree": ("zero_point/rtl/pre_subtract_tree.sv",)}[module]
        self.subtracts = module == "pre_subtract_tree"

    def scheme(self, p):
        if self.subtracts:
            return f"asymq:w{p.k}a{p.a}"
        return f"asymq:w{p.k - 1}a{p.a}" if self.module == "widened_tree" or p.k > 8 else f"symq:w{p.k}a{p.a}"

    def vector_fields(self, p): return [("activations", p.lanes * p.a)]
    def load_fields(self, p): return [("weights", p.lanes * p.k)] + ([("zero_point", p.k)] if self.subtracts else [])
    def mode_fields(self, p): return [("weights_signed", 1), ("activations_signed", 1)]
    def output_bits(self, p): return p.k + self.subtracts + p.a + clog2(p.lanes) + 1

    def instance(self, p):
        connections = ports("clk", "weights", "activations", *(["zero_point"] if self.subtracts else []), "weights_signed",
                            "activations_signed", enable_product="1'b1", enable_sum="1'b1", sum="out")
        return f"  {self.module} #(.K({p.k}), .A({p.a}), .LANES({p.lanes})) unit ({connections});"

    def loads(self, p, o, offset):
        for row, first in o.tiles(p.lanes, offset):
            weights, zero = slice_of(o.weights[row], first, p.lanes), o.zero_points[row]
            if self.subtracts:
                yield [pack(weights, p.k), zero], (first, [w - zero for w in weights])
            else:
                weights = [w - zero for w in weights]
                yield [pack(weights, p.k)], (first, weights)

    def vector(self, p, o, context, index, draw):
        self.weights = context[1]
        self.activations = slice_of(o.activations[index % len(o.activations)], context[0], p.lanes)
        return [pack(self.activations, p.a)]

    def result(self, p, load, vector):
        return code(dot(self.weights, self.activations), self.output_bits(p))


class ReferenceTree(MultiplierTree):
    """The reference of ratio tables: 16 multipliers of 8 x 8 bits and their adders, both operands new and uniform in every cycle."""

    rule = ("mac_tree without sign modes, both operands new and uniform in every cycle, no weight registers: the circuit that ratio_45nm refers to. Its "
            "factors take the logic without registers")

    def __init__(self):
        super().__init__("mac_tree")

    def vector_fields(self, p): return [("activations", p.lanes * p.a), ("weights", p.lanes * p.k)]
    def load_fields(self, p): return []
    def mode_fields(self, p): return []
    def output_bits(self, p): return p.k + p.a + clog2(p.lanes)
    def instance(self, p):
        return super().instance(p).replace(f".LANES({p.lanes})", f".LANES({p.lanes}), .MODES(0)").replace(
            "(weights_signed)", "(1'b1)").replace("(activations_signed)", "(1'b1)")

    def loads(self, p, o, offset):
        while True:
            yield [], None

    def vector(self, p, o, context, index, draw):
        self.weights = [draw.randrange(-1 << p.k - 1, 1 << p.k - 1) for _ in range(p.lanes)]
        self.activations = [draw.randrange(-1 << p.a - 1, 1 << p.a - 1) for _ in range(p.lanes)]
        return [pack(self.activations, p.a), pack(self.weights, p.k)]


class ActivationSumTree(Unit):
    axes = ("activation_bits", "lanes")
    files = ("zero_point/rtl/activation_sum_tree.sv",)
    depth = 2

    def scheme(self, p): return f"asymq:w4a{p.a}"
    def vector_fields(self, p): return [("activations", p.lanes * p.a)]
    def mode_fields(self, p): return [("activations_signed", 1)]
    def output_bits(self, p): return p.a + clog2(p.lanes) + 1

    def instance(self, p):
        connections = ports("clk", "activations", "activations_signed", enable_product="1'b1", enable_sum="1'b1", sum="out")
        return f"  activation_sum_tree #(.A({p.a}), .LANES({p.lanes})) unit ({connections});"

    def vector(self, p, o, context, index, draw):
        first = index // len(o.activations) * p.lanes % (o.inputs - p.lanes)
        self.activations = slice_of(o.activations[index % len(o.activations)], first, p.lanes)
        return [pack(self.activations, p.a)]

    def result(self, p, load, vector):
        return code(sum(self.activations), self.output_bits(p))


class Correction(Unit):
    """correction_every_cycle: partial sums of a tile. correction_at_drain: sums over all 576 inputs, accumulators of 32 bits."""
    accumulator_bits = 32

    def __init__(self, at_drain):
        self.at_drain = at_drain
        self.module = "correction_at_drain" if at_drain else "correction_every_cycle"
        self.files = (f"zero_point/rtl/{self.module}.sv",)

    def scheme(self, p): return f"asymq:w{min(p.k, 8)}a{p.a}"
    def sum_bits(self, p): return p.a + clog2(p.lanes) + (8 if self.at_drain else 1)
    def partial_bits(self, p): return self.accumulator_bits if self.at_drain else p.k + p.a + clog2(p.lanes) + 1

    def vector_fields(self, p):
        return [("activation_sum", self.sum_bits(p)), ("accumulated" if self.at_drain else "partial", self.partial_bits(p))]

    def load_fields(self, p): return [("zero_point", p.k)]

    def output_bits(self, p):
        return self.accumulator_bits if self.at_drain else max(self.partial_bits(p), p.k + self.sum_bits(p)) + 1

    def instance(self, p):
        width = f", .W({self.accumulator_bits})" if self.at_drain else ""
        connections = ports("clk", "zero_point", "activation_sum", "accumulated" if self.at_drain else "partial", enable="1'b1", corrected="out")
        return f"  {self.module} #(.K({p.k}), .A({p.a}), .LANES({p.lanes}){width}) unit ({connections});"

    def loads(self, p, o, offset):
        row = offset
        while True:
            yield [o.zero_points[row % len(o.weights)]], row % len(o.weights)
            row += 1

    def vector(self, p, o, row, index, draw):
        x, weights = o.activations[index % len(o.activations)], o.weights[row]
        if not self.at_drain:
            first = index // len(o.activations) * p.lanes % (o.inputs - p.lanes)
            x, weights = slice_of(x, first, p.lanes), slice_of(weights, first, p.lanes)
        return [sum(x), dot(weights, x)]

    def result(self, p, load, vector):
        return code(vector[1] - load[0] * vector[0], self.output_bits(p))


def shift_magnitude(post, magnitude, exponent, guard):
    """workloads/formats/product_circuit.h, by integers."""
    if not post:
        return (magnitude << guard) >> exponent
    if exponent % 2 == 0:
        return (magnitude << guard) >> exponent // 2
    return (math.isqrt((magnitude * magnitude << 2 * guard + 2) >> exponent) + 1) >> 1


def shared_word(magnitude, exponent, guard):
    """Of an odd exponent: magnitude * 2^guard / sqrt(2), rounded, then shifted."""
    return (math.isqrt(magnitude * magnitude << 2 * guard + 1) + 1 >> 1) >> exponent // 2


class ShiftTree(Unit):
    """pot_tree and post_tree, 4 guard bits."""
    guard = 4
    depth = 2
    arithmetic = ("arithmetic/rtl/bit_heap.sv", "arithmetic/rtl/magnitude_heap.sv", "arithmetic/rtl/right_shifter.sv")

    def __init__(self, module):
        self.module = module
        self.post = module != "pot_tree"
        tables = ("shift_lut/rtl/root_table.sv",) if module == "post_tree" else ()
        self.files = tables + (f"shift_lut/rtl/{module}.sv",)

    def scheme(self, p): return f"{'post' if self.post else 'pot'}:w{p.k}a{p.a}"
    def vector_fields(self, p): return [("magnitudes", p.lanes * p.a), ("negative", p.lanes)]
    def load_fields(self, p): return [("codes", p.lanes * p.k)]
    def output_bits(self, p): return p.a + self.guard + 1 + clog2(p.lanes)

    def instance(self, p):
        connections = ports("clk", "codes", "magnitudes", "negative", enable_product="1'b1", enable_sum="1'b1", sum="out")
        return f"  {self.module} #(.K({p.k}), .A({p.a}), .LANES({p.lanes}), .G({self.guard})) unit ({connections});"

    def loads(self, p, o, offset):
        for row, first in o.tiles(p.lanes, offset):
            codes = slice_of(o.weights[row], first, p.lanes)
            yield [pack(codes, p.k)], (first, codes)

    def vector(self, p, o, context, index, draw):
        first, self.codes = context
        self.activations = slice_of(o.activations[index % len(o.activations)], first, p.lanes)
        return [pack([abs(x) for x in self.activations], p.a), pack([x < 0 for x in self.activations], 1)]

    def result(self, p, load, vector):
        total, zero = 0, (1 << p.k - 1) - 1
        for c, x in zip(self.codes, self.activations):
            magnitude = 0 if c & zero == zero else self.magnitude(abs(x), c & zero)
            total += -magnitude if (c >> p.k - 1 & 1) != (x < 0) else magnitude
        return code(total, self.output_bits(p))

    def magnitude(self, x, exponent): return shift_magnitude(self.post, x, exponent, self.guard)


class PostWordTree(ShiftTree):
    """POST whose odd products share a rounded word; 4 guard bits."""

    def __init__(self):
        super().__init__("post_word_tree")
        self.files = ("shift_lut/rtl/root_word_table.sv", "shift_lut/rtl/post_word_tree.sv")

    def magnitude(self, x, exponent):
        return shared_word(x, exponent, self.guard) if exponent % 2 else super().magnitude(x, exponent)


class ApotTree(ShiftTree):
    """Codes of two terms at 4 and 5 bits; 4 guard bits."""

    def __init__(self):
        super().__init__("apot_tree")

    def scheme(self, p): return f"apot:w{p.k}a{p.a}"
    def output_bits(self, p): return p.a + self.guard + 2 + clog2(p.lanes)

    def result(self, p, load, vector):
        return code(sum(apot_product(c, p.k, x, self.guard) for c, x in zip(self.codes, self.activations)), self.output_bits(p))


def apot_product(weight_code, k, x, guard):
    """As workloads/formats/product_circuit.h defines it."""
    bits = k - 3
    terms = [(weight_code >> bits & 3, (0, 1, 3) if k == 4 else (0, 2, 4)), (weight_code & (1 << bits) - 1, (2,) if k == 4 else (1, 3, 5))]
    magnitude = sum((abs(x) << guard) >> exponents[index] for index, exponents in terms if index < len(exponents))
    return -magnitude if (weight_code >> k - 1 & 1) != (x < 0) else magnitude


class PostTwoSumTree(ShiftTree):
    """POST without a table, exact: sums of even and of odd exponents apart."""
    axes = ("weight_bits", "activation_bits", "lanes")

    def __init__(self):
        super().__init__("post_two_sum_tree")
        self.files = ("shift_lut/rtl/post_two_sum_tree.sv",)
        self.rule = ("netlist of models/shift_lut/rtl/post_two_sum_tree.sv with its exact guard bits, without the second accumulator and the "
                     "product at the drain; not a unit of the simulator")

    def guard_bits(self, p): return (1 << p.k - 2) - 1
    def sum_bits(self, p): return p.a + self.guard_bits(p) + 1 + clog2(p.lanes)
    def output_bits(self, p): return 2 * self.sum_bits(p)

    def instance(self, p):
        high = self.sum_bits(p)
        connections = ports("clk", "codes", "magnitudes", "negative", enable_product="1'b1", enable_sum="1'b1",
                            even_sum=f"out[{high - 1}:0]", odd_sum=f"out[{high} +: {high}]")
        return f"  post_two_sum_tree #(.K({p.k}), .A({p.a}), .LANES({p.lanes})) unit ({connections});"

    def result(self, p, load, vector):
        sums, zero, bits = [0, 0], (1 << p.k - 1) - 1, self.sum_bits(p)
        for c, x in zip(self.codes, self.activations):
            if c & zero != zero:
                product = (abs(x) << self.guard_bits(p)) >> (c & zero) // 2
                sums[c & 1] += -product if (c >> p.k - 1 & 1) != (x < 0) else product
        return code(sums[0], bits) | code(sums[1], bits) << bits


class PortSubtractor(Unit):
    """Zero points taken off the codes of a word of the weight port."""
    axes = ("weight_bits", "lanes")
    files = ("zero_point/rtl/port_subtractor.sv",)
    depth = 0
    rule = ("netlist of models/zero_point/rtl/port_subtractor.sv, lanes the codes of a cycle. Combinational. Operands: codes and zero points of an AsymQ layer's "
            "rows, 16 codes of a row side by side.")
    of_one_row = 16

    def scheme(self, p): return f"asymq:w{p.k}a4"
    def vector_fields(self, p): return [("codes", p.lanes * p.k), ("zero_points", p.lanes * p.k)]
    def load_fields(self, p): return []
    def mode_fields(self, p): return [("codes_signed", 1)]
    def output_bits(self, p): return p.lanes * (p.k + 1)
    def instance(self, p):
        return f"  port_subtractor #(.K({p.k}), .CODES({p.lanes})) unit ({ports('codes_signed', 'codes', 'zero_points', differences='out')});"

    def loads(self, p, o, offset):
        while True:
            yield [], offset

    def vector(self, p, o, offset, index, draw):
        self.codes, self.zeros = [], []
        for first in range(0, p.lanes, self.of_one_row):
            row, count = (offset + index * p.lanes + first) // self.of_one_row % len(o.weights), min(self.of_one_row, p.lanes - first)
            begin = index * self.of_one_row % (o.inputs - self.of_one_row)
            self.codes += slice_of(o.weights[row], begin, count)
            self.zeros += [o.zero_points[row]] * count
        return [pack(self.codes, p.k), pack(self.zeros, p.k)]

    def result(self, p, load, vector):
        return pack([c - z for c, z in zip(self.codes, self.zeros)], p.k + 1)


class LevelDecoder(Unit):
    """Tables of levels and the multiplexers behind them: k bits of a level, a bits of a code, `lanes` codes at once."""
    arithmetic = ()
    files = ("dense_array/rtl/level_decoder.sv",)
    depth = 0
    rule = ("netlist of models/dense_array/rtl/level_decoder.sv behind a table of 2^activation_bits levels (double registers); weight_bits is the level's "
            "width, lanes the codes of a cycle. Combinational. Operands: rows of a layer with a list each; a load is the list of the next row.")

    # A list can't have more levels than its width has numbers; such a point only completes the grid, with the upper bits of wider levels.
    def scheme(self, p): return f"levels:w{p.a}a4:kmeans:channel:d{max(p.k, p.a)}"
    def listed(self, p, o, row): return [level >> max(0, p.a - p.k) for level in o.levels[row]]
    def vector_fields(self, p): return [("codes", p.lanes * max(p.k, p.a))]
    def load_fields(self, p): return [("levels", p.k << p.a)]
    def mode_fields(self, p): return [("listed", 1)]
    def output_bits(self, p): return p.lanes * p.k
    def instance(self, p):
        return f"  level_decoder #(.K({p.a}), .D({p.k}), .CODES({p.lanes})) unit ({ports('listed', 'codes', 'levels', held='out')});"

    def loads(self, p, o, offset):
        row = offset
        while True:
            yield [pack(self.listed(p, o, row % len(o.levels)), p.k)], row % len(o.levels)
            row += 1

    def vector(self, p, o, row, index, draw):
        self.row, first = row, index * p.lanes % (o.inputs - p.lanes)
        self.codes, self.levels = slice_of(o.weights[row], first, p.lanes), self.listed(p, o, row)
        return [pack(self.codes, max(p.k, p.a))]

    def result(self, p, load, vector):
        return pack([self.levels[c] for c in self.codes], p.k)


class Sparse(Unit):
    """What the sparse units share: outliers of a DASQ layer with 4-bit dense codes, two slots per vector."""
    entries = 8
    trees = 16

    def scheme(self, p): return f"dasq:w4a{p.a}:sw{p.k}:p98"
    def product_bits(self, p): return p.k + p.a + 7
    def gathered_bits(self, p): return self.product_bits(p) + clog2(self.entries)

    def product(self, o, index, lane_vector):
        row, column, value = o.outliers[index % len(o.outliers)]
        return (value * o.activations[lane_vector % len(o.activations)][column]) << o.shifts[row]


class SparseLane(Sparse):
    files = ("sparse/rtl/sparse_lane.sv",)
    depth = 2
    rule = ("netlist of models/sparse/rtl/sparse_lane.sv and the registers of the product's tree as in sparse_unit.sv. A new vector every second cycle, "
            "two outliers in turn, other ones every 8 vectors.")

    def tree_bits(self): return clog2(self.trees)

    def vector_fields(self, p):
        return [("activations", p.lanes * p.a), ("value", p.k), ("lane", clog2(p.lanes)), ("tree", self.tree_bits()), ("shift", 3)]

    def output_bits(self, p): return self.product_bits(p) + self.tree_bits()

    def instance(self, p):
        return "\n".join([
            f"  reg [{2 * self.tree_bits() - 1}:0] trees;",
            f"  always @(posedge clk) trees <= {{trees[{self.tree_bits() - 1}:0], tree}};",
            f"  assign out[{self.product_bits(p)} +: {self.tree_bits()}] = trees[{self.tree_bits()} +: {self.tree_bits()}];",
            f"  sparse_lane #(.K({p.k}), .A({p.a}), .LANES({p.lanes})) unit (.clk(clk), .enable(1'b1), "
            f"{ports('activations', 'value', 'shift', index='lane', product=f'out[{self.product_bits(p) - 1}:0]')});"])

    def vector(self, p, o, context, index, draw):
        # two outliers of a tile in turn, other ones every 8 vectors: often enough for an average over outliers
        row, column, value = o.outliers[(index // 16 * 2 + index % 2) % len(o.outliers)]
        self.lane = column % p.lanes
        first = min(column - self.lane, o.inputs - p.lanes)
        self.activations = slice_of(o.activations[index // 2 % len(o.activations)], first, p.lanes)
        return [pack(self.activations, p.a), value, self.lane, row % self.trees, o.shifts[row]]

    def result(self, p, load, vector):
        _, value, lane, tree, shift = vector
        return code(value * self.activations[lane] << shift, self.product_bits(p)) | tree << self.product_bits(p)


class OutlierList(Sparse):
    """weight_bits is an entry's width, lanes the number of entries."""
    axes = ("weight_bits", "lanes")
    files = ("sparse/rtl/outlier_list.sv",)
    raw_load = True
    depth = 0
    rule = ("netlist of models/sparse/rtl/outlier_list.sv: `lanes` entries of `weight_bits` bits (value, tree, lane, the channel's shift), twice. Two entries "
            "read in turn. A load clocks one entry, and the active list once in as many loads as it has entries. In front of the lane's multiplexer, in one "
            "stage with it.")

    def scheme(self, p): return "dasq:w4a4:sw4:p98"
    def slot_bits(self, p): return max(1, clog2(p.lanes))
    def vector_fields(self, p): return [("read", self.slot_bits(p))]
    def load_fields(self, p): return [("entry_in", p.k), ("slot", self.slot_bits(p))]
    def output_bits(self, p): return p.k
    def load_clock_share(self, p): return 1 / p.lanes  # of twice `lanes` entries the one that is written, and a share of the active list

    def instance(self, p):
        return (f"  outlier_list #(.ENTRY({p.k}), .ENTRIES({p.lanes})) list (.clk(load_clk), .write(1'b1), .swap(1'b1), "
                f"{ports('slot', 'entry_in', 'read', entry='out')});")

    def restart(self): self.active = {}

    def loads(self, p, o, offset):
        self.active = {}
        for n in range(offset * 5, 1 << 30):
            row, column, value = o.outliers[n % len(o.outliers)]
            fields = [("value", 4), ("shift", 3), ("lane", 4), ("tree", 4), ("row", 10)]
            entry = pack_fields([value, o.shifts[row], column % 16, row % 16, row], fields) & (1 << p.k) - 1
            slot = n % min(2, p.lanes)
            self.active[slot] = entry
            yield [entry, slot], None

    def vector(self, p, o, context, index, draw):
        self.read = index % min(2, p.lanes)
        return [self.read]

    def result(self, p, load, vector):
        return self.active.get(self.read)


class SparseBankAdder(Sparse):
    axes = ("weight_bits", "activation_bits")
    files = ("sparse/rtl/sparse_bank_adder.sv",)
    depth = 0
    rule = ("netlist of models/sparse/rtl/sparse_bank_adder.sv; partial sums of 16 lanes and 4-bit dense codes. Two products per vector: one cleared and "
            "taken, one added.")

    def partial_bits(self, p): return 4 + p.a + 4 + 1
    def vector_fields(self, p): return [("clear", 1), ("take", 1), ("product", self.product_bits(p)), ("partial", self.partial_bits(p))]
    def output_bits(self, p): return max(self.partial_bits(p), self.gathered_bits(p)) + 1

    def instance(self, p):
        connections = ports("clk", "clear", "take", "product", "partial", enable="1'b1", total="out")
        return f"  sparse_bank_adder #(.K({p.k}), .A({p.a}), .PARTIAL({self.partial_bits(p)})) unit ({connections});"

    def restart(self): self.gathered = None
    def load_clock_share(self, p):
        """Of the registers on load_clk, what a gated clock reaches at one load."""
        return 1

    def idle(self, p, vector): return vector & ~3  # neither cleared nor taken

    def vector(self, p, o, context, index, draw):
        m = index // 2
        first = m * 16 % (o.inputs - 16)
        self.partial = dot(slice_of(o.weights[m % len(o.weights)], first, 16), slice_of(o.activations[m % len(o.activations)], first, 16))
        return [index % 2 == 0, 1, self.product(o, index, m), self.partial]

    def result(self, p, load, vector):
        total = None if self.gathered is None else code(self.partial + self.gathered, self.output_bits(p))
        if vector[0]:
            self.gathered = vector[2]
        elif self.gathered is not None:
            self.gathered += vector[2]
        return total


class SparseCrossbar(Sparse):
    files = ("sparse/rtl/sparse_crossbar.sv",)
    depth = 0
    lanes, busy = 16, 5   # of the crossbar, and those that have a product: 2 % of 256 weights
    entries = 4 * lanes
    rule = ("a sixteenth of the netlist of models/sparse/rtl/sparse_crossbar.sv with 16 sparse lanes, lanes is the number of trees; its delay whole. Combinational; "
            "energy per product, where 5 of the 16 lanes bring one in every cycle, for random trees.")

    def copies(self, p): return self.lanes
    def operations(self, p): return self.busy
    def tree_bits(self, p): return clog2(p.lanes)

    def vector_fields(self, p):
        return [("valid", self.lanes), ("tree", self.lanes * self.tree_bits(p)), ("product", self.lanes * self.product_bits(p))]

    def output_bits(self, p): return p.lanes * self.gathered_bits(p)

    def instance(self, p):
        return (f"  sparse_crossbar #(.K({p.k}), .A({p.a}), .LANES({p.lanes}), .SPARSE({self.lanes}), .ENTRIES({self.entries})) unit "
                f"({ports('valid', 'tree', 'product', sums='out')});")

    def idle(self, p, vector): return vector >> self.lanes << self.lanes  # nothing valid

    def vector(self, p, o, context, index, draw):
        valid = set(draw.sample(range(self.lanes), self.busy))
        trees = [draw.randrange(p.lanes) for _ in range(self.lanes)]
        products = [self.product(o, index * 3 + l, index) for l in range(self.lanes)]
        self.sums = [sum(products[l] for l in valid if trees[l] == t) for t in range(p.lanes)]
        return [sum(1 << l for l in valid), pack(trees, self.tree_bits(p)), pack(products, self.product_bits(p))]

    def result(self, p, load, vector): return pack(self.sums, self.gathered_bits(p))


class Accumulator(Unit):
    """The adder and control of an accumulator; its storage is a memory."""
    axes = ("weight_bits",)
    arithmetic = ()
    files = ("accumulators/rtl/accumulator_update.sv",)
    storage = True
    sum_bits = 21  # 8 x 8 bits, 16 lanes
    rule = ("netlist of models/accumulators/rtl/accumulator_update.sv, depth 256, sums of 21 bits, shifts up to 8 for wide layers; operands: sums of "
            "16 products of 4 x 4 bits, 36 per output.")

    def scheme(self, p): return "symq:w4a4"
    def vector_fields(self, p): return [("first", 1), ("address", 8), ("addend", self.sum_bits), ("stored", p.k)]
    def mode_fields(self, p): return [("shift", 4), ("bank", 1)]
    def mode(self, p): return [0, 0]
    def output_bits(self, p): return p.k

    def instance(self, p):
        connections = ports("clk", "first", "bank", "address", "shift", "addend", "stored", rst="1'b0", enable="1'b1", written="out",
                            write="", write_bank="", write_address="address_out")
        return (f"  wire [7:0] address_out;\n  accumulator_update #(.W({p.k}), .DEPTH(256), .IN({self.sum_bits}), .SHIFT(8)) unit ({connections});")

    def vector(self, p, o, context, index, draw):
        vectors, row = len(o.activations), index // 7 % len(o.weights)
        m, block = index % vectors, index // vectors % 36
        x, w = o.activations[m], o.weights[row]
        self.addend = dot(w[block * 16:block * 16 + 16], x[block * 16:block * 16 + 16])
        self.stored = 0 if block == 0 else dot(w[:block * 16], x[:block * 16])
        return [block == 0, m, self.addend, self.stored]

    def result(self, p, load, vector):
        return code((0 if vector[0] else self.stored) + self.addend, p.k)


class OutlierAccumulate(Sparse):
    axes = ("weight_bits",)
    arithmetic = ()
    files = ("sparse/rtl/outlier_accumulate.sv",)
    depth = 0             # of the word for the array's adder; the sum is one cycle later
    sum_bits = 21
    rule = ("netlist of models/sparse/rtl/outlier_accumulate.sv, depth 256, gathered sums of 21 bits: the waiting register, the adder, forwarding to and from "
            "the array's adder; without storage, which is the accumulator's. A gathered sum of two outlier products in every cycle, added at once; the array "
            "reads and writes elsewhere.")

    def scheme(self, p): return "dasq:w4a4:sw4:p98"
    def vector_fields(self, p):
        return [("gathered", self.sum_bits), ("address", 8), ("stored", p.k), ("array_address", 8), ("array_written", p.k),
                ("array_read_address", 8), ("array_stored", p.k)]
    def mode_fields(self, p): return [("ripe", 1), ("go", 1), ("array_write", 1), ("bank", 1), ("array_bank", 1), ("array_read_bank", 1)]
    def mode(self, p): return [1, 1, 1, 0, 1, 1]
    def output_bits(self, p): return 2 * p.k
    def restart(self): self.written = self.settled = None

    def instance(self, p):
        names = [name for name, _ in self.vector_fields(p) + self.mode_fields(p)]
        connections = ports("clk", *names, rst="1'b0", array_present=f"out[{p.k} +: {p.k}]", write="", write_bank="",
                            write_address="address_out", written=f"out[{p.k - 1}:0]")
        return ("  wire [7:0] address_out;\n"
                f"  outlier_accumulate #(.W({p.k}), .DEPTH(256), .IN({self.sum_bits})) unit ({connections});")

    def vector(self, p, o, context, index, draw):
        def product(n):
            row, column, value = o.outliers[n % len(o.outliers)]
            return value * o.activations[index % len(o.activations)][column] << o.shifts[row]
        m, w = index % len(o.activations), o.weights[index // 7 % len(o.weights)]
        self.sum = code(dot(w, o.activations[m]), p.k), product(index * 2) + product(index * 2 + 1)
        array = dot(w[:16], o.activations[m][:16])
        return [self.sum[1], m, self.sum[0], (m + 1) % 256, array, (m + 2) % 256, array]

    def result(self, p, load, vector):
        shown = None if self.written is None else self.written | code(vector[6], p.k) << p.k
        self.written = code(sum(self.sum), p.k) if self.settled else None  # the first one meets registers of no value
        self.settled = True
        return shown


class Requantizer(Unit):
    axes = ("weight_bits",)
    arithmetic = ("arithmetic/rtl/bit_heap.sv", "arithmetic/rtl/product_heap.sv")
    files = ("requantizer/rtl/requantizer.sv",)
    depth = 4
    multiplier_bits = 31
    rule = ("netlist of models/requantizer/rtl/requantizer.sv, 8-bit outputs, 31-bit multiplier; operands: sums of 576 products of 4 x 4 bits, whose "
            "four standard deviations fill the output. A load is a channel's bias, multiplier and shift.")

    def scheme(self, p): return "symq:w4a4"
    def vector_fields(self, p): return [("sum", p.k)]
    def load_fields(self, p): return [("bias", p.k), ("multiplier", self.multiplier_bits), ("shift", 6)]
    def mode_fields(self, p): return [("zero_point", 9), ("least", 9), ("greatest", 9)]
    def mode(self, p): return [3, -128, 127]
    def output_bits(self, p): return 8

    def instance(self, p):
        connections = ports("clk", "sum", "bias", "multiplier", "shift", "zero_point", "least", "greatest", enable="4'b1111", code="out")
        return f"  requantizer #(.W({p.k}), .A(8), .M({self.multiplier_bits})) unit ({connections});"

    def sum(self, p, o, row, index):
        """An accumulator's word: one too narrow for its sums wraps around."""
        return signed(code(dot(o.weights[row], o.activations[index % len(o.activations)]), p.k), p.k)

    def loads(self, p, o, offset):
        for row in range(offset, 1 << 30):
            row %= len(o.weights)
            sums = [self.sum(p, o, row, index) for index in range(16)]
            mean = sum(sums) // len(sums)
            deviation = max(1.0, (sum((s - mean) ** 2 for s in sums) / len(sums)) ** 0.5)
            factor = 127 / (4 * deviation)
            shift = 30 - math.floor(math.log2(factor))
            yield [-mean, min((1 << 31) - 1, round(factor * 2.0 ** shift)), shift], row

    def vector(self, p, o, row, index, draw):
        return [self.sum(p, o, row, index)]

    def segment(self, p, o, hold, count, offset, draw):
        """Bias, multiplier and shift act 0, 1 and 3 cycles after their vector."""
        loads, held, cycles = self.loads(p, o, offset), [], []
        for cycle in range(count):
            if cycle % hold == 0:
                load, row = next(loads)
            held.append(load)
            cycles.append((pack_fields(load, self.load_fields(p)) if cycle % hold == 0 else None,
                           self.vector(p, o, row, offset * 7 + cycle, draw)))
        for i, (load, vector) in enumerate(cycles):
            result = None
            if i + 3 < count:
                product, shift = (vector[0] + held[i][0]) * held[i + 1][1], held[i + 3][2]
                whole, rest = product >> shift, product & (1 << shift) - 1
                up = rest + (whole & 1) > 1 << shift - 1
                result = code(max(-128, min(127, whole + up + 3)), 8)
            yield load, pack_fields(vector, self.vector_fields(p)), result


UNITS = {
    "reference": ReferenceTree(),
    "mac_tree": MultiplierTree("mac_tree"),
    "pre_subtract_tree": MultiplierTree("pre_subtract_tree"),
    "port_subtractor": PortSubtractor(),
    "widened_tree": MultiplierTree("widened_tree"),
    "activation_sum_tree": ActivationSumTree(),
    "correction_every_cycle": Correction(False),
    "correction_at_drain": Correction(True),
    "pot_tree": ShiftTree("pot_tree"),
    "post_tree": ShiftTree("post_tree"),
    "post_word_tree": PostWordTree(),
    "apot_tree": ApotTree(),
    "level_decoder": LevelDecoder(),
    "sparse_lane": SparseLane(),
    "outlier_list": OutlierList(),
    "sparse_bank_adder": SparseBankAdder(),
    "sparse_crossbar": SparseCrossbar(),
    "outlier_accumulate": OutlierAccumulate(),
    "accumulator": Accumulator(),
    "requantizer": Requantizer(),
    "post_two_sum_tree": PostTwoSumTree(),
}
CIRCUITS = ("reference", "post_two_sum_tree")  # in tables beside the units, never looked up
