#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "core/activation_class.h"

namespace symmetree {

/// The priced units of the accelerator. One enumerator = one circuit with a row of its own in a cost table.
enum class unit_kind {
    mac_tree,                ///< lanes multipliers of weight_bits x activation_bits, adder tree, weight registers
    pre_subtract_tree,       ///< mac_tree with W - z formed in each lane before a multiplier one bit wider
    widened_tree,            ///< mac_tree whose stored codes W - z are one bit wider; weight_bits is the stored width
    activation_sum_tree,     ///< row_sum: adder tree over `lanes` activations, one for the whole array
    correction_every_cycle,  ///< row_sum: per tree, z * sum(x) subtracted from every vector's partial sum
    correction_at_drain,     ///< row_sum: per drain lane, z * sum(x) subtracted once per output
    pot_tree,                ///< lanes shifters (PoT) and an adder tree
    post_tree,               ///< lanes shift-and-table products (POST) and an adder tree
    apot_tree,               ///< lanes sums of two shifts (APoT) and an adder tree
    sparse_lane,             ///< one outlier multiply-accumulate with its activation multiplexer over `lanes` and its shift
    sparse_bank_adder,       ///< the extra adder of one accumulator: gathers a vector's outlier products
    sparse_crossbar,         ///< pooled: the path of one sparse lane to any of `lanes` (= trees) accumulators
    accumulator,             ///< one accumulator adder and its banked storage; weight_bits carries the width, lanes the depth
    requantizer,             ///< one drain lane: multiply, shift, round, clamp; weight_bits carries the accumulator width
    vector_lane,             ///< vector unit, one lane: two zero points, two factors, sum, rounding, clamp; activation_bits = codes' width
    vector_polynomial,       ///< one lane: the second-order polynomial of GELU and exp
    vector_scale,            ///< one lane: the last products of GELU, softmax and averages, rounding, clamp
    vector_norm,             ///< one lane: both sums and the result of layer norm
    vector_row,              ///< once per vector unit: variance, root and quotient of a row
};

const char* to_string(unit_kind unit);

/// What the energy of a unit is indexed by.
struct unit_key {
    unit_kind unit = unit_kind::mac_tree;
    int weight_bits = 0;
    int activation_bits = 0;
    int lanes = 0;
    activation_class input = activation_class::dense;
    bool sparse = false;  ///< fed by the outlier stream, not by dense codes

    friend bool operator<(const unit_key& a, const unit_key& b) { return a.tie() < b.tie(); }
    friend bool operator==(const unit_key& a, const unit_key& b) { return a.tie() == b.tie(); }

private:
    std::tuple<unit_kind, int, int, int, activation_class, bool> tie() const {
        return {unit, weight_bits, activation_bits, lanes, input, sparse};
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

    unit_counters& operator+=(const unit_counters& other) {
        instances = instances > other.instances ? instances : other.instances;
        vectors += other.vectors;
        loads += other.loads;
        busy += other.busy;
        stalled += other.stalled;
        idle += other.idle;
        return *this;
    }
};

/// True for the circuits of the vector unit.
constexpr bool is_vector_circuit(unit_kind unit) {
    return unit == unit_kind::vector_lane || unit == unit_kind::vector_polynomial || unit == unit_kind::vector_scale ||
           unit == unit_kind::vector_norm || unit == unit_kind::vector_row;
}

/// What the vector unit did, all its lanes together.
struct vector_activity {
    std::uint64_t busy = 0;             ///< cycles of the whole unit
    std::uint64_t lane_operations = 0;  ///< elements through each of the lanes' circuits: vector_lane,
    std::uint64_t polynomials = 0;      ///< vector_polynomial,
    std::uint64_t scaled = 0;           ///< vector_scale,
    std::uint64_t normalised = 0;       ///< vector_norm
    std::uint64_t row_operations = 0;   ///< rows through vector_row
};

using unit_activity = std::map<unit_key, unit_counters>;

/// The priced memories.
enum class memory_kind { dram, weight_buffer, activation_buffer, output_buffer, vector_banks };

const char* to_string(memory_kind memory);

/// Integer traffic of one memory: what was moved and in how many port-wide accesses.
struct memory_counters {
    std::uint64_t read_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t read_accesses = 0;  ///< port-wide words (bursts for DRAM)
    std::uint64_t write_accesses = 0;

    memory_counters& operator+=(const memory_counters& other) {
        read_bytes += other.read_bytes;
        written_bytes += other.written_bytes;
        read_accesses += other.read_accesses;
        write_accesses += other.write_accesses;
        return *this;
    }
};

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

    std::uint64_t stalled() const { return outlier + input + memory + weight_port + hazard + drain; }
    std::uint64_t issued() const { return ideal + mapping_loss; }
    std::uint64_t total() const { return issued() + stalled() + barrier; }
    slot_split& operator+=(const slot_split& other);
};

}  // namespace symmetree
