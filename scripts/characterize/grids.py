"""Which points a table holds."""

import itertools

from units import Point

ACTIVATIONS = [2, 3, 4, 8]
FEW_WIDTHS = [2, 3, 4, 6, 8]
DEPTHS = [2 ** n for n in range(13)]

# Axes as (weight_bits, activation_bits, lanes) per unit; 0 where the unit has no such axis. Shipped platforms have 16 lanes,
# the multiplier array beside a shift array 4. SHAPES, which the committed tables hold, serve more lanes: what COMPOSED names by rows up to 16 and
# beyond by the form of models/cost/lane_composition.h, the others by rows alone. POST's tables take yosys hours from 32 lanes on.
SMALL = {
    "mac_tree": (range(2, 10), ACTIVATIONS, [4, 16]),
    "pre_subtract_tree": (range(2, 9), ACTIVATIONS, [16]),
    "widened_tree": (range(3, 10), ACTIVATIONS, [16]),
    "port_subtractor": (range(2, 9), [0], [1, 16, 64]),
    "pot_tree": (range(2, 8), ACTIVATIONS, [16]),
    "post_tree": (range(2, 8), ACTIVATIONS, [16]),
    "post_word_tree": (range(2, 8), ACTIVATIONS, [16]),
    "apot_tree": ([4, 5], ACTIVATIONS, [16]),
    "activation_sum_tree": ([0], ACTIVATIONS, [16]),
    "correction_every_cycle": (FEW_WIDTHS, ACTIVATIONS, [16]),
    "correction_at_drain": (FEW_WIDTHS, ACTIVATIONS, [16]),
    "level_decoder": ([4, 8], range(2, 7), [16, 64]),
    "sparse_lane": ([2, 4, 8], [2, 4, 8], [16]),
    "outlier_list": ([5, 15, 25], [0], [1, 2, 4, 8, 16]),
    "sparse_bank_adder": ([2, 4, 8], [2, 4, 8], [0]),
    "sparse_crossbar": ([2, 4, 8], [2, 4, 8], [8, 16]),
    "outlier_accumulate": ([8, 16, 24, 32], [0], [0]),
    "accumulator": ([16, 24, 32], [0], [0]),
    "requantizer": ([16, 24, 32], [0], [0]),
    "post_two_sum_tree": ([3, 4, 5], [4, 8], [16]),
}
COMPOSED = {"mac_tree": 64, "pre_subtract_tree": 64, "widened_tree": 64}
LANES = {unit: [1, 4, 16] for unit in COMPOSED}
LANES |= {"pot_tree": [1, 4, 16, 32], "apot_tree": [1, 4, 16, 32], "post_tree": [1, 4, 16], "activation_sum_tree": [1, 4, 16, 32, 64]}
LANES |= {"correction_every_cycle": [1, 4, 16, 64], "correction_at_drain": [4, 16, 64], "level_decoder": [1, 4, 16, 64]}
LANES |= {"sparse_lane": [2, 4, 16, 32, 64], "sparse_crossbar": [4, 8, 16], "post_two_sum_tree": [4, 16]}
SHAPES = {unit: (k, a, LANES.get(unit, lanes)) for unit, (k, a, lanes) in SMALL.items()}
FULL = {
    "mac_tree": (range(2, 10), range(2, 9), [1, 4, 8, 16, 32, 64]),
    "pre_subtract_tree": (range(2, 9), range(2, 9), [4, 8, 16, 32, 64]),
    "widened_tree": (range(3, 10), range(2, 9), [4, 8, 16, 32, 64]),
    "port_subtractor": (range(2, 9), [0], [1, 16, 32, 64]),
    "pot_tree": (range(2, 8), range(2, 9), [4, 8, 16, 32, 64]),
    "post_tree": (range(2, 8), range(2, 9), [4, 8, 16, 32, 64]),
    "post_word_tree": (range(2, 8), range(2, 9), [4, 8, 16, 32, 64]),
    "apot_tree": ([4, 5], range(2, 9), [4, 8, 16, 32, 64]),
    "activation_sum_tree": ([0], range(2, 9), [4, 8, 16, 32, 64]),
    "correction_every_cycle": (range(2, 9), range(2, 9), [4, 16, 64]),
    "correction_at_drain": (range(2, 9), range(2, 9), [4, 16, 64]),
    "level_decoder": ([2, 4, 6, 8], range(2, 7), [1, 16, 64]),
    "sparse_lane": (range(2, 9), range(2, 9), [4, 8, 16, 32, 64]),
    "outlier_list": ([5, 10, 15, 20, 25], [0], [1, 2, 4, 8, 16]),
    "sparse_bank_adder": (range(2, 9), range(2, 9), [0]),
    "sparse_crossbar": (range(2, 9), range(2, 9), [4, 8, 16, 32]),
    "outlier_accumulate": ([8, 16, 24, 32], [0], [0]),
    "accumulator": ([8, 16, 24, 32], [0], [0]),
    "requantizer": ([8, 16, 24, 32], [0], [0]),
    "post_two_sum_tree": (range(3, 7), [2, 4, 6, 8], [4, 16, 64]),
}
# Mapping to an FPGA takes as long as synthesis and simulation together: fewer widths.
THIRDS = [2, 4, 8]
FPGA = {
    "mac_tree": (THIRDS, THIRDS, [4, 16]),
    "pre_subtract_tree": (THIRDS, THIRDS, [16]),
    "widened_tree": ([3, 5, 9], THIRDS, [16]),
    "port_subtractor": (THIRDS, [0], [1, 16, 64]),
    "pot_tree": ([2, 4, 7], THIRDS, [16]),
    "post_tree": ([2, 4, 7], THIRDS, [16]),
    "post_word_tree": ([2, 4, 7], THIRDS, [16]),
    "apot_tree": ([4, 5], THIRDS, [16]),
    "activation_sum_tree": ([0], THIRDS, [16]),
    "correction_every_cycle": (THIRDS, THIRDS, [16]),
    "correction_at_drain": (THIRDS, THIRDS, [16]),
    "level_decoder": ([4, 8], range(2, 6), [16, 64]),  # 64 codes of 6 bits take an hour
    "sparse_lane": (THIRDS, THIRDS, [16]),
    "outlier_list": ([5, 15, 25], [0], [1, 2, 4, 8, 16]),
    "sparse_bank_adder": (THIRDS, THIRDS, [0]),
    "sparse_crossbar": (THIRDS, THIRDS, [8, 16]),
    "outlier_accumulate": ([8, 16, 24, 32], [0], [0]),
    "accumulator": ([16, 24, 32], [0], [0]),
    "requantizer": ([16, 24, 32], [0], [0]),
}
GRIDS = {"small": SMALL, "shapes": SHAPES, "full": FULL, "fpga": FPGA}


ORDER = [0, 4, 8, 2]  # widths of activations by what is missed most


def points(name, units):
    """The grid's points of these units; a run that is stopped early has whole columns of activation widths."""
    found = [Point(unit, k, a, lanes) for unit, axes in GRIDS[name].items() if unit in units for k, a, lanes in itertools.product(*axes)]
    return sorted(found, key=lambda p: (ORDER.index(p.a) if p.a in ORDER else len(ORDER), p.a, p.k * p.a * p.lanes))


def complete(found):
    """The largest of the grids that is left when axis values with missing points are dropped, the one with most gaps first."""
    found = set(found)
    while found:
        axes = [sorted({p[i] for p in found}) for i in range(3)]
        gaps = [p for p in itertools.product(*axes) if p not in found]
        if not gaps:
            return sorted(found)
        share = lambda i, v: sum(g[i] == v for g in gaps) / sum(p[i] == v for p in itertools.product(*axes))
        axis, value = max(((i, v) for i in range(3) for v in axes[i] if len(axes[i]) > 1), key=lambda iv: share(*iv))
        found = {p for p in found if p[axis] != value}
    return []
