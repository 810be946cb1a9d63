#include "models/accumulators/accumulators.h"

#include "models/contract/tile_jobs.h"

namespace symmetree {
namespace {

/// Partial sums times 2^shift into their accumulators; the first K-slice writes without reading. The layer was
/// checked to fit the accumulators, so no bit is lost.
void take_in(std::int32_t* __restrict sum, const std::int32_t* __restrict partial, std::ptrdiff_t count, int shift, bool first_slice) {
    const auto shifted = [shift](std::int32_t value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << shift); };
    if (first_slice)
        for (std::ptrdiff_t i = 0; i < count; ++i) sum[i] = shifted(partial[i]);
    else
        for (std::ptrdiff_t i = 0; i < count; ++i) sum[i] += shifted(partial[i]);
}

}  // namespace

accumulators::accumulators(const sc_core::sc_module_name& name, const accelerator_config& config)
    : sc_module(name),
      jobs("jobs", this, &accumulators::b_transport),
      tokens("banks", 2),
      config_(config),
      stride_(partial_stride_of(config.array.trees)) {
    for (auto& bank : banks_) bank.resize(std::size_t(config_.accumulators.depth) * std::size_t(stride_));
}

void accumulators::b_transport(tile_job& job, sc_core::sc_time& delay) {
    (void)delay;  // one read-modify-write per vector, at the end of the pipeline
    const tile& t = *job.what;
    counters_.vectors += std::uint64_t(job.vectors) * std::uint64_t(t.channels);
    if (!job.activations) return;
    const int shift = job.layer->weight_piece(config_, t).first + job.layer->activation_piece(t).first;
    std::int32_t* sum = banks_[filling_].data() + std::ptrdiff_t{job.first_vector} * stride_;
    const std::int32_t* partial = job.partial;
    if (job.partial_stride == stride_) {  // one run, as on every array but a narrower side array
        take_in(sum, partial, std::ptrdiff_t{job.vectors} * stride_, shift, t.first_slice);
        return;
    }
    for (int v = 0; v < job.vectors; ++v, sum += stride_, partial += job.partial_stride)
        take_in(sum, partial, job.partial_stride, shift, t.first_slice);
}

}  // namespace symmetree
