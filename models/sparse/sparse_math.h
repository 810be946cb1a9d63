#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/accelerator_config.h"
#include "models/contract/tile_outlier.h"

namespace symmetree {

/// Decodes one round of the outlier stream: the head, then (value, tree, lane) each, decoupled (value, whether it is the last one of its
/// step, k-block, tree, lane).
std::vector<tile_outlier> decode_outliers(const std::uint8_t* stream, std::uint64_t bytes, const array_config& array,
                                          const sparse_config& sparse, int value_bits);

/// Cycles per vector that a round of outliers takes, and the most that one lane has.
///   row_banked: lane = tree mod sparse_lanes, s = max(1, fullest lane)      pooled: s = max(1, ceil(n / sparse_lanes))
/// bank_additions: pairs of cycle and tree in which the tree's bank adder takes something, per vector. row_banked: n, a lane serves one
/// tree at a time. pooled: the crossbar has added up what several lanes bring to one tree in the same cycle.
struct sparse_load {
    std::uint64_t cycles_per_vector = 1, fullest_lane = 0, bank_additions = 0;
};
sparse_load sparse_load_of(const std::vector<tile_outlier>& outliers, const sparse_config& config);

/// What a round of a decoupled engine takes for every vector: its steps; the pairs of step and tree in which a tree gathers something; the
/// trees that have outliers, whose accumulators take a sum each.
struct round_load {
    std::uint64_t steps = 0, bank_additions = 0, trees = 0;
};
round_load round_load_of(const std::vector<tile_outlier>& outliers);

/// Those of one k-block of the group.
std::vector<tile_outlier> of_k_block(const std::vector<tile_outlier>& outliers, int k_block);

/// partial[v][tree] += (value * activations[v][lane]) << shift[tree] for every outlier.
void add_outliers(const std::vector<tile_outlier>& outliers, const std::uint8_t* shift_of_tree, const std::int16_t* activations,
                  int activation_stride, int vectors, std::int32_t* partial, int partial_stride);

}  // namespace symmetree
