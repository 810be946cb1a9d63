#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "workloads/tiling/tiling.h"

namespace symmetree {

/// The tiles of a layer in output-stationary order: within an n-block and m-block, vector by vector all slices of the inputs, each a tile of
/// one vector. docs/timing-model.md, "Output-stationary".
struct stationary_order {
    tile_program program;
    std::vector<std::size_t> source;           ///< of each tile, the weight-stationary tile that it is a part of
    std::vector<std::int32_t> first_vector;    ///< of each tile, its vector within the m-block
};

/// Nothing where an n-block does not fit a weight bank: its slices would be fetched again for every vector.
std::optional<stationary_order> output_stationary(const tile_program& weight_stationary);

}  // namespace symmetree
