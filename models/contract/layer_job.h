#pragma once

#include <cstdint>
#include <vector>

#include "core/counters.h"
#include "models/contract/descriptor.h"
#include "models/contract/image_scale.h"

namespace symmetree {

/// A decoded layer: what the sequencer hands to the engines. Immutable while they work.
struct layer_job {
    layer_descriptor descriptor;
    layer_mapping mapping;
    flow_rules flow = rules_of(mapping.flow);  ///< of the mapping's dataflow
    tile_program program;
    pass_split passes;
    std::vector<channel_record> channels;  ///< repeat * N
    std::vector<std::int8_t> levels;       ///< lists of levels, see level_tables of the descriptor
    std::vector<std::int32_t> own_biases;  ///< repeat * N where the input's step depends on the image, else empty
    std::vector<image_scale> scales;       ///< of the input, for each image of the batch
    array_config array;                    ///< the array this layer runs on
    std::uint64_t pace = 1;                ///< R: cycles in which the activation port supplies one vector
    std::uint64_t write_interval = 1;      ///< H: cycles between two writes of one accumulator
    bool compute = true;                   ///< false: timing only, no arithmetic

    const layer_geometry& geometry() const { return descriptor.geometry; }
    weight_coding coding() const { return static_cast<weight_coding>(descriptor.coding); }
    std::size_t channel_index(const tile& t, int tree) const {
        return std::size_t(t.repeat) * std::size_t(geometry().n()) + std::size_t(t.n_block) * std::size_t(array.trees) + std::size_t(tree);
    }
    /// The image of the batch that a channel's sums belong to, of vectors of an image of the geometry.
    std::size_t batch_image(std::int32_t image, std::size_t channel) const {
        return geometry().images > 1 ? std::size_t(image) : channel * descriptor.batch / channels.size();
    }
    const channel_record& channel(const tile& t, int tree) const { return channels[channel_index(t, tree)]; }
    /// The list that a tree's codes point into. Of a listed coding.
    const std::int8_t* levels_of(const tile& t, int tree) const {
        return levels.data() + (descriptor.level_tables == 1 ? 0 : channel_index(t, tree) << descriptor.weight_bits);
    }
    piece weight_piece(const accelerator_config& config, const tile& t) const {
        return piece_of(geometry().stored_weight_bits, weight_port_bits(config, descriptor.on_side_array != 0), t.weight_pass);
    }
    piece activation_piece(const tile& t) const { return piece_of(geometry().activation_bits, array.activation_bits, t.activation_pass); }
};

}  // namespace symmetree
