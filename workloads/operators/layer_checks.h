#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/operators/layer_shapes.h"

namespace symmetree {

/// What is wrong with one field of a shape; `field` is the key of the workload format ("kernel").
struct shape_problem {
    std::string field;
    std::string message;
};

/// Everything that is wrong with a shape. Only where this is empty may product_of() and out_height() be called.
std::vector<shape_problem> shape_problems(const layer_shape& shape);

/// The dimensions that a stored tensor of this layer's weights has: [out][in/groups][kh][kw] or [out][in].
std::vector<std::int64_t> weight_dimensions(const layer_shape& shape);

/// Channels of a layer's output, all groups together: the length of its bias.
std::int64_t output_channels(const layer_shape& shape);

}  // namespace symmetree
