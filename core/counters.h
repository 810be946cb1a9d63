#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "core/activation_class.h"
#include "core/counter_group.h"
#include "core/enumerators.h"
#include "core/units.h"

namespace symmetree {

/// The priced units of the accelerator. One enumerator = one circuit with a row of its own in a cost table.
enum class unit_kind {
    mac_tree,                ///< extent multipliers of held_bits x activation_bits, adder tree, weight registers
    pre_subtract_tree,       ///< mac_tree with W - z formed in each lane before a multiplier one bit wider
    widened_tree,            ///< mac_tree whose held codes W - z are one bit wider; held_bits is the width in its registers
    port_subtractor,         ///< W - z of `extent` codes at once, at the weight port; held_bits is the width of W
    activation_sum_tree,     ///< row_sum: adder tree over `extent` activations, one for the whole array
    correction_every_cycle,  ///< row_sum: per tree, z * sum(x) subtracted from every vector's partial sum
    correction_at_drain,     ///< row_sum: per drain lane, z * sum(x) subtracted once per output
    pot_tree,                ///< extent shifters (PoT) and an adder tree
    post_tree,               ///< extent shift-and-table products (POST) and an adder tree
    post_word_tree,          ///< post_tree with one rounded word for all odd exponents
    apot_tree,               ///< extent sums of two shifts (APoT) and an adder tree
    level_decoder,           ///< `extent` codes of activation_bits looked up at once in a table of levels, its registers included
    sparse_lane,             ///< one outlier multiply-accumulate with its activation multiplexer over `extent` and its shift
    outlier_list,            ///< the `extent` outliers of held_bits each that a sparse lane has of a round, twice, and their multiplexer
    sparse_bank_adder,       ///< the extra adder of one accumulator: gathers a vector's outlier products
    sparse_crossbar,         ///< pooled: the path of one sparse lane to any of `extent` (= trees) accumulators
    outlier_accumulate,      ///< decoupled: a second adder in front of an accumulator's storage, for gathered outlier products
    accumulator,             ///< one accumulator adder and its banked storage; extent: depth of a bank
    requantizer,             ///< one drain lane: multiply, shift, round, clamp
    vector_lane,             ///< vector unit, one lane: two zero points, two factors, sum, rounding, clamp; activation_bits = codes' width
    vector_polynomial,       ///< one lane: the second-order polynomial of GELU and exp
    vector_scale,            ///< one lane: the last products of GELU, softmax and averages, rounding, clamp
    vector_norm,             ///< one lane: both sums and the result of layer norm
    vector_row,              ///< once per vector unit: variance, root and quotient of a row
};

constexpr const char* to_string(unit_kind unit) {
    switch (unit) {
        case unit_kind::mac_tree: return "mac_tree";
        case unit_kind::pre_subtract_tree: return "pre_subtract_tree";
        case unit_kind::widened_tree: return "widened_tree";
        case unit_kind::port_subtractor: return "port_subtractor";
        case unit_kind::activation_sum_tree: return "activation_sum_tree";
        case unit_kind::correction_every_cycle: return "correction_every_cycle";
        case unit_kind::correction_at_drain: return "correction_at_drain";
        case unit_kind::pot_tree: return "pot_tree";
        case unit_kind::post_tree: return "post_tree";
        case unit_kind::post_word_tree: return "post_word_tree";
        case unit_kind::apot_tree: return "apot_tree";
        case unit_kind::level_decoder: return "level_decoder";
        case unit_kind::sparse_lane: return "sparse_lane";
        case unit_kind::outlier_list: return "outlier_list";
        case unit_kind::sparse_bank_adder: return "sparse_bank_adder";
        case unit_kind::sparse_crossbar: return "sparse_crossbar";
        case unit_kind::outlier_accumulate: return "outlier_accumulate";
        case unit_kind::accumulator: return "accumulator";
        case unit_kind::requantizer: return "requantizer";
        case unit_kind::vector_lane: return "vector_lane";
        case unit_kind::vector_polynomial: return "vector_polynomial";
        case unit_kind::vector_scale: return "vector_scale";
        case unit_kind::vector_norm: return "vector_norm";
        case unit_kind::vector_row: return "vector_row";
    }
    return "?";
}

/// Width of an outlier in a sparse lane's list: value, tree, lane, the channel's shift.
constexpr int list_entry_bits(int value_bits, int trees, int lanes) {
    return value_bits + index_bits(std::uint64_t(trees)) + index_bits(std::uint64_t(lanes)) + 3;
}

/// What the energy of a unit is indexed by. Files call `held_bits` weight_bits and `extent` lanes, whatever the unit.
struct unit_key {
    unit_kind unit = unit_kind::mac_tree;
    int held_bits =
        0;  ///< width of what stays: weight code, level, outlier value, list entry; of a sum in the accumulator and the requantizer
    int activation_bits = 0;  ///< width of a code that streams by
    int extent = 0;  ///< inputs of a tree or a multiplexer, entries of a list, outputs of a crossbar, vectors in a bank of an accumulator
    activation_class input = activation_class::dense;
    bool sparse = false;  ///< fed by the outlier stream, not by dense codes

    friend bool operator<(const unit_key& a, const unit_key& b) { return a.tie() < b.tie(); }
    friend bool operator==(const unit_key& a, const unit_key& b) { return a.tie() == b.tie(); }

private:
    std::tuple<unit_kind, int, int, int, activation_class, bool> tie() const {
        return {unit, held_bits, activation_bits, extent, input, sparse};
    }
};

/// Integer activity of all instances of one unit, summed over the instances.
/// busy + stalled + idle = instances * cycles of the layer.
struct unit_counters {
    std::uint64_t instances = 0;  ///< how many copies the platform has
    std::uint64_t vectors = 0;    ///< operations with held weights (one vector through one instance)
    std::uint64_t loads = 0;      ///< weight-register loads (one instance, one tile)
    std::uint64_t busy = 0;       ///< instance-cycles
    std::uint64_t stalled = 0;
    std::uint64_t idle = 0;
};

template <>
inline constexpr std::array counters_of<unit_counters> = {
    counter<unit_counters>{"instances", &unit_counters::instances, counter_join::largest},
    counter<unit_counters>{"vectors", &unit_counters::vectors},
    counter<unit_counters>{"loads", &unit_counters::loads},
    counter<unit_counters>{"busy", &unit_counters::busy},
    counter<unit_counters>{"stalled", &unit_counters::stalled},
    counter<unit_counters>{"idle", &unit_counters::idle}};
static_assert(lists_every_counter<unit_counters>());

using unit_activity = std::map<unit_key, unit_counters>;

/// The priced memories.
enum class memory_kind { dram, weight_buffer, activation_buffer, output_buffer, vector_banks, scratchpad };

constexpr const char* to_string(memory_kind memory) {
    switch (memory) {
        case memory_kind::dram: return "dram";
        case memory_kind::weight_buffer: return "weight_buffer";
        case memory_kind::activation_buffer: return "activation_buffer";
        case memory_kind::output_buffer: return "output_buffer";
        case memory_kind::vector_banks: return "vector_banks";
        case memory_kind::scratchpad: return "scratchpad";
    }
    return "?";
}

/// True for a memory that is part of the chip, with area and leakage of its own.
constexpr bool is_on_chip(memory_kind memory) {
    switch (memory) {
        case memory_kind::dram: return false;
        case memory_kind::weight_buffer:
        case memory_kind::activation_buffer:
        case memory_kind::output_buffer:
        case memory_kind::vector_banks:
        case memory_kind::scratchpad: return true;
    }
    return false;
}

/// Integer traffic of one memory: what was moved and in how many port-wide accesses.
struct memory_counters {
    std::uint64_t read_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t read_accesses = 0;  ///< port-wide words (bursts for DRAM and scratchpad)
    std::uint64_t write_accesses = 0;
};

template <>
inline constexpr std::array counters_of<memory_counters> = {counter<memory_counters>{"read_bytes", &memory_counters::read_bytes},
                                                            counter<memory_counters>{"written_bytes", &memory_counters::written_bytes},
                                                            counter<memory_counters>{"read_accesses", &memory_counters::read_accesses},
                                                            counter<memory_counters>{"write_accesses", &memory_counters::write_accesses}};
static_assert(lists_every_counter<memory_counters>());

using memory_activity = std::map<memory_kind, memory_counters>;

/// Where the issue slots of a layer go; the contract of docs/timing-model.md. All in cycles (slots).
/// total() is the layer's cycle count.
struct slot_split {
    std::uint64_t ideal = 0;         ///< ceil(MACs / (trees * lanes))
    std::uint64_t mapping_loss = 0;  ///< vectors issued - ideal
    std::uint64_t outlier = 0;       ///< the sparse unit still works on the previous vector
    std::uint64_t input = 0;         ///< activation port, or the m-block's input is not in its bank
    std::uint64_t memory = 0;        ///< the tile's weights are not in their bank
    std::uint64_t weight_port = 0;   ///< the tile is being loaded from the buffer
    std::uint64_t hazard = 0;        ///< accumulator read-modify-write still under way
    std::uint64_t drain = 0;         ///< no free accumulator bank
    std::uint64_t barrier = 0;       ///< before the first and after the last issue

    std::uint64_t issued() const { return ideal + mapping_loss; }
    std::uint64_t stalled() const { return total() - issued() - barrier; }
    std::uint64_t total() const;
};

/// In the order in which a slot is attributed.
template <>
inline constexpr std::array counters_of<slot_split> = {
    counter<slot_split>{"ideal", &slot_split::ideal},     counter<slot_split>{"mapping_loss", &slot_split::mapping_loss},
    counter<slot_split>{"outlier", &slot_split::outlier}, counter<slot_split>{"input", &slot_split::input},
    counter<slot_split>{"memory", &slot_split::memory},   counter<slot_split>{"weight_port", &slot_split::weight_port},
    counter<slot_split>{"hazard", &slot_split::hazard},   counter<slot_split>{"drain", &slot_split::drain},
    counter<slot_split>{"barrier", &slot_split::barrier}};
static_assert(lists_every_counter<slot_split>());

inline std::uint64_t slot_split::total() const {
    std::uint64_t sum = 0;
    for (const counter<slot_split>& part : counters_of<slot_split>) sum += this->*part.count;
    return sum;
}

}  // namespace symmetree
