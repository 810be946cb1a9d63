#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// Issue cycles of the vectors of one tile: evenly paced, except where an accumulator hazard holds vectors back.
struct issue_run {
    std::uint64_t first = 0, pace = 1, count = 0;
    std::vector<std::uint64_t> uneven;  ///< every issue cycle, only when they are not evenly paced

    std::uint64_t at(std::uint64_t vector) const { return uneven.empty() ? first + vector * pace : uneven[vector]; }
    std::uint64_t last() const { return at(count - 1); }
};

}  // namespace symmetree
