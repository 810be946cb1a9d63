#include "models/zero_point/zero_point_adder.h"

#include "models/zero_point/zero_point_math.h"

namespace symmetree {

zero_point_adder::zero_point_adder(const sc_core::sc_module_name& name, const accelerator_config& config)
    : sc_module(name), jobs("jobs", this, &zero_point_adder::b_transport), config_(config) {
    contents.bind(*this);
    for (auto& bank : sums_) bank.resize(std::size_t(config_.accumulators.depth));
}

void zero_point_adder::b_transport(tile_job& job, sc_core::sc_time& delay) {
    (void)delay;  // a pipeline stage of its own, paid per hand-over
    const tile& t = *job.tile;
    if (t.weight_pass != 0) return;  // z times the sum is due once per piece of the activations
    const bool every_cycle = config_.correction == correction_form::every_cycle;
    sum_tree_.vectors += std::uint64_t(job.vectors);
    if (every_cycle) {
        corrections_.vectors += std::uint64_t(job.vectors) * std::uint64_t(t.channels);
        if (job.first_vector == 0) corrections_.loads += std::uint64_t(t.channels);
    }
    if (!job.activations) return;
    present_.resize(std::size_t(job.vectors));
    sum_activations(job.activations, job.activation_stride, job.vectors, present_.data());
    if (every_cycle) {
        std::int32_t zero[most_trees];
        for (int tree = 0; tree < t.channels; ++tree) zero[tree] = job.layer->channel(t, tree).zero_point;
        std::int32_t* partial = job.partial;
        for (int v = 0; v < job.vectors; ++v, partial += job.partial_stride)
            for (int tree = 0; tree < t.channels; ++tree) partial[tree] -= zero[tree] * present_[std::size_t(v)];
        return;
    }
    const int shift = job.layer->activation_piece(t).first;
    for (int v = 0; v < job.vectors; ++v) {
        std::int64_t& sum = sums_[job.bank][std::size_t(job.first_vector) + std::size_t(v)];
        sum = (t.first_slice ? 0 : sum) + std::int64_t{present_[std::size_t(v)]} * (1 << shift);
    }
}

}  // namespace symmetree
