#include "runs/drained_sums.h"

namespace symmetree {

drained_sums::drained_sums(const layer_geometry& g, int trees, int m_block)
    : g_(g),
      channels_(g.n()),
      vectors_(g.images * g.m()),
      trees_(trees),
      m_block_(m_block),
      left_(std::size_t(channels_ * g.repeat * vectors_)),
      sums_(left_),
      seen_(left_, false) {}

drained_sums::place drained_sums::place_of(const output_block& block) const {
    const vector_block at = vectors_of(g_, m_block_, block.m_block);
    return {block.repeat * channels_ + std::int64_t{block.n_block} * trees_, at.image * g_.m() + at.first};
}

void drained_sums::take(const output_block& block, const std::vector<std::int64_t>& sums) {
    if (complete()) {
        left_ = seen_.size();
        seen_.assign(left_, false);
    }
    const place first = place_of(block);
    for (std::int64_t v = 0; v < block.vectors; ++v)
        for (std::int64_t c = 0; c < block.channels; ++c) {
            const std::size_t at = index_of({first.row + c, first.vector + v});
            sums_[at] = sums[std::size_t(v * block.channels + c)];
            left_ -= seen_[at] ? 0 : 1;
            seen_[at] = true;
        }
}

}  // namespace symmetree
