#pragma once

#include <cstdint>
#include <vector>

#include "workloads/network/workload.h"

namespace symmetree {

/// A layer as the reference reads it: `groups` independent products of `vectors` times `channels` over `inputs`.
/// Derived here once more, so that an error in the simulator's own geometry shows as a difference.
struct layer_geometry {
    std::int64_t vectors = 0, channels = 0, inputs = 0, groups = 1;
    std::int64_t raw_inputs = 0;  ///< elements of the raw input of all groups
    std::int64_t rows() const { return channels * groups; }
};

layer_geometry geometry_of(const layer_shape& shape);

/// The input codes of one group as a matrix [vector][input], inputs in (c, kh, kw) order. `raw` is in the order of
/// materialize_input; positions outside the image read `padding`.
void gather_inputs(const layer_shape& shape, const std::vector<std::int16_t>& raw, std::int64_t group, std::int16_t padding,
                   std::vector<std::int16_t>& matrix);

}  // namespace symmetree
