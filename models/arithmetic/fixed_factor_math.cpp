#include "models/arithmetic/fixed_factor_math.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace symmetree {

fixed_multiplier fixed_factor(double factor, const factor_width& width) {
    const double beyond = std::ldexp(1.0, width.bits);
    int exponent = 0;
    std::frexp(std::min(factor, beyond), &exponent);  // factor in [0.5, 1) * 2^exponent
    int shift = std::clamp(width.bits - exponent, 0, width.greatest_shift);
    if (round_half_even(std::ldexp(factor, shift)) == beyond && shift > 0) --shift;
    const double multiplier = std::min(round_half_even(std::ldexp(std::min(factor, beyond), shift)), beyond - 1);
    return {static_cast<std::int32_t>(multiplier), static_cast<std::uint8_t>(shift)};
}

code_output output_of(const tensor_format& out, const value_range& clip) {
    return {out.zero_point, out.code_of(clip.least), out.code_of(clip.greatest)};
}

void check_format(const tensor_format& format) {
    const int limit = 1 << 15;
    const bool codes_fit = -limit <= format.least && format.least <= format.greatest && format.greatest < limit;
    if (!codes_fit || format.least - format.zero_point < -limit || format.greatest - format.zero_point > limit)
        throw model_fault(fmt::format("vector unit: codes {}..{} with zero point {}", format.least, format.greatest, format.zero_point));
    if (!std::isfinite(format.step) || format.step <= 0) throw model_fault(fmt::format("vector unit: a step of {}", format.step));
}

}  // namespace symmetree
