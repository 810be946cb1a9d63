#include "models/arithmetic/requantize_math.h"

#include <algorithm>
#include <cmath>

namespace symmetree {

void fixed_point_of(double factor, std::int32_t& multiplier, int& shift) {
    int exponent = 0;
    const double mantissa = std::frexp(factor, &exponent);  // factor = mantissa * 2^exponent, mantissa in [0.5, 1)
    std::int64_t scaled = static_cast<std::int64_t>(std::nearbyint(std::ldexp(mantissa, 31)));
    shift = 31 - exponent;
    if (scaled == (std::int64_t{1} << 31)) {
        scaled >>= 1;
        --shift;
    }
    for (; shift > 62; --shift) scaled >>= 1;  // tiny factors lose low bits
    for (; shift < 0; ++shift) scaled = std::min<std::int64_t>(scaled << 1, 0x7fffffff);
    multiplier = static_cast<std::int32_t>(scaled);
}

}  // namespace symmetree
