#pragma once

#include <cstdint>
#include <optional>

#include "core/dram_kind.h"
#include "workloads/formats/product_circuit.h"
#include "workloads/tiling/tiling.h"

namespace symmetree {

// The names of these closed sets are the words of the platform file.

enum class zero_point_unit { none, pre_subtract, port_subtract, widened, row_sum };

constexpr const char* to_string(zero_point_unit value) {
    switch (value) {
        case zero_point_unit::none: return "none";
        case zero_point_unit::pre_subtract: return "pre_subtract";
        case zero_point_unit::port_subtract: return "port_subtract";
        case zero_point_unit::widened: return "widened";
        case zero_point_unit::row_sum: return "row_sum";
    }
    return "?";
}

/// Whether the array itself takes the zero point off its codes, piece by piece of wide ones.
constexpr bool subtracts_codes(zero_point_unit value) {
    return value == zero_point_unit::pre_subtract || value == zero_point_unit::port_subtract;
}

enum class correction_form { every_cycle, at_drain };

constexpr const char* to_string(correction_form value) {
    switch (value) {
        case correction_form::every_cycle: return "every_cycle";
        case correction_form::at_drain: return "at_drain";
    }
    return "?";
}

enum class outlier_assignment { row_banked, pooled };

constexpr const char* to_string(outlier_assignment value) {
    switch (value) {
        case outlier_assignment::row_banked: return "row_banked";
        case outlier_assignment::pooled: return "pooled";
    }
    return "?";
}

/// Who sets the pace of the sparse lanes.
enum class outlier_engine {
    lock_step,  ///< the array: lanes and trees work on the same vector, and the slower one of both sets the pace
    decoupled   ///< the lanes themselves: they work through a queue of groups of tiles and add to the accumulators beside the array
};

constexpr const char* to_string(outlier_engine value) {
    switch (value) {
        case outlier_engine::lock_step: return "lock_step";
        case outlier_engine::decoupled: return "decoupled";
    }
    return "?";
}

/// An array is named after the circuit of its trees.
using array_kind = product_circuit;

/// Where codes of listed levels become levels, on their way into the weight registers.
enum class level_decoders {
    shared,   ///< at the weight port, as many as codes cross it in a cycle, with one table
    per_tree  ///< a table in every tree and one decoder per lane, so that every channel may list levels of its own
};

constexpr const char* to_string(level_decoders value) {
    switch (value) {
        case level_decoders::shared: return "shared";
        case level_decoders::per_tree: return "per_tree";
    }
    return "?";
}

enum class wide_layers { passes, refuse };

constexpr const char* to_string(wide_layers value) {
    switch (value) {
        case wide_layers::passes: return "passes";
        case wide_layers::refuse: return "refuse";
    }
    return "?";
}

/// What is asked of the next layer before the present one has ended.
enum class prefetching {
    none,
    weights  ///< its descriptor, its tables, and its first weight fills as banks get free
};

constexpr const char* to_string(prefetching value) {
    switch (value) {
        case prefetching::none: return "none";
        case prefetching::weights: return "weights";
    }
    return "?";
}

/// What the compiler keeps in the scratchpad where it fits.
enum class kept_places {
    none,
    activations,  ///< what steps write
    weights,      ///< what stands there from image to image: weights, tables, descriptors, constants
    both
};

constexpr const char* to_string(kept_places value) {
    switch (value) {
        case kept_places::none: return "none";
        case kept_places::activations: return "activations";
        case kept_places::weights: return "weights";
        case kept_places::both: return "both";
    }
    return "?";
}

/// True where there is something to be placed.
constexpr bool keeps_any(kept_places value) {
    switch (value) {
        case kept_places::none: return false;
        case kept_places::activations:
        case kept_places::weights:
        case kept_places::both: return true;
    }
    return false;
}

inline constexpr int most_trees = 256, most_lanes = 64;

/// An array of `trees` multiplier (or shift) trees of `lanes` inputs.
struct array_config {
    array_kind kind = array_kind::multiplier;
    int trees = 16, lanes = 16;                ///< 1..most_trees, 1..most_lanes
    int weight_bits = 4, activation_bits = 4;  ///< port widths, 2..8
    int guard_bits = 4;                        ///< of shift circuits: 0..7
    int level_bits = 6;                        ///< of circuits behind tables: width of a level, and so of the multipliers, 2..8
    level_decoders decoders = level_decoders::shared;
    /// Of the post circuit.
    odd_products odd = odd_products::each_rounded;
    int pipeline_depth = 3;        ///< P, cycles from issue to the accumulator, 1..64
    bool shadow_registers = true;  ///< the next tile loads while the present one computes

    /// Width of what stands in a tree's weight registers.
    int held_bits() const { return has_level_table(kind) ? level_bits : weight_bits; }
};

struct sparse_config {
    int lanes = 0;       ///< 0: no sparse unit
    int value_bits = 4;  ///< widest outlier value, 2..8
    outlier_assignment assignment = outlier_assignment::row_banked;
    int list_entries = 4;  ///< outliers of a round that a lane's list holds, 1..16
    outlier_engine engine = outlier_engine::lock_step;
    int queue_tiles = 8;  ///< decoupled: k-blocks of an n-block whose outliers are worked through together, 1..16

    /// K-blocks whose outliers come and are worked through together: those of a group.
    int tiles_per_group() const {
        switch (engine) {
            case outlier_engine::lock_step: return 1;
            case outlier_engine::decoupled: return queue_tiles;
        }
        return 1;
    }
};

struct buffer_config {
    std::uint64_t bank_bytes = 65536;  ///< each of two banks
    int port_bits = 128;               ///< bits per cycle towards the array

    /// Where a bank begins in the buffer's address space.
    std::uint64_t bank_address(int bank) const { return std::uint64_t(bank) * bank_bytes; }
};

struct accumulator_config {
    int bits = 32;           ///< 8..32
    int depth = 256;         ///< vectors per bank, two banks; see flow_rules::vectors_per_bank
    int write_interval = 2;  ///< cycles between two writes of one accumulator, 1..16; see flow_rules::write_interval
};

struct dma_config {
    int burst_bytes = 256;  ///< 8..4096
    int outstanding = 8;    ///< bursts in flight, 1..64
};

/// A memory on the far side of the DMA as its port shows it.
struct memory_timing {
    std::uint64_t capacity_bytes = std::uint64_t{1} << 30;
    /// Bandwidth as a rational number of bytes per cycle: numerator / denominator.
    std::uint64_t bandwidth_bytes = 16, bandwidth_cycles = 1;
    std::uint64_t latency_cycles = 40;
};

struct dram_config : memory_timing {
    dram_kind kind = dram_kind::ddr3_1600;
};

/// In smaller banks the wires of many would outweigh what a bank saves.
inline constexpr std::uint64_t least_scratchpad_bank_bytes = 4096;

/// A memory on the chip that the DMA reaches beside the DRAM.
struct scratchpad_config {
    std::uint64_t bytes = 0;  ///< all banks together, a multiple of `banks`; 0: no scratchpad
    int port_bits = 128;      ///< per cycle, to or from whichever bank
    int banks = 8;            ///< an access wakes one of them; no cycle depends on it
    std::uint64_t latency_cycles = 2;

    bool present() const { return bytes > 0; }
    /// port_bits / 8 bytes per cycle.
    memory_timing timing() const { return {bytes, std::uint64_t(port_bits), 8, latency_cycles}; }
};

/// Widest code that the vector unit's circuits take.
inline constexpr int vector_code_bits = 8;

/// The unit between two matrix products: softmax, normalisation, residual additions, pooling, rearrangement.
struct vector_unit_config {
    int lanes = 0;                     ///< elements per cycle and pass, 1..256; 0: no unit
    std::uint64_t bank_bytes = 16384;  ///< each of two banks
};

struct mapping_config {
    dataflow flow = dataflow::weight_stationary;
    loop_order order = loop_order::automatic;
    int m_block = 0;             ///< vectors per m-block; 0: as many as fit
    int n_blocks_per_group = 0;  ///< whole n-blocks per weight group; 0: as many as fit
    wide_layers wide = wide_layers::passes;
    prefetching prefetch = prefetching::none;
    kept_places keep = kept_places::none;
};

/// Sizes, widths, ports and timing of the accelerator and its memory: all that the models need to know.
struct accelerator_config {
    double clock_hz = 500e6;
    array_config array;
    std::optional<array_config> side_array;  ///< small multiplier array beside a shift-LUT array
    zero_point_unit zero_point = zero_point_unit::none;
    correction_form correction = correction_form::at_drain;
    sparse_config sparse;
    buffer_config weight_buffer, activation_buffer, output_buffer;
    bool outlier_port_own = false;  ///< outliers load through a port of their own
    int outlier_port_bits = 64;
    accumulator_config accumulators;
    int drain_width = 16;  ///< requantizer entries per cycle
    dma_config dma;
    dram_config dram;
    scratchpad_config scratchpad;
    vector_unit_config vector_unit;
    mapping_config mapping;
};

}  // namespace symmetree
