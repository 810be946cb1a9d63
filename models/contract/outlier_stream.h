#pragma once

#include <vector>

#include "models/contract/accelerator_config.h"
#include "models/contract/tile_outlier.h"

namespace symmetree {

// How outliers stand in the stream, tile by tile, each tile in one round or more: docs/timing-model.md, "Outliers".

/// Index bits of an outlier: tree and lane.
int outlier_index_bits(const array_config& array);
/// Bits at the head of a round: whether another one of the tile follows, then the number of outliers, of as many as the sparse lanes' lists
/// and the tile can have.
int outlier_head_bits(const array_config& array, const sparse_config& sparse);

/// A tile's outliers, given by tree, then lane, cut into rounds none of which brings a sparse lane more than `list_entries`; the order
/// stays. A tile without outliers has one round of none.
std::vector<std::vector<tile_outlier>> rounds_of(const std::vector<tile_outlier>& outliers, const sparse_config& sparse);

/// The sparse lane that an outlier goes to, the `index`th of its round.
std::size_t sparse_lane_of(const tile_outlier& outlier, std::size_t index, const sparse_config& sparse);

}  // namespace symmetree
