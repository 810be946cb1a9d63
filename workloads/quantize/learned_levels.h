#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/scheme.h"

namespace symmetree {

/// Levels learned from weights: integers and the step that they count in.
struct learned_list {
    std::vector<std::int8_t> levels;  ///< rising, each once, at most 2^bits
    double step = 0;                  ///< 0: all weights are 0
};

/// Rounds of assignment and update at most; fewer where nothing moves any more.
inline constexpr int learning_rounds = 100;
/// Between which clusters are parted at first.
inline constexpr int learning_bins = 1024;

/// Learns levels of least squared error. Sums have a fixed order.
///   kmeans   Lloyd's algorithm, begun at the partition of least error among those between bins of equal width
///   lq       sums of `bits` values with either sign: Zhang et al., "LQ-Nets: Learned Quantization for Highly Accurate and Compact Deep
///            Neural Networks", ECCV 2018, algorithm 1, begun at powers of two
learned_list learn_levels(level_source source, std::vector<double> values, int bits, int level_bits);

}  // namespace symmetree
