#pragma once

#include <cstdint>
#include <vector>

#include "core/counters.h"
#include "models/sequencer/descriptor.h"

namespace symmetree {

/// A decoded layer: what the sequencer hands to the engines. Immutable while they work.
struct layer_job {
    layer_descriptor descriptor;
    layer_mapping mapping;
    tile_program program;
    pass_split passes;
    std::vector<channel_record> channels;  ///< repeat * N
    array_config array;                    ///< the array this layer runs on
    std::uint64_t pace = 1;                ///< R: cycles in which the activation port supplies one vector
    std::uint64_t write_interval = 1;      ///< H: cycles between two writes of one accumulator
    bool compute = true;                   ///< false: timing only, no arithmetic

    const layer_geometry& geometry() const { return descriptor.geometry; }
    weight_coding coding() const { return static_cast<weight_coding>(descriptor.coding); }
    const channel_record& channel(const tile& t, int tree) const {
        return channels[std::size_t(t.repeat) * std::size_t(geometry().n()) + std::size_t(t.n_block) * array.trees + tree];
    }
    piece weight_piece(const accelerator_config& config, const tile& t) const {
        return piece_of(geometry().stored_weight_bits, weight_port_bits(config, descriptor.on_side_array != 0), t.weight_pass);
    }
    piece activation_piece(const tile& t) const {
        return piece_of(geometry().activation_bits, array.activation_bits, t.activation_pass);
    }
};

}  // namespace symmetree
