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

// Pointers in a job are lent for the length of the call: the caller owns what they point to, and a target copies what it wants to keep.

/// Loads one tile's packed codes into an array's (shadow) weight registers. Without values only the activity counts.
struct tile_load {
    const layer_job* layer = nullptr;
    const symmetree::tile* tile = nullptr;
    const std::uint8_t* dense = nullptr;  ///< null: timing only
    bool clears = false;                  ///< zeros in place of codes, for a later round of the tile's outliers
};

/// A round of outliers of the tile that comes next, decoded from the stream.
struct outlier_load {
    const layer_job* layer = nullptr;
    const symmetree::tile* tile = nullptr;
    std::vector<tile_outlier> entries;
    std::uint64_t cycles_per_vector = 1;  ///< answer: s
    std::uint64_t fullest_lane = 0;       ///< answer
};

/// A round of a group's outliers on its way through a decoupled engine.
struct queued_round {
    const layer_job* layer = nullptr;
    const symmetree::tile* tile = nullptr;  ///< the first of the group
    std::uint64_t bank = 0;                 ///< number of the accumulator bank, counted from the start of simulation
    std::vector<tile_outlier> entries;      ///< one at least, in the order of their steps
    bool last_of_group = false;
};

/// A tile, or a later round of its outliers, that stands in the weight registers, ready to be swapped in.
struct loaded_tile {
    std::uint64_t ready_cycle = 0;  ///< when its last byte was in the bank
    std::uint64_t load_end = 0;
    std::uint64_t outlier_cycles = 1;  ///< s
    bool has_next_round = false;       ///< more outliers of the same tile follow
    std::uint64_t queue_free = 0;      ///< decoupled: since when the queue has had a place for what was loaded; 0: always
};

/// Streams vectors of an m-block through the loaded tile. The units of the lock-step group get the same job one after the other within one
/// call of the issuer, and only they touch its partial sums: the array writes them, the zero-point and sparse units add theirs.
struct tile_job {
    const layer_job* layer = nullptr;
    const symmetree::tile* tile = nullptr;
    int bank = 0;                                    ///< accumulator bank that the tile's sums go to
    int first_vector = 0, vectors = 0;               ///< this part of the m-block; the pointers below start at it
    const std::int16_t* activations = nullptr;       ///< the pass's piece, [vectors][activation_stride]; null: timing only
    const std::int16_t* full_activations = nullptr;  ///< all bits, for the outliers of the first pass
    int activation_stride = 0;
    std::int32_t* partial = nullptr;  ///< [vectors][partial_stride]
    int partial_stride = 0;
};

/// Brings sums of some vectors to their accumulators. Writers of one accumulator port are numbered from 0.
struct accumulator_write {
    int writer = 0;
    int bank = 0;
    int first_vector = 0, vectors = 0;   ///< of the bank
    int channels = 0;                    ///< trees that count
    const std::int32_t* sums = nullptr;  ///< [vectors][stride]; null: timing only
    int stride = 0;
    int shift = 0;             ///< the sums count 2^shift
    bool first_slice = false;  ///< writes without reading
};

/// Hands an accumulator bank over to the requantizer.
struct bank_handover {
    const tile* last = nullptr;     ///< the tile that completed the bank
    std::uint64_t ready_cycle = 0;  ///< last_i + min(s_i, R) - 1 + P - 1
    int bank = 0;
};

}  // namespace symmetree
