#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/layer_job.h"
#include "models/contract/tile_outlier.h"

namespace symmetree {

/// Elements from one vector's partial sums to the next: trees rounded up to the eight that the arithmetic takes at once.
constexpr int partial_stride_of(int trees) { return (trees + 7) / 8 * 8; }

/// Elements from one activation vector to the next: lanes rounded up to whole pairs.
constexpr int vector_stride(int lanes) { return (lanes + 1) / 2 * 2; }

/// Loads one tile's packed codes into an array's (shadow) weight registers. Without values only the activity counts.
struct tile_load {
    const layer_job* layer = nullptr;
    const tile* what = nullptr;
    const std::uint8_t* dense = nullptr;  ///< null: timing only
};

/// The outliers of the tile that comes next, decoded from the stream.
struct outlier_load {
    const layer_job* layer = nullptr;
    const tile* what = nullptr;
    std::vector<tile_outlier> entries;
    std::uint64_t cycles_per_vector = 1;  ///< answer: s
    std::uint64_t fullest_lane = 0;       ///< answer
};

/// Streams the vectors of an m-block through the loaded tile. Partial sums are handed from unit to unit: the array
/// writes them, the zero-point and sparse units add theirs, the accumulators take them in.
struct tile_job {
    const layer_job* layer = nullptr;
    const tile* what = nullptr;
    int first_vector = 0, vectors = 0;               ///< this part of the m-block; the pointers below start at it
    const std::int16_t* activations = nullptr;       ///< the pass's piece, [vectors][activation_stride]; null: timing only
    const std::int16_t* full_activations = nullptr;  ///< all bits, for the outliers of the first pass
    int activation_stride = 0;
    std::int32_t* partial = nullptr;  ///< [vectors][partial_stride]
    int partial_stride = 0;
};

/// Hands an accumulator bank over to the requantizer.
struct bank_handover {
    const tile* last = nullptr;     ///< the tile that completed the bank
    std::uint64_t ready_cycle = 0;  ///< last_i + min(s_i, R) - 1 + P - 1
    int bank = 0;
};

}  // namespace symmetree
