#!/usr/bin/env python3
"""Writes models/cost/tables/published_45nm.yaml: every row from published figures by one stated rule per unit.

    make_published_table.py            rewrites the table
    make_published_table.py --check    exit 1 when the committed table differs from what the rules give
    make_published_table.py --print    writes the table to stdout

The equations with their reasons: docs/cost-model.md. Python's standard library only; no dates, no randomness.
"""

import math
import pathlib
import sys

TABLE = pathlib.Path(__file__).resolve().parent.parent / "models" / "cost" / "tables" / "published_45nm.yaml"

# First family: Horowitz, ISSCC 2014, 45 nm at 0.9 V; areas as usually quoted with it.
MUL8_PJ, MUL8_UM2 = 0.2, 282.0
MUL32_PJ, MUL32_UM2 = 3.1, 3495.0
ADD8_PJ, ADD8_UM2 = 0.03, 36.0
SRAM_8KIB_64_BITS_PJ = 10.0
DRAM_PJ_PER_BIT = {"ddr3_1600": 640.0 / 32, "lpddr4": 8.0, "lpddr5": 8.0 * 0.7}

# Second family: Aladdin's 40 nm table at 5 ns. Only its ratios to its own 32-bit multiplier enter.
SECOND_MUL32_PJ, SECOND_MUL32_UM2 = 8.63, 4600.0
SECOND_REGISTER_PJ, SECOND_REGISTER_CLOCK_PJ, SECOND_REGISTER_UM2 = 0.009, 0.00794, 6.0
SECOND_SHIFTER32_PJ, SECOND_SHIFTER32_UM2 = 0.4165, 249.6
SECOND_BITWISE32_PJ, SECOND_BITWISE32_UM2 = 0.01799, 50.4
LEAKAGE_UW_PER_UM2 = 0.012

# Third source: a 45 nm six-transistor SRAM cell, Mistry et al., IEDM 2007.
SRAM_CELL_UM2 = 0.346
SRAM_ANCHOR_BITS = 65536  # 8 KiB: where half of the area is taken to be periphery

# Fourth source: capacitance of a wire, as Accelergy's interconnect plug-in has it at 50 nm, the node next to 45 nm.
WIRE_PF_PER_MM = 0.345
REPEATED = 2  # delay-optimal repeaters weigh as much as their wire
SUPPLY_V = 0.9

# Fifth source, for what a chip has beside these units: the configurations in NVDLA's primer, "Example Area and Performance with NVDLA" (nvdla.org/primer.html).
# Multipliers, kilobytes of convolution buffer, cell area at 28 nm in mm2, frames of ResNet-50 per second, average power at 16 nm in mW.
NVDLA = [(2048, 512, 5.5, 269, 291), (1024, 256, 3.0, 153, 143), (512, 256, 2.3, 93, 80), (256, 256, 1.7, 46, 48), (128, 256, 1.4, 20, 31),
         (64, 128, 0.91, 7.3, 21), (32, 128, 0.85, 3.6, 17)]
NVDLA_REFERENCE = NVDLA[3]  # 256 multipliers, as the shipped platforms have

# Assumptions that unit_key does not carry.
GUARD_BITS = 4        # pot, post: fraction bits of a product
LIST_ENTRIES = 8      # outliers that a sparse lane holds for one tile, twice (double-buffered)
DRAIN_EXTRA_BITS = 8  # correction_at_drain: sum(x) over up to 256 k-blocks
MULTIPLIER_BITS = 32  # requantizer: width of its fixed-point multiplier
FACTOR_BITS = 15      # vector unit: width of a factor (docs/numerics.md, "Operators of the vector unit")


def clog2(n):
    return (n - 1).bit_length()


def least_squares(rows, values):
    """Coefficients of the least sum of squared relative errors: the normal equations by Gauss."""
    n = len(rows[0])
    a = [[sum(x[i] * x[j] / v**2 for x, v in zip(rows, values)) for j in range(n)] + [sum(x[i] / v for x, v in zip(rows, values))] for i in range(n)]
    for i in range(n):
        a[i] = [v / a[i][i] for v in a[i]]
        for r in range(n):
            if r != i:
                a[r] = [v - a[r][i] * w for v, w in zip(a[r], a[i])]
    return [row[n] for row in a]


def constant_over_rest(rows, values, reference):
    """Of a fit whose first term is 1: that term over the others, at one row."""
    constant, *others = least_squares(rows, values)
    return constant / sum(c * x for c, x in zip(others, reference[1:]))


def overhead():
    """The lines of a table's `overhead`: what NVDLA has at no multiplier and no buffer, and burns at no frame, over the rest at 256 multipliers."""
    area = constant_over_rest([(1, macs, kilobytes) for macs, kilobytes, *_ in NVDLA], [n[2] for n in NVDLA], (1, *NVDLA_REFERENCE[:2]))
    energy = constant_over_rest([(1, n[3]) for n in NVDLA], [n[4] for n in NVDLA], (1, NVDLA_REFERENCE[3]))
    return ["overhead:", f"  area: {area:.2f}", f"  energy: {energy:.2f}",
            '  rule: "Least relative squares over the primer\'s seven configurations: area = c0 + c1 * multipliers + c2 * buffer, average power = d0 + d1 * frames per second; '
            'c0 and d0 over the other terms at 256 multipliers. c0 holds post-processors, too, d0 leakage and the clocks of registers: both are rather too much."',
            '  source: "NVDLA primer, Example Area and Performance with NVDLA, nvdla.org/primer.html: 28 nm cell area with memories, 16 nm average power, ResNet-50, 1 GHz; no layout"']


class Price:
    """Energy of one operation and area of a circuit."""

    def __init__(self, pj, um2):
        self.pj, self.um2 = pj, um2

    def __add__(self, other):
        return Price(self.pj + other.pj, self.um2 + other.um2)

    def __rmul__(self, n):
        return Price(n * self.pj, n * self.um2)


def mul(w, a):
    return Price(MUL8_PJ * w * a / 64, MUL8_UM2 * w * a / 64)


def add(w):
    return Price(ADD8_PJ * w / 8, ADD8_UM2 * w / 8)


RATIO_PJ = MUL32_PJ / SECOND_MUL32_PJ
RATIO_UM2 = MUL32_UM2 / SECOND_MUL32_UM2
REGISTER_PJ, REGISTER_UM2 = SECOND_REGISTER_PJ * RATIO_PJ, SECOND_REGISTER_UM2 * RATIO_UM2
REGISTER_CLOCK_PJ = SECOND_REGISTER_CLOCK_PJ * RATIO_PJ


def register(bits):
    return Price(bits * REGISTER_PJ, bits * REGISTER_UM2)


def mux(bits):
    return Price(bits * SECOND_SHIFTER32_PJ / 160 * RATIO_PJ, bits * SECOND_SHIFTER32_UM2 / 160 * RATIO_UM2)


def gate(bits):
    return Price(bits * SECOND_BITWISE32_PJ / 32 * RATIO_PJ, bits * SECOND_BITWISE32_UM2 / 32 * RATIO_UM2)


def port_mul(w, a):
    """A multiplier whose ports have a sign mode: one gate per partial product of the sign row and column."""
    return mul(w, a) + gate(w + a - 1)


def tree(lanes, p):
    """Adder tree over `lanes` operands of p bits; lanes a power of two. Level j: lanes / 2^j adders of p + j bits."""
    return add(sum(lanes // 2**j * (p + j) for j in range(1, clog2(lanes) + 1)))


def storage_pj_per_bit(size_bytes):
    return max(REGISTER_PJ, SRAM_8KIB_64_BITS_PJ / 64 * math.sqrt(size_bytes / 8192))


def storage_um2(bits):
    """Cells and a periphery that grows with the edge, in sub-arrays of at most 64 KiB; registers where they are smaller."""
    largest = 8 * 65536
    if bits > largest:
        return bits / largest * storage_um2(largest)
    return min(REGISTER_UM2 * bits, SRAM_CELL_UM2 * (bits + math.sqrt(SRAM_ANCHOR_BITS * bits)))


def unit(held, load, clocked_bits, area):
    """The five cost columns of a row."""
    return [held, load, clocked_bits * REGISTER_CLOCK_PJ, LEAKAGE_UW_PER_UM2 * area, area]


def mac_tree(k, a, lanes):
    out = k + a + clog2(lanes)
    logic = lanes * port_mul(k, a) + tree(lanes, k + a) + register(out)
    weights = register(2 * lanes * k)
    return unit(logic.pj, weights.pj, out, (logic + weights).um2)


def pre_subtract_tree(k, a, lanes):
    out = k + 1 + a + clog2(lanes)
    logic = lanes * port_mul(k + 1, a) + tree(lanes, k + 1 + a) + register(out)
    on_load = register(2 * (lanes + 1) * k) + lanes * add(k + 1)
    return unit(logic.pj, on_load.pj, out, (logic + on_load).um2)


def port_subtractor(k, codes):
    logic = codes * add(k + 1)
    return unit(logic.pj, 0.0, 0, logic.um2)


def activation_sum_tree(a, lanes):
    out = a + clog2(lanes)
    logic = tree(lanes, a) + register(out)
    return unit(logic.pj, 0.0, out, logic.um2)


def correction(k, sum_bits):
    product = k + sum_bits
    logic = mul(k, sum_bits) + register(product) + add(product + 1)
    zero_point = register(2 * k)
    return unit(logic.pj, zero_point.pj, product, (logic + zero_point).um2)


def correction_every_cycle(k, a, lanes):
    return correction(k, a + clog2(lanes))


def correction_at_drain(k, a, lanes):
    return correction(k, a + clog2(lanes) + DRAIN_EXTRA_BITS)


def shift_muxes(stages, a, v):
    """Right shift of an a-bit word in v bits, smallest distance first: stage j reaches a + 2^(j+1) - 1 bits."""
    return mux(sum(min(v, a + 2 ** (j + 1) - 1) for j in range(stages)))


def shift_tree(lane, k, v, lanes):
    """`lanes` signed products of v + 1 bits, their adder tree and the weight registers."""
    out = v + 1 + clog2(lanes)
    logic = lanes * lane + tree(lanes, v + 1) + register(out)
    weights = register(2 * lanes * k)
    return unit(logic.pj, weights.pj, out, (logic + weights).um2)


def pot_lane(k, a, v, farthest):
    stages = min(clog2(farthest + 1), clog2(v + 1))
    return shift_muxes(stages, a, v) + gate(2 * v)


def pot_tree(k, a, lanes):
    v = a + GUARD_BITS
    return shift_tree(pot_lane(k, a, v, 2 ** (k - 1) - 2), k, v, lanes)


def post_word_tree(k, a, lanes):
    v = a + GUARD_BITS
    lane = pot_lane(k, a, v, 2 ** (k - 2) - 1)
    if k > 2:
        lane = lane + mul(a, v / 2) + mux(v)
    return shift_tree(lane, k, v, lanes)


def post_tree(k, a, lanes):
    v = a + GUARD_BITS
    lane = pot_lane(k, a, v, 2 ** (k - 2) - 1)
    if k > 2:
        lane = lane + mul(a, v / 2) + add(v) + mux(v)
    return shift_tree(lane, k, v, lanes)


def apot_tree(k, a, lanes):
    v = a + GUARD_BITS
    lane = pot_lane(k, a, v, 3 if k == 4 else 4) + pot_lane(k, a, v, 2 if k == 4 else 5) + add(v)
    return shift_tree(lane, k, v + 1, lanes)


def level_decoder(k, a, codes):
    table = register((2 * k) << a)
    logic = codes * mux(((1 << a) - 1) * k + k)
    held = codes * mux(a * k + k)
    return unit(held.pj, table.pj, 0, (logic + table).um2)


def sparse_lane(k, a, lanes):
    product, selected = k + a + 7, k + a + 3
    logic = mux((lanes - 1) * a) + register(selected) + port_mul(k, a) + mux(3 * product) + register(product)
    return unit(logic.pj, 0.0, selected + product, logic.um2)


def outlier_list(entry, entries):
    logic = mux((entries - 1) * entry)
    return unit(logic.pj, register(2 * entry).pj, 0, (logic + register(2 * entries * entry)).um2)


def gathered_bits(k, a):
    return k + a + 7 + clog2(LIST_ENTRIES)


def sparse_bank_adder(k, a):
    logic = add(gathered_bits(k, a)) + register(gathered_bits(k, a))
    return unit(logic.pj, 0.0, gathered_bits(k, a), logic.um2)


def sparse_crossbar(k, a, trees):
    bits = gathered_bits(k, a)
    return unit((gate(trees * bits) + add(bits)).pj, 0.0, 0, (gate(trees * bits) + trees * add(bits)).um2)


def outlier_accumulate(width):
    gathered = 21
    logic = add(width) + register(width + gathered) + mux(3 * width + gathered) + gate(27)
    return unit(logic.pj, 0.0, width + gathered, logic.um2)


def accumulator(width, depth):
    bits = width * depth
    logic = add(width) + register(width)
    held = logic.pj + 2 * width * storage_pj_per_bit(bits / 8)
    return unit(held, 0.0, width, logic.um2 + 2 * storage_um2(bits))


def requantizer(width):
    logic = mul(width, MULTIPLIER_BITS) + mux(6 * (width + MULTIPLIER_BITS)) + 3 * add(width) + register(8)
    scale = register(MULTIPLIER_BITS + 6)
    return unit(logic.pj, scale.pj, 8, (logic + scale).um2)


def barrel(bits, stages):
    return mux(stages * bits)


def vector_circuit(logic, clocked_bits):
    logic = logic + register(clocked_bits)
    return unit(logic.pj, 0.0, 0, logic.um2)  # its registers have no clock while it has no operation


def vector_lane(a):
    x, total = a + 1, a + 1 + FACTOR_BITS + 1
    logic = 2 * add(x) + 2 * mul(x, FACTOR_BITS) + add(total) + barrel(total, 5) + add(total) + 3 * add(x)
    return vector_circuit(logic, 2 * x + total + total + a)


def vector_polynomial(a):
    x = a + 1
    logic = (add(x) + mul(x, 19) + barrel(a + 20, 5) + add(a + 20) + add(15) + mul(15, 15) + mul(18, 15) + add(31) + barrel(21, 5)
             + add(37))
    return vector_circuit(logic, x + (a + 20) + (a + 20) + 15 + 30 + 31 + 21 + 37)


def vector_scale(a):
    first, last = mul(21, 17), mul(a + 17, FACTOR_BITS)
    logic = first + last + barrel(a + 32, 6) + add(a + 32) + 3 * add(a + 1)
    return vector_circuit(logic, 38 + (a + 32) + (a + 32) + a)


def vector_norm(a):
    x, total, squares, deviation = a + 1, a + 17, 2 * a + 18, a + 18
    sums = add(x) + mul(x, x) + add(total) + add(squares)
    result = (mul(x, 17) + add(deviation) + mul(deviation, 17) + barrel(a + 35, 6) + add(a + 35) + mul(24, 16) + add(48)
              + barrel(48, 5) + add(48) + 3 * add(x))
    return vector_circuit(sums + result, x + 2 * x + total + squares + deviation + (a + 35) + 24 + 48 + 48 + a)


def vector_row(a):
    digit = add(38) + mux(38) + register(38 + 17)
    variance = mul(17, 2 * a + 18) + mul(a + 17, a + 17) + 2 * add(63)
    rest = barrel(63, 6) + mul(17, FACTOR_BITS)
    held = (17 + 16) * digit + variance + rest
    area = 2 * digit + variance + rest
    return unit(held.pj, 0.0, 0, area.um2)


def sram(capacity, port_bits):
    area = storage_um2(8 * capacity)
    return [storage_pj_per_bit(capacity), storage_pj_per_bit(capacity), LEAKAGE_UW_PER_UM2 * area, area]


def wire_pj_per_bit_mm():
    """A charge of C V^2 for every second change; of the bits half change; delay-optimal repeaters weigh as much as the wire."""
    return WIRE_PF_PER_MM * REPEATED * SUPPLY_V**2 / 4


def dram(kind):
    return [DRAM_PJ_PER_BIT[kind], DRAM_PJ_PER_BIT[kind], 0.0, 0.0]


HOROWITZ = "Horowitz, ISSCC 2014 (45 nm, 0.9 V)"
ALADDIN = "Shao et al., Aladdin, ISCA 2014 (40 nm table, 5 ns), as ratios to its 32-bit multiplier"
BOTH = f"{HOROWITZ}; registers, gates, multiplexers and leakage: {ALADDIN}"
SHIFT = (f"shifter and gates: {ALADDIN}; adders: {HOROWITZ}; codes: Zhou et al., Precision Neural Network Quantization "
         "via Learnable Adaptive Modules")
TWO_SHIFTS = (f"shifter and gates: {ALADDIN}; adders: {HOROWITZ}; codes: Li, Dong, Wang, Additive Powers-of-Two Quantization, "
              "ICLR 2020")

VECTOR_WIDTHS = {"activation_bits": list(range(2, 17))}  # vector_norm and vector_row are not linear

# The rules of multipliers are linear in each width, so that few rows give every width exactly; the shifters' are not.
WIDTHS, INPUTS, LANES = [2, 3, 4, 8, 9], [2, 4, 8], [1, 4, 8, 16, 32, 64]
UNITS = [
    ("mac_tree", mac_tree, {"weight_bits": WIDTHS, "activation_bits": INPUTS, "lanes": LANES}, BOTH,
     "out = k + a + clog2(L). held = L * port_mul(k, a) + tree(L, k + a) + register(out). load = register(2 * L * k): shadow, "
     "then active copy; both are clocked on a load only. clock = out * register_clock. area = all of these."),
    ("pre_subtract_tree", pre_subtract_tree, {"weight_bits": WIDTHS[:-1], "activation_bits": INPUTS, "lanes": LANES}, BOTH,
     "k is the code width. out = k + 1 + a + clog2(L). held = L * port_mul(k + 1, a) + tree(L, k + 1 + a) + register(out). load = "
     "register(2 * (L + 1) * k) + L * add(k + 1): codes and one zero point per tree; a subtractor toggles only when its code or "
     "zero point changes. clock = out * register_clock. area = all of these."),
    ("widened_tree", mac_tree, {"weight_bits": WIDTHS, "activation_bits": INPUTS, "lanes": LANES}, BOTH,
     "mac_tree's rule; k is the stored width, one more than the code's."),
    ("port_subtractor", port_subtractor, {"weight_bits": [2, 8], "lanes": [1, 64]}, BOTH,
     "k is the code width, L the codes of a cycle. held = area = L * add(k + 1). load = clock = 0."),
    ("activation_sum_tree", activation_sum_tree, {"activation_bits": INPUTS, "lanes": LANES}, BOTH,
     "out = a + clog2(L). held = tree(L, a) + register(out). load = 0. clock = out * register_clock. area = all of these."),
    ("correction_every_cycle", correction_every_cycle,
     {"weight_bits": [2, 4, 9], "activation_bits": INPUTS, "lanes": LANES + [256]}, BOTH,
     "S = a + clog2(L). held = mul(k, S) + register(k + S) + add(k + S + 1). load = register(2 * k). clock = (k + S) * "
     "register_clock. area = all of these."),
    ("correction_at_drain", correction_at_drain,
     {"weight_bits": [2, 4, 9], "activation_bits": INPUTS, "lanes": LANES + [256]}, BOTH,
     "correction_every_cycle's rule with S = a + clog2(L) + 8: the sum over up to 256 k-blocks."),
    ("pot_tree", pot_tree, {"weight_bits": [2, 3, 4, 5, 6, 7], "activation_bits": [2, 3, 4, 8], "lanes": LANES}, SHIFT,
     "Guard bits g = 4. v = a + g; farthest shift E = 2^(k-1) - 2; s = min(clog2(E + 1), clog2(v + 1)) stages, stage j = 0..s-1 of "
     "min(v, a + 2^(j+1) - 1) multiplexers. lane = mux(sum over the stages) + gate(2 * v): zero code and sign. out = v + 1 + "
     "clog2(L). held = L * lane + tree(L, v + 1) + register(out). load = register(2 * L * k). clock = out * register_clock. area = "
     "all of these."),
    ("post_tree", post_tree, {"weight_bits": [2, 3, 4, 5, 6, 7], "activation_bits": [2, 3, 4, 5, 6, 7, 8], "lanes": LANES}, SHIFT,
     "pot_tree's rule with E = 2^(k-2) - 1, and for k >= 3 each lane has in addition mul(a, v / 2) + add(v) + mux(v): the table of "
     "odd exponents made as the product by the constant 2^g / sqrt(2), half of whose v bits are ones, its rounding, and the choice "
     "between even and odd."),
    ("post_word_tree", post_word_tree, {"weight_bits": [2, 3, 4, 5, 6, 7], "activation_bits": [2, 3, 4, 5, 6, 7, 8], "lanes": LANES}, SHIFT,
     "post_tree's rule without add(v): the word is rounded once, by a constant among the partial products of mul(a, v / 2), and not behind the shift."),
    ("apot_tree", apot_tree, {"weight_bits": [4, 5], "activation_bits": [2, 3, 4, 5, 6, 7, 8], "lanes": LANES}, TWO_SHIFTS,
     "lane = pot_tree's lane of each of the two terms + add(v), with E = 3 and 2 at k = 4, 4 and 5 at k = 5; tree, weights and output as there, one bit wider: "
     "the sum of two terms is up to 1.5."),
    ("level_decoder", level_decoder, {"weight_bits": [2, 8], "activation_bits": [2, 3, 4, 5, 6, 7, 8], "lanes": [1, 64]}, BOTH,
     "k is the level's width, a the code's, L the codes of a cycle. held = L * mux(a * k + k): of a code's tree of multiplexers one in each stage "
     "shows its change, then the way past the table. load = register(2 * 2^a * k): the list, shadow and active. clock = 0. area = "
     "L * mux((2^a - 1) * k + k) + register(2 * 2^a * k)."),
    ("sparse_lane", sparse_lane, {"weight_bits": [2, 4, 8, 9], "activation_bits": INPUTS, "lanes": LANES}, BOTH,
     "k is the outlier's value width, L the activation multiplexer's. p = k + a + 7, s = k + a + 3. held = mux((L - 1) * a) + register(s) + "
     "port_mul(k, a) + mux(3 * p) + register(p): activation, its register with value and shift, product, shift 0..7. load = 0. clock = (s + p) * "
     "register_clock. area = all of these."),
    ("outlier_list", outlier_list, {"weight_bits": [5, 25], "lanes": [1, 2, 4, 8, 16]}, BOTH,
     "k is an entry's width: value, tree, lane, 3 bits of the channel's shift; L the entries. held = mux((L - 1) * k). load = register(2 * k): one entry "
     "written, and an L-th of the active list. clock = 0. area = held's circuits + register(2 * L * k)."),
    ("sparse_bank_adder", sparse_bank_adder, {"weight_bits": [2, 4, 8, 9], "activation_bits": INPUTS}, BOTH,
     "k is the outlier's value width. G = k + a + 7 + 3: up to 8 shifted products. held = add(G) + register(G). load = 0. clock = "
     "G * register_clock. area = all of these."),
    ("sparse_crossbar", sparse_crossbar,
     {"weight_bits": [2, 4, 8, 9], "activation_bits": INPUTS, "lanes": [1, 16, 64, 256]}, BOTH,
     "L is the number of trees, G = k + a + 10. held = gate(L * G) + add(G): every tree's gates see the product, one tree's adder "
     "takes it. load = 0. clock = 0. area = gate(L * G) + L * add(G): each tree has an adder for each lane."),
    ("outlier_accumulate", outlier_accumulate, {"weight_bits": [8, 16, 24, 32]}, BOTH,
     "k is the accumulator width W. held = add(W) + register(W + 21) + mux(3 * W + 21) + gate(27): the waiting sum of 21 bits and the way past it, the "
     "sum, two forwarded words at this adder and one at the array's, three comparisons of 9 bits. Its storage is the accumulator's. load = 0. clock = "
     "(W + 21) * register_clock. area = all of these."),
    ("accumulator", accumulator,
     {"weight_bits": [8, 16, 24, 32], "lanes": [2**n for n in range(13)]},
     f"{BOTH}; cell: Mistry et al., IEDM 2007",
     "k is the width W, L the depth of one of two banks. bits = W * L. held = add(W) + register(W) + 2 * W * "
     "storage_bit(bits / 8): one read, one write. load = 0. clock = W * register_clock. area = add(W) + register(W) + 2 * "
     "storage(bits)."),
    ("requantizer", requantizer, {"weight_bits": [8, 16, 24, 32]}, BOTH,
     "k is the accumulator width W. held = mul(W, 32) + mux(6 * (W + 32)) + 3 * add(W) + register(8): fixed-point multiplier, "
     "shift, rounding and two comparisons. load = register(38). clock = 8 * register_clock. area = all of these."),
]
VECTOR_UNITS = [
    ("vector_lane", vector_lane, VECTOR_WIDTHS, BOTH,
     "a is the codes' width, x = a + 1, s = a + 17. held = 2 * add(x) + 2 * mul(x, 15) + add(s) + mux(5 * s) + add(s) + 3 * add(x) + "
     "register(R), R = 2 * x + 2 * s + a: zero points, factors, sum, shift, rounding, output zero point and two comparisons. load = 0. "
     "clock = 0: gated. area = all of these."),
    ("vector_polynomial", vector_polynomial, VECTOR_WIDTHS, BOTH,
     "x = a + 1. held = add(x) + mul(x, 19) + mux(5 * (a + 20)) + add(a + 20) + add(15) + mul(15, 15) + mul(18, 15) + add(31) + mux(5 * "
     "21) + add(37) + register(R), R = x + 2 * (a + 20) + 134: difference, scale, shift, rounding, complement, square, coefficient, "
     "constant, power of two, sum of a row. load = 0. clock = 0: gated. area = all of these."),
    ("vector_scale", vector_scale, VECTOR_WIDTHS, BOTH,
     "held = mul(21, 17) + mul(a + 17, 15) + mux(6 * (a + 32)) + add(a + 32) + 3 * add(a + 1) + register(R), R = 38 + 2 * (a + 32) + a: "
     "softmax's quotient or GELU's gate, output factor, shift, rounding, output zero point and two comparisons. load = 0. clock = 0: "
     "gated. area = all of these."),
    ("vector_norm", vector_norm, VECTOR_WIDTHS, BOTH,
     "x = a + 1. Sums: add(x) + mul(x, x) + add(a + 17) + add(2 * a + 18). Result: mul(x, 17) + add(a + 18) + mul(a + 18, 17) + mux(6 * "
     "(a + 35)) + add(a + 35) + mul(24, 16) + add(48) + mux(5 * 48) + add(48) + 3 * add(x). held = both + register(R), R = 3 * x + (a + "
     "17) + (2 * a + 18) + (a + 18) + (a + 35) + 120 + a. load = 0. clock = 0: gated. area = all of these."),
    ("vector_row", vector_row, VECTOR_WIDTHS, BOTH,
     "digit = add(38) + mux(38) + register(55). held = 33 * digit + mul(17, 2 * a + 18) + mul(a + 17, a + 17) + 2 * add(63) + mux(6 * "
     "63) + mul(17, 15): a quotient of 17 and a root of 16 digits, variance, alignment, factor. load = 0. clock = 0: gated. "
     "area = 2 * digit + the rest."),
]
COSTS = ["held_pj", "load_pj", "clock_pj", "leakage_uw", "area_um2"]
MEMORY_COSTS = ["read_pj_per_bit", "write_pj_per_bit", "leakage_uw", "area_um2"]
MEMORIES = [
    ("sram", sram, {"capacity_bytes": [64 * 2**n for n in range(17)], "port_bits": [8, 16384]},
     f"{HOROWITZ}; cell: Mistry et al., IEDM 2007",
     "read = write = storage_bit(capacity) at any port width: the published figure has one port (64 bits) only. area = storage(8 * "
     "capacity). leakage = 0.012 uW per um2."),
]
DRAMS = [
    ("ddr3_1600", "Horowitz, ISSCC 2014; Han et al., NIPS 2015 (640 pJ per 32 bits)", "read = write = 640 pJ / 32 bits."),
    ("lpddr4", "Accelergy's CACTI plug-in (github.com/Accelergy-Project/accelergy-cacti-plug-in), DRAM by energy per bit: 8 pJ for LPDDR4, there called public data",
     "read = write = 8 pJ per bit. Another family of figures than Horowitz's."),
    ("lpddr5", "as lpddr4; Samsung, 8 Gb LPDDR5 announced July 2018: up to 30 % less power than LPDDR4X",
     "read = write = lpddr4's * 0.7: derived, no published energy per bit; the 30 % are a vendor's best case."),
]
WIRE_SOURCE = ("capacitance: the wires of Accelergy's interconnect plug-in (github.com/tanner-andrulis/accelergy-wire-plugin), 0.345 pF per mm at "
               "50 nm; 0.9 V as Horowitz, ISSCC 2014")
WIRE_RULE = "pj_per_bit_mm = 0.345 pF * (0.9 V)^2 / 2: half of the bits change, repeaters double the capacitance."
PRIMITIVES = [
    "k, a, L: weight bits, activation bits, lanes; clog2(n): ceil(log2 n). A term X(..) stands for its energy in held and load and "
    "for its area in area.",
    "mul(w, a) = 0.2 pJ * w * a / 64, 282 um2 * w * a / 64   (mul8)",
    "add(w) = 0.03 pJ * w / 8, 36 um2 * w / 8   (add8)",
    "second family, enters as energy * 3.1 / 8.63 and area * 3495 / 4600, the ratio of the two families' 32-bit multipliers:",
    "register(b) = b * (0.009 pJ, 6 um2), clocked and written; register_clock = 0.00794 pJ per bit, clocked only",
    "mux(b) = b * (0.4165 pJ, 249.6 um2) / 160, a 32-bit shifter being 5 stages of 32; gate(b) = b * (0.01799 pJ, 50.4 um2) / 32",
    "leakage = 0.012 uW per um2 of the row's area",
    "port_mul(w, a) = mul(w, a) + gate(w + a - 1), the sign mode of the ports",
    "tree(L, p) = sum over j = 1..log2 L of L / 2^j adders add(p + j)",
    "storage_bit(bytes) = 10 pJ / 64 * sqrt(bytes / 8192), at least register(1)",
    "storage(bits) = 0.346 um2 * (bits + 256 * sqrt(bits)), at most register(bits), up to 64 KiB (half is periphery at 8 KiB); above "
    "in proportion to 64 KiB",
]
PROVENANCE = [
    "mix: all figures are published ones: multipliers, adders, SRAM and DDR3 of one family (45 nm, 0.9 V); LPDDR of another; registers, gates and multiplexers of a 40 nm library as ratios to its "
    "multiplier, leakage per area of that library, area of SRAM from a 45 nm cell",
]
NOT_MODELLED_OF_VECTOR_UNIT = ["vector unit: registers of its parameters, trees that reduce its lanes, gain and bias on their way in"]
NOT_MODELLED = [
    "control: sequencer, address generation, outlier scheduling",
    "DMA engine, bus and DRAM interface on the chip; idle, refresh and row energy of the DRAM",
    "wires and the broadcast of activations to the trees",
    "clock tree; weight and outlier registers are taken as clock-gated, shadow registers as present",
    "pipeline registers inside a tree (only its output register is priced)",
    "glitching beyond what the published figures of single operators hold",
    "activation classes: the rows of relu, gelu and dense are the same",
    "held weights: a multiplier is charged as if both operands changed on every vector",
    "part-used words of a memory port, and the width of the port",
    "single toggles and zero operands beyond the activation class; unused lanes of a part-filled tile cost as used ones",
    "storage of the channels' constants (bias, multiplier, shift, zero point) beyond one set of registers per tree or drain lane",
    "ASQ: beta times the constants of a layer's channels",
] + NOT_MODELLED_OF_VECTOR_UNIT


def points(axes):
    """All points of the grid, last axis fastest."""
    grid = [[]]
    for values in axes.values():
        grid = [point + [value] for point in grid for value in values]
    return grid


def section(kind, name, price, axes, source, rule, costs, of=""):
    yield f"  - {kind}: {name}"
    if of:
        yield f"    kind: {of}"
    yield f'    rule: "{rule}"'
    yield f'    source: "{source}"'
    if kind == "unit":
        yield "    classes: [relu, gelu, dense]"
        yield "    streams: [dense, outlier]"
    yield "    origin: published"
    yield f"    columns: [{', '.join(list(axes) + costs)}]"
    yield "    rows:"
    for point in points(axes):
        numbers = [str(value) for value in point] + [f"{value:.6g}" for value in price(*point)]
        yield f"      - [{', '.join(numbers)}]"


def wire_section():
    return ["  - memory: wire", f'    rule: "{WIRE_RULE}"', f'    source: "{WIRE_SOURCE}"', f"    pj_per_bit_mm: {wire_pj_per_bit_mm():.6g}"]


def table():
    lines = ["# Written by scripts/make_published_table.py; change the rule there, not a row here. docs/cost-model.md explains.",
             "name: published_45nm", "label: published, scaled"]
    for key, texts in (("primitives", PRIMITIVES), ("provenance", PROVENANCE), ("not_modelled", NOT_MODELLED)):
        lines += [f"{key}:"] + [f'  - "{text}"' for text in texts]
    lines += overhead() + ["units:"]
    for name, price, axes, source, rule in UNITS + VECTOR_UNITS:
        lines += section("unit", name, price, axes, source, rule, COSTS)
    lines.append("memories:")
    for name, price, axes, source, rule in MEMORIES:
        lines += section("memory", name, price, axes, source, rule, MEMORY_COSTS)
    for kind, source, rule in DRAMS:
        lines += section("memory", "dram", lambda of=kind: dram(of), {}, source, rule, MEMORY_COSTS, kind)
    lines += wire_section()
    return "\n".join(lines) + "\n"


def main(arguments):
    if arguments == ["--print"]:
        sys.stdout.write(table())
    elif arguments == ["--check"]:
        if TABLE.read_text(encoding="utf-8") != table():
            sys.exit(f"{TABLE}: differs from its rules; run {pathlib.Path(__file__).name}")
    elif not arguments:
        TABLE.write_text(table(), encoding="utf-8")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
