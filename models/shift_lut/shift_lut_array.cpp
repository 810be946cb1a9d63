#include "models/shift_lut/shift_lut_array.h"

#include "core/bit_stream.h"
#include "models/contract/tile_jobs.h"

namespace symmetree {

shift_lut_array::shift_lut_array(const sc_core::sc_module_name& name, const accelerator_config& config)
    : sc_module(name), loads("loads", this, &shift_lut_array::load), jobs("jobs", this, &shift_lut_array::stream), config_(config) {}

void shift_lut_array::load(tile_load& job, sc_core::sc_time& delay) {
    (void)delay;  // the loader owns the port's time
    const tile& t = *job.tile;
    counters_.loads += std::uint64_t(t.channels);
    if (!job.dense) return;
    const int bits = job.layer->geometry().stored_weight_bits;
    const auto zero_code = static_cast<std::uint8_t>((1u << (bits - 1)) - 1);
    shift_tile& set = registers_[loaded_++ % 2];
    set.lanes = job.layer->array.lanes;
    set.tree_stride = partial_stride_of(job.layer->array.trees);
    set.codes.assign(std::size_t(set.lanes) * std::size_t(set.tree_stride), zero_code);
    bit_reader reader(job.dense, t.dense_bytes);
    for (int tree = 0; tree < t.channels; ++tree)
        for (int lane = 0; lane < t.inputs; ++lane)
            set.codes[std::size_t(lane) * std::size_t(set.tree_stride) + std::size_t(tree)] = static_cast<std::uint8_t>(reader.get(bits));
}

void shift_lut_array::prepare_table(const layer_job& layer) {
    const int a = layer.geometry().activation_bits;
    const bool is_unsigned = layer.descriptor.activations_unsigned != 0;
    const shift_format wanted{layer.geometry().stored_weight_bits, a, is_unsigned};
    if (table_of_ == wanted) return;
    table_ = product_table(config_.array, layer.geometry().stored_weight_bits, is_unsigned ? 0 : -(1 << (a - 1)),
                           is_unsigned ? (1 << a) - 1 : (1 << (a - 1)) - 1);
    table_of_ = wanted;
}

void shift_lut_array::stream(tile_job& job, sc_core::sc_time& delay) {
    (void)delay;  // one vector a cycle; the issuer paces the whole lock-step group
    counters_.vectors += std::uint64_t(job.vectors) * std::uint64_t(job.tile->channels);
    if (!job.activations) return;
    prepare_table(*job.layer);
    if (job.first_vector == 0) ++streamed_;
    shift_multiply_tile(registers_[(streamed_ - 1) % 2], table_, job.activations, job.activation_stride, job.vectors, job.partial);
}

}  // namespace symmetree
