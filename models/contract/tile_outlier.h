#pragma once

#include <cstdint>

namespace symmetree {

/// One outlier as the sparse unit sees it.
struct tile_outlier {
    std::uint16_t tree = 0, lane = 0;
    std::int8_t value = 0;
    std::uint8_t k_block = 0;  ///< decoupled: of its group
    std::uint8_t step = 0;     ///< decoupled: of its round; in lock-step its place in the lane's list says it
};

}  // namespace symmetree
