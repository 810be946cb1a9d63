#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// The codes of a tensor, in the order of its axes.
using codes = std::vector<std::int16_t>;

}  // namespace symmetree
