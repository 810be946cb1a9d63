#include "reference/fixed_point.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace symmetree {

wide power_of_two(int exponent) { return wide{1} << exponent; }

wide floor_quotient(wide value, wide divisor) {
    const wide towards_zero = value / divisor;
    return value % divisor < 0 ? towards_zero - 1 : towards_zero;
}

wide rounded(wide value, int exponent) {
    if (exponent < 0 || exponent > 120) throw model_fault("reference: a shift must be 0..120");
    const wide divisor = power_of_two(exponent);
    const wide below = value >> exponent;  // the floor, of negative numbers, too
    const wide twice_rest = 2 * (value - below * divisor);
    if (twice_rest < divisor || (twice_rest == divisor && below % 2 == 0)) return below;
    return below + 1;
}

reference_factor derive_factor(double factor, int bits, int greatest_shift) {
    if (factor == 0) return {0, bits};
    const double limit = std::ldexp(1.0, bits);
    for (int shift = greatest_shift; shift >= 0; --shift) {
        const double multiplier = std::nearbyint(std::ldexp(factor, shift));
        if (multiplier < limit) return {static_cast<std::int64_t>(multiplier), shift};
    }
    return {static_cast<std::int64_t>(limit) - 1, 0};
}

reference_factor derive_layer_factor(double factor) {
    if (factor == 0) return {};
    const auto scaled = [&](int shift) { return std::nearbyint(std::ldexp(factor, shift)); };
    if (scaled(0) >= 0x1p31) return {0x7fffffff, 0};
    int shift = 0;
    while (scaled(shift + 1) < 0x1p31) ++shift;
    reference_factor found{static_cast<std::int64_t>(scaled(shift)), shift};
    for (; found.shift > 62; --found.shift) found.multiplier /= 2;
    return found;
}

std::int64_t derive_fixed(double value, int fraction_bits, double limit) {
    return static_cast<std::int64_t>(std::clamp(std::nearbyint(std::ldexp(value, fraction_bits)), -limit, limit));
}

reference_output derive_output(const tensor_format& out, const value_range& clip) {
    return {out.zero_point, out.code_of(clip.least), out.code_of(clip.greatest)};
}

std::int16_t code_within(const reference_output& out, wide value) {
    return static_cast<std::int16_t>(std::clamp(value + out.zero_point, wide{out.least}, wide{out.greatest}));
}

std::int16_t scaled_code(const reference_output& out, wide value, const reference_factor& factor) {
    return code_within(out, rounded(value * factor.multiplier, factor.shift));
}

}  // namespace symmetree
