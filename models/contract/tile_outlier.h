#pragma once

#include <cstdint>

namespace symmetree {

/// One outlier as the sparse unit sees it.
struct tile_outlier {
    std::uint16_t tree = 0, lane = 0;
    std::int8_t value = 0;
};

}  // namespace symmetree
