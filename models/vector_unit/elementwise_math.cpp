#include <algorithm>
#include <cmath>

#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/code_map.h"
#include "models/vector_unit/fixed_factor_math.h"
#include "models/vector_unit/vector_math.h"

namespace symmetree {
namespace {

/// GELU's polynomial: erf(u) is about 1 - a (b - min(u, b))^2 for u >= 0, a = 0.2888, b = 1.769 (I-BERT, section 3.4).
constexpr std::int64_t gelu_b = 28983;  // b with 14 fraction bits
constexpr std::int64_t gelu_a = 18927;  // a with 16 fraction bits

/// 2^15 * (1 + erf(x / sqrt(2))) / 2, within 0..2^15; `argument` = |x| / sqrt(2) with 14 fraction bits.
std::int64_t gelu_gate(std::int64_t argument, bool negative) {
    const std::int64_t below = gelu_b - std::min(argument, gelu_b);  // 0..28983
    const std::int64_t square = (below * below) >> 14;               // 0..51270
    const std::int64_t erf = (1 << 30) - square * gelu_a;            // 30 fraction bits, 0.096..1
    return ((1 << 30) + (negative ? -erf : erf)) >> 16;
}

}  // namespace

requantize_parameters make_requantize(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip) {
    check_format(in);
    check_format(out);
    return {in.zero_point, fixed_factor(factor * in.step / out.step, 15, 30), output_of(out, clip)};
}

void requantize_codes(const requantize_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count) {
    const requantization end{p.factor.multiplier, p.factor.shift, p.out.zero_point, p.out.least, p.out.greatest};
    map_codes(in, out, count, [&](std::int32_t code) { return requantize(code - p.zero_point, end); });
}

add_parameters make_add(const tensor_format& a, const tensor_format& b, const tensor_format& out, const value_range& clip) {
    for (const tensor_format* format : {&a, &b, &out}) check_format(*format);
    const fixed_multiplier larger = fixed_factor(std::max(a.step, b.step) / out.step, 15, 30);
    const auto multiplier = [&](const tensor_format& operand) {
        const double scaled = round_half_even(std::ldexp(std::min(operand.step / out.step, 0x1p15), larger.shift));
        return static_cast<std::int32_t>(std::min(scaled, 0x1p15 - 1));
    };
    return {a.zero_point, b.zero_point, multiplier(a), multiplier(b), larger.shift, output_of(out, clip)};
}

void add_codes(const add_parameters& p, const std::int16_t* a, const std::int16_t* b, std::int16_t* out, std::size_t count) {
    const std::int32_t zero = p.out.zero_point, least = p.out.least - zero, greatest = p.out.greatest - zero;
    const int shift = p.shift;
    for (std::size_t i = 0; i < count; ++i) {  // 32 bits: 2 * 2^15 * (2^15 - 1) < 2^31
        const std::int32_t sum = (a[i] - p.a_zero_point) * p.a_multiplier + (b[i] - p.b_zero_point) * p.b_multiplier;
        out[i] = static_cast<std::int16_t>(std::clamp(rounded_shift(sum, shift), least, greatest) + zero);
    }
}

gelu_parameters make_gelu(const tensor_format& in, const tensor_format& out) {
    check_format(in);
    check_format(out);
    fixed_multiplier factor = fixed_factor(in.step / out.step, 15, 30);
    factor.shift = static_cast<std::uint8_t>(factor.shift + 15);  // the gate's fraction bits
    return {in.zero_point, fixed_factor(in.step * std::sqrt(0.5) * 0x1p14, 15, 30), factor, output_of(out, {})};
}

void gelu_codes(const gelu_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count) {
    const requantization end{p.factor.multiplier, p.factor.shift, p.out.zero_point, p.out.least, p.out.greatest};
    map_codes(in, out, count, [&](std::int32_t code) {
        const std::int64_t x = code - p.zero_point;
        const std::int64_t argument = rounded_shift(std::abs(x) * p.argument.multiplier, p.argument.shift);
        return requantize(x * gelu_gate(argument, x < 0), end);
    });
}

}  // namespace symmetree
