#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/workload.h"

namespace symmetree {

/// Greatest extent of any dimension that a workload may name (channels, pixels, tokens, heads).
constexpr std::int64_t largest_extent = std::int64_t{1} << 20;
/// Products of extents stay below these, so that no later 64-bit count can overflow.
constexpr std::int64_t largest_macs = std::int64_t{1} << 50;
constexpr std::int64_t largest_tensor = std::int64_t{1} << 31;  ///< elements of weights, inputs and outputs

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

/// "[16, 3, 3, 3]"
std::string dimensions_text(const std::vector<std::int64_t>& dimensions);

/// `name` with everything that is not printable replaced, cut to a length that fits a report's line.
std::string printable(const std::string& name);

}  // namespace symmetree
