#pragma once

#include <limits>

namespace symmetree {

/// What stays in the array: a weight tile while an m-block's vectors pass it, or one vector's sums while all slices of its
/// inputs pass them, with a new weight tile each. docs/timing-model.md, "Output-stationary".
enum class dataflow { weight_stationary, output_stationary };

/// The word of platform files and reports.
constexpr const char* to_string(dataflow flow) {
    switch (flow) {
        case dataflow::weight_stationary: return "weight_stationary";
        case dataflow::output_stationary: return "output_stationary";
    }
    return "?";
}

/// The two factors of a product.
enum class operand { weights, activations };

/// All that a dataflow decides; whoever depends on the dataflow asks here.
struct flow_rules {
    /// Stands in the array's registers for one tile. The loader brings it; its bank is free at the load_end of the last tile that reads it.
    operand held;
    /// Passes the held operand, vector by vector. The issuer brings it; its bank is free behind the last issue of the last tile that
    /// reads it.
    operand streamed;
    /// False: a tile takes all vectors of an m-block, an accumulator bank holds their sums. True: a tile takes one vector, the slices of a
    /// vector follow one another, and a bank is the sum of one vector in registers behind their own adders.
    bool one_vector;
    /// A weight fill may not cut an n-block: its slices would be fetched again for every vector.
    bool whole_n_blocks;

    /// Vectors whose sums an accumulator bank of `depth` holds.
    constexpr int vectors_per_bank(int depth) const { return one_vector ? 1 : depth; }
    /// Greatest m-block that accumulator banks of `depth` allow.
    constexpr int longest_m_block(int depth) const { return one_vector ? std::numeric_limits<int>::max() : depth; }
    /// Accumulator banks in which the outputs of an n-block and m-block of `vectors` are handed over.
    constexpr int banks_per_block(int vectors) const { return one_vector ? vectors : 1; }
    /// H: cycles between two writes of one sum, in a storage that takes `storage_interval`.
    constexpr int write_interval(int storage_interval) const { return one_vector ? 1 : storage_interval; }
};

constexpr flow_rules rules_of(dataflow flow) {
    switch (flow) {
        case dataflow::weight_stationary: return {operand::weights, operand::activations, false, false};
        case dataflow::output_stationary: return {operand::weights, operand::activations, true, true};
    }
    return {};
}

}  // namespace symmetree
