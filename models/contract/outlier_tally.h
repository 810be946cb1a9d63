#pragma once

#include <cstdint>

namespace symmetree {

/// Outliers of a layer as they came out of the buffer.
struct outlier_tally {
    std::uint64_t outliers = 0, stream_bits = 0;
    std::uint64_t fullest_lane = 0;  ///< outliers of a tile on one lane, all rounds together
};

}  // namespace symmetree
