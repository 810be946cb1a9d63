#pragma once

#include <cstdint>
#include <vector>

#include "reference/group_operands.h"

namespace symmetree {

/// sums[channel][vector] = sum over k of (W - zW + (outlier << u)) * (x - zx), for symq, asymq and dasq weights.
void dense_product(const group_operands& operands, std::vector<std::int64_t>& sums);

}  // namespace symmetree
