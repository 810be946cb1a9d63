#pragma once

#include <cstdint>
#include <vector>

#include "runs/prepare.h"

namespace symmetree {

/// A round of the outliers of a group of tiles, for an engine with a pace of its own.
struct queued_outliers {
    std::uint64_t cycles = 0;       ///< L of a round that comes by itself
    std::uint64_t outlier_end = 0;  ///< bytes of the bank that must be in
    std::uint64_t outliers = 0, steps = 0;
};

/// What the load of one tile, or of a later round of its outliers, takes, by the words of docs/timing-model.md, "Weights" and "Outliers".
struct tile_load_time {
    std::uint64_t cycles = 0;                      ///< L
    std::uint64_t pace = 1;                        ///< s
    std::uint64_t dense_end = 0, outlier_end = 0;  ///< bytes of the bank that must be in
    std::uint64_t outlier_bytes = 0;               ///< of its own stream
    bool later_round = false;                      ///< outliers alone, the trees' weights being zeros
    std::vector<queued_outliers> group;            ///< `sparse.engine: decoupled`: rounds that begin here, the first one with the codes
};

/// The loads of a layer's tiles, round by round, from sizes and outlier positions; takes nothing from the models.
using tile_rounds = std::vector<tile_load_time>;
std::vector<tile_rounds> tile_load_times(const platform_config& platform, const prepared_layer& l, const tile_program& program);

/// P of a layer, by the words of that page's head.
std::uint64_t pipeline_depth(const platform_config& platform, const prepared_layer& l);

/// Tiles and their loads, a later round of outliers being a tile of its own.
struct rounds_program {
    tile_program program;
    std::vector<tile_load_time> loads;
};
rounds_program in_rounds(const tile_program& program, const std::vector<tile_rounds>& loads);
/// Those of a prepared layer, in the order of the platform's dataflow.
rounds_program rounds_of_layer(const platform_config& platform, const prepared_layer& l);

/// The tiles of a prepared layer in weight-stationary order, whatever the platform's dataflow.
tile_program tiles_of(const platform_config& platform, const prepared_layer& l);

}  // namespace symmetree
