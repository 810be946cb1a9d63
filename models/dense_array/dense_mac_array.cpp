#include "models/dense_array/dense_mac_array.h"

#include "core/bit_stream.h"
#include "core/units.h"
#include "models/contract/descriptor.h"

namespace symmetree {

dense_mac_array::dense_mac_array(const sc_core::sc_module_name& name, const accelerator_config& config)
    : sc_module(name), loads("loads", this, &dense_mac_array::load), jobs("jobs", this, &dense_mac_array::stream), config_(config) {}

void dense_mac_array::load(tile_load& job, sc_core::sc_time& delay) {
    (void)delay;  // the loader owns the port's time
    counters_.loads += std::uint64_t(job.tile->channels);
    if (job.clears) return;
    if (job.layer->coding() == weight_coding::listed) count_decoding(job);
    if (job.layer->descriptor.uses_zero_points) count_words(job, subtractors_of(config_).instances);
    if (job.dense) unpack(job);
}

/// Each instance at the weight port takes part in every word of the tile's codes.
void dense_mac_array::count_words(const tile_load& job, int instances) {
    const tile& t = *job.tile;
    const auto bits = std::uint64_t(t.channels) * std::uint64_t(t.inputs) * std::uint64_t(job.layer->weight_piece(config_, t).bits);
    at_port_.vectors += std::uint64_t(instances) * ceil_div(bits, std::uint64_t(config_.weight_buffer.port_bits));
}

/// Shared decoders get the layer's table with its first tile; those of the trees get their channels' with every new n-block.
void dense_mac_array::count_decoding(const tile_load& job) {
    const tile& t = *job.tile;
    const bool first = &t == job.layer->program.tiles.data();
    if (config_.array.decoders == level_decoders::shared) {
        const int instances = decoders_of(config_).instances;
        count_words(job, instances);
        at_port_.loads += first ? std::uint64_t(instances) : 0;
        return;
    }
    at_port_.vectors += std::uint64_t(t.channels);
    const bool new_channels = first || (&t)[-1].n_block != t.n_block || (&t)[-1].repeat != t.repeat;
    if (new_channels) at_port_.loads += std::uint64_t(t.channels);
}

void dense_mac_array::unpack(const tile_load& job) {
    const layer_job& layer = *job.layer;
    const tile& t = *job.tile;
    const piece part = layer.weight_piece(config_, t);
    const int code_bits = layer.geometry().stored_weight_bits;
    packed_tile& set = registers_[loaded_++ % 2];
    set.resize(layer.array.lanes, layer.array.trees);
    codes_.resize(std::size_t(t.channels) * std::size_t(t.inputs));
    unpack_codes(job.dense, t.dense_bytes, code_bits, layer.coding() != weight_coding::listed, codes_.data(), codes_.size());
    if (part.bits < code_bits)  // more than one pass: a piece of each code
        for (std::int16_t& code : codes_) code = take_piece(code, part);
    std::int16_t* row = codes_.data();
    for (int tree = 0; tree < t.channels; ++tree, row += t.inputs) {
        prepare_row(layer, t, tree, row);
        set.set_tree(tree, row, t.inputs);
    }
}

/// From codes, or pieces of them, to what the multipliers hold.
void dense_mac_array::prepare_row(const layer_job& layer, const tile& t, int tree, std::int16_t* row) const {
    if (layer.coding() == weight_coding::listed) {
        const std::int8_t* const levels = layer.levels_of(t, tree);
        for (int lane = 0; lane < t.inputs; ++lane) row[lane] = levels[row[lane]];
    } else if (subtracts_codes(config_.zero_point) && layer.descriptor.uses_zero_points) {
        const std::int16_t zero = take_piece(layer.channel(t, tree).zero_point, layer.weight_piece(config_, t));
        for (int lane = 0; lane < t.inputs; ++lane) row[lane] = static_cast<std::int16_t>(row[lane] - zero);
    }
}

void dense_mac_array::stream(tile_job& job, sc_core::sc_time& delay) {
    (void)delay;  // one vector a cycle; the issuer paces the whole lock-step group
    counters_.vectors += std::uint64_t(job.vectors) * std::uint64_t(job.tile->channels);
    if (!job.activations) return;
    if (job.first_vector == 0) ++streamed_;
    multiply_tile(registers_[(streamed_ - 1) % 2], job.activations, job.activation_stride, job.vectors, job.partial);
}

}  // namespace symmetree
