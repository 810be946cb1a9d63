#pragma once

#include <cstddef>
#include <vector>

#include "models/contract/accelerator_config.h"
#include "models/contract/tile_outlier.h"

namespace symmetree {

// How outliers stand in the stream: docs/timing-model.md, "Outliers". In lock-step every tile has one round or more, decoupled every group
// of `queue_tiles` k-blocks of an n-block, which comes with the first of its tiles.

/// Bits of an outlier beside its value: tree and lane; decoupled also the k-block of its group and whether it is the last one of its step.
int outlier_index_bits(const array_config& array, const sparse_config& sparse);
/// Bits at the head of a round: whether another one follows, then the number of outliers, of as many as the sparse lanes' lists and the
/// tile, or group, can have.
int outlier_head_bits(const array_config& array, const sparse_config& sparse);
/// Bits of the k-block of a group; 0 in lock-step.
int group_index_bits(const sparse_config& sparse);

/// True where the k-block's tile brings outliers: every tile in lock-step, the first one of a group else.
bool begins_group(std::int64_t k_block, const sparse_config& sparse);

/// The outliers of a tile, or of a group, given by k-block, tree, lane, cut into rounds none of which brings a sparse lane more than
/// `list_entries`. A tile without outliers has one round of none.
///   lock_step: the order stays.
///   decoupled: each round in the order of its steps, `step` being counted within it. In a step a sparse lane has one outlier at most, and
///   no two outliers have the same lane of the array: they read different sub-banks of the activation buffer. There are as few steps as
///   these rules allow.
std::vector<std::vector<tile_outlier>> rounds_of(const std::vector<tile_outlier>& outliers, const sparse_config& sparse);

/// The sparse lane that an outlier goes to, the `index`th of its round in lock-step, of its step decoupled.
std::size_t sparse_lane_of(const tile_outlier& outlier, std::size_t index, const sparse_config& sparse);

}  // namespace symmetree
