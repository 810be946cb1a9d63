#include "models/sparse/sparse_outlier_unit.h"

namespace symmetree {

sparse_outlier_unit::sparse_outlier_unit(const sc_core::sc_module_name& name, const accelerator_config& config)
    : sc_module(name),
      loads("loads", this, &sparse_outlier_unit::load),
      jobs("jobs", this, &sparse_outlier_unit::stream),
      config_(config) {}

void sparse_outlier_unit::load(outlier_load& job, sc_core::sc_time& delay) {
    (void)delay;  // the loader owns the port's time
    const sparse_load load = sparse_load_of(job.entries, config_.sparse);
    job.cycles_per_vector = load.cycles_per_vector;
    job.fullest_lane = load.fullest_lane;
    counters_.loads += job.entries.size();
    bank_additions_[loaded_ % 2] = load.bank_additions;
    registers_[loaded_++ % 2] = std::move(job.entries);
}

void sparse_outlier_unit::stream(tile_job& job, sc_core::sc_time& delay) {
    (void)delay;  // lock-step with the array; the issuer paces both
    if (job.first_vector == 0) ++streamed_;
    const std::vector<tile_outlier>& active = registers_[(streamed_ - 1) % 2];
    counters_.vectors += std::uint64_t(job.vectors) * active.size();
    bank_adders_.vectors += std::uint64_t(job.vectors) * bank_additions_[(streamed_ - 1) % 2];
    if (!job.full_activations) return;
    std::uint8_t shift[most_trees];
    for (int tree = 0; tree < job.tile->channels; ++tree) shift[tree] = job.layer->channel(*job.tile, tree).outlier_shift;
    add_outliers(active, shift, job.full_activations, job.activation_stride, job.vectors, job.partial, job.partial_stride);
}

}  // namespace symmetree
