#pragma once

#include <cstddef>
#include <vector>

#include "workloads/tiling/tiling.h"

namespace symmetree {

/// The tiles of a layer in output-stationary order, made from those of the other order: within an n-block and m-block, vector by vector all
/// slices of the inputs, each a tile of one vector. docs/timing-model.md, "Output-stationary".
struct stationary_order {
    tile_program program;
    std::vector<std::size_t> source;  ///< of each tile, the weight-stationary tile that it is a part of
};

/// Every n-block must stand whole in a weight bank; throws std::invalid_argument where one does not.
stationary_order output_stationary(const tile_program& by_weights);

}  // namespace symmetree
