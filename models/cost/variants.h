#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/enumerators.h"
#include "models/cost/cost_table.h"

namespace symmetree {

/// The ways to multiply activations by k-bit weight codes, each with all that it needs beside a plain tree. `symq` is the plain one.
enum class tree_variant {
    symq,
    pre_subtract,
    port_subtract,
    widened,
    row_sum_every_cycle,
    row_sum_at_drain,
    dasq,
    pot,
    post,
    post_word,
    apot
};

constexpr const char* to_string(tree_variant variant) {
    switch (variant) {
        case tree_variant::symq: return "symq";
        case tree_variant::pre_subtract: return "pre_subtract";
        case tree_variant::port_subtract: return "port_subtract";
        case tree_variant::widened: return "widened";
        case tree_variant::row_sum_every_cycle: return "row_sum_every_cycle";
        case tree_variant::row_sum_at_drain: return "row_sum_at_drain";
        case tree_variant::dasq: return "dasq";
        case tree_variant::pot: return "pot";
        case tree_variant::post: return "post";
        case tree_variant::post_word: return "post_word";
        case tree_variant::apot: return "apot";
    }
    return "?";
}

/// How an array shares what does not belong to one tree; the defaults are the shipped platforms'.
struct variant_sizes {
    int lanes = 16, activation_bits = 4;
    activation_class input = activation_class::relu;
    int trees = 16;        ///< share one activation sum, and its accumulator where the correction is at the drain
    int drain_lanes = 16;  ///< corrections at the drain
    int inputs = 576;      ///< of an output, 3 x 3 x 64: ceil(inputs / lanes) vectors per correction at the drain
    int accumulator_bits = 32, accumulator_depth = 256;
    int sparse_lanes = 16;  ///< row-banked, with a bank adder per tree
    int outlier_bits = 4, list_entries = 4;
    double outlier_share = 0.02;  ///< of the weights
    int port_codes = 32;          ///< that cross the weight port in a cycle
};

/// Part of a variant, per tree of the array.
struct variant_part {
    unit_key key;
    double instances = 1;        ///< of the unit, per tree
    double operations = 1;       ///< per vector of the tree
    double loads = 1;            ///< per load of the tree's weights
    bool optional = false;       ///< storage, left out where the table has none
    double load_operations = 0;  ///< more of them per load of the tree's weights
};

/// The parts of a variant at weight codes of `weight_bits`; the first is the tree.
std::vector<variant_part> parts_of(tree_variant variant, int weight_bits, const variant_sizes& sizes);

/// What a tree costs with its share of everything beside it; absent as soon as one part is.
///   area, FPGA resources   sum of instances * cost
///   delay                  largest of the parts': a register stands between them
///   held                   sum of operations * held + (instances - operations) * clock, over lanes: per multiply-accumulate, a vector
///   every cycle streamed               the same, loads * load and load_operations * held: new weights for every vector
struct variant_cost {
    std::optional<double> area_um2, luts, flip_flops, carries, dsps, delay_ns, held_pj_per_mac, streamed_pj_per_mac;
    std::vector<std::string> left_out;  ///< optional parts that the table has no costs for
};

variant_cost cost_of(tree_variant variant, int weight_bits, const variant_sizes& sizes, const cost_table& table);

}  // namespace symmetree
