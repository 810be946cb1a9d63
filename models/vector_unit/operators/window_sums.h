#pragma once

#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/arithmetic/requantize_math.h"

namespace symmetree {

// Sums of pooling and means, one per channel.

/// sums[channel] += code - zero_point; |sum| <= 2^31 over 65536 elements.
inline void add_row(const std::int16_t* codes, std::int32_t zero_point, std::vector<std::int64_t>& sums) {
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += codes[c] - zero_point;
}

/// round(factor * sum) as codes.
inline void write_scaled(const std::vector<std::int64_t>& sums, const fixed_multiplier& factor, const code_output& out, std::int16_t* to) {
    const requantization end{factor.multiplier, factor.shift, out.zero_point, out.least, out.greatest};
    for (std::size_t c = 0; c < sums.size(); ++c) to[c] = static_cast<std::int16_t>(requantize(sums[c], end));
}

}  // namespace symmetree
