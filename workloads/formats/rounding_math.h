#pragma once

#include <cmath>

namespace symmetree {

/// Adding and subtracting 1.5 * 2^52 leaves a double rounded half to even to a whole number, for |t| < 2^51. The library's
/// nearbyint gives the same; without SSE4.1 it is a call per weight.
inline constexpr double round_magic = 0x1.8p52;

inline double round_half_even(double t) { return (t + round_magic) - round_magic; }

/// Clamps first: the bounds are whole numbers, so the order makes no difference, and the sum above stays in its range.
inline double clamped_code(double t, double least, double greatest, bool truncate) {
    const double inside = t < least ? least : t > greatest ? greatest : t;
    return truncate ? std::trunc(inside) : round_half_even(inside);
}

}  // namespace symmetree
