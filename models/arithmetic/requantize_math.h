#pragma once

#include <algorithm>
#include <cstdint>

namespace symmetree {

/// value / 2^shift, rounded half to even; 0 <= shift < bits of Integer - 1.
template <class Integer>
inline Integer rounded_shift(Integer value, int shift) {
    const Integer whole = value >> shift;                      // floor
    const Integer rest = value & ((Integer{1} << shift) - 1);  // 0 <= rest < 2^shift
    const Integer half = (Integer{1} << shift) >> 1;
    return whole + (shift > 0 && rest + (whole & 1) > half ? 1 : 0);  // above half, or half and odd
}

/// Fixed-point requantization of one accumulator.
///   clamp(round_half_even(value * multiplier / 2^shift) + zero_point, least, greatest),   0 <= shift <= 62
/// |value * multiplier| < 2^63 holds for 32-bit operands.
struct requantization {
    std::int32_t multiplier = 1;
    int shift = 0;
    std::int32_t zero_point = 0, least = 0, greatest = 0;
};

inline std::int32_t requantize(std::int64_t value, const requantization& q) {
    const std::int64_t whole = rounded_shift(value * q.multiplier, q.shift);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(whole + q.zero_point, q.least, q.greatest));
}

/// A positive real factor as multiplier / 2^shift with a 31-bit multiplier, or multiplier 0 when it is below 2^-62.
void fixed_point_of(double factor, std::int32_t& multiplier, int& shift);

}  // namespace symmetree
