#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/drain_watch.h"

namespace symmetree {

/// The sums of one layer as they entered the requantizer, put together from its blocks.
class drained_sums {
public:
    drained_sums() = default;
    /// `trees` are those of the array that the layer runs on, `m_block` its descriptor's. The vectors of the geometry's images follow each
    /// other.
    drained_sums(const layer_geometry& g, int trees, int m_block);

    struct place {
        std::int64_t row, vector;  ///< of N * repeat rows
    };
    /// Where the first channel of the first vector of a block stands in the layer; the others behind it.
    place place_of(const output_block& block) const;

    void take(const output_block& block, const std::vector<std::int64_t>& sums);
    /// Every sum was drained; the next block is one of another run of the layer.
    bool complete() const { return left_ == 0; }
    bool seen(const place& p) const { return seen_[index_of(p)]; }

    /// [row][vector]
    const std::vector<std::int64_t>& values() const { return sums_; }
    std::int64_t channels() const { return channels_; }
    std::int64_t vectors() const { return vectors_; }

private:
    std::size_t index_of(const place& p) const { return std::size_t(p.row * vectors_ + p.vector); }

    layer_geometry g_;
    std::int64_t channels_ = 0, vectors_ = 0;  ///< of a repeat
    int trees_ = 0, m_block_ = 0;
    std::size_t left_ = 0;
    std::vector<std::int64_t> sums_;
    std::vector<bool> seen_;
};

}  // namespace symmetree
