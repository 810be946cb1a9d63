#pragma once

#include <cstddef>
#include <cstdint>

namespace symmetree {

// What softmax and layer norm have in common.

inline int bit_length(std::uint64_t value) { return value == 0 ? 0 : 64 - __builtin_clzll(value); }

/// Throws model_fault unless a row of `columns` elements is allowed.
void check_row(std::size_t columns);

}  // namespace symmetree
