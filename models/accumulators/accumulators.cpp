#include "models/accumulators/accumulators.h"

namespace symmetree {
namespace {

/// Partial sums times 2^shift into their accumulators; the first K-slice writes without reading. The layer was
/// checked to fit the accumulators, so no bit is lost.
void accumulate(std::int32_t* __restrict sum, const std::int32_t* __restrict partial, std::ptrdiff_t count, int shift, bool first_slice) {
    const auto shifted = [shift](std::int32_t value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << shift); };
    if (first_slice)
        for (std::ptrdiff_t i = 0; i < count; ++i) sum[i] = shifted(partial[i]);
    else
        for (std::ptrdiff_t i = 0; i < count; ++i) sum[i] += shifted(partial[i]);
}

}  // namespace

accumulators::accumulators(const sc_core::sc_module_name& name, const accelerator_config& config, int writers)
    : sc_module(name),
      writes("writes", this, &accumulators::b_transport),
      stride_(partial_stride_of(config.array.trees)),
      arbiter_(writers),
      counters_(std::size_t(writers)) {
    contents.bind(*this);
    for (auto& bank : banks_) bank.resize(std::size_t(config.accumulators.depth) * std::size_t(stride_));
}

void accumulators::b_transport(accumulator_write& write, sc_core::sc_time& delay) {
    (void)delay;  // one read-modify-write per vector, at the end of the pipeline
    arbiter_.in_turn(write.writer, [&] { take_in(write); });
}

void accumulators::take_in(const accumulator_write& write) {
    counters_[std::size_t(write.writer)].vectors += std::uint64_t(write.vectors) * std::uint64_t(write.channels);
    if (!write.sums) return;
    std::int32_t* sum = banks_[write.bank].data() + std::ptrdiff_t{write.first_vector} * stride_;
    const std::int32_t* partial = write.sums;
    if (write.stride == stride_) {  // one run, as on every array but a narrower side array
        accumulate(sum, partial, std::ptrdiff_t{write.vectors} * stride_, write.shift, write.first_slice);
        return;
    }
    for (int v = 0; v < write.vectors; ++v, sum += stride_, partial += write.stride)
        accumulate(sum, partial, write.stride, write.shift, write.first_slice);
}

}  // namespace symmetree
