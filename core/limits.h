#pragma once

#include <cstdint>

namespace symmetree {

/// Greatest extent of any dimension that a workload may name (channels, pixels, tokens, heads).
constexpr std::int64_t largest_extent = std::int64_t{1} << 20;
/// Products of extents stay below these, so that no later 64-bit count can overflow.
constexpr std::int64_t largest_macs = std::int64_t{1} << 50;
constexpr std::int64_t largest_tensor = std::int64_t{1} << 31;  ///< elements of weights, inputs and outputs

}  // namespace symmetree
