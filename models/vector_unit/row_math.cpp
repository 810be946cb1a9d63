#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/fixed_factor_math.h"
#include "models/vector_unit/vector_math.h"

namespace symmetree {
namespace {

/// exp(p) is about 0.3585 (p + 1.353)^2 + 0.344 for -ln 2 < p <= 0 (I-BERT, section 3.5). With p = -r ln 2, 0 <= r < 1:
/// 2^-r is about 0.3585 ln(2)^2 (1.353 / ln(2) - r)^2 + 0.344.
constexpr std::int64_t exp_b = 31981;   // 1.353 / ln 2, 14 fraction bits
constexpr std::int64_t exp_a = 11288;   // 0.3585 ln(2)^2, 16 fraction bits
constexpr std::int64_t exp_c = 360710;  // 0.344, 20 fraction bits

/// 2^-argument with 20 fraction bits, at most 2^20 + 280; `argument` >= 0 with 14 fraction bits.
std::int64_t exponential(std::int64_t argument) {
    const std::int64_t whole = std::min<std::int64_t>(argument >> 14, 31);
    const std::int64_t below = exp_b - (argument & 0x3fff);  // 15598..31981
    const std::int64_t square = (below * below) >> 12;       // 18 bits
    return (((square * exp_a) >> 12) + exp_c) >> whole;      // 0 from 21 on
}

int bit_length(std::uint64_t value) { return value == 0 ? 0 : 64 - __builtin_clzll(value); }

void check_row(std::size_t columns) {
    if (columns < 1 || columns > static_cast<std::size_t>(longest_vector_row))
        throw model_fault(fmt::format("vector unit: rows of {} elements", columns));
}

}  // namespace

softmax_parameters make_softmax(const tensor_format& in, const tensor_format& out) {
    check_format(in);
    check_format(out);
    if (out.step <= 0x1p-15) throw model_fault(fmt::format("softmax: an output step of {}", out.step));
    return {fixed_factor(in.step / std::log(2.0) * 0x1p14, 19, 30), fixed_factor(1 / out.step, 15, 25), output_of(out, {})};
}

void softmax_rows(const softmax_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows, std::size_t columns) {
    check_row(columns);
    if (rows == 0) return;
    const auto [least, greatest] = std::minmax_element(in, in + rows * columns);
    std::vector<std::int64_t> exponentials;  // of the greatest code of a row - code
    for (std::int64_t below = 0; below <= *greatest - *least; ++below)
        exponentials.push_back(exponential(rounded_shift(below * p.argument.multiplier, p.argument.shift)));

    for (const std::int16_t* end = in + rows * columns; in != end; in += columns, out += columns) {
        const std::int16_t top = *std::max_element(in, in + columns);
        std::int64_t sum = 0;  // 2^20 <= sum < 2^37
        for (std::size_t i = 0; i < columns; ++i) sum += exponentials[static_cast<std::size_t>(top - in[i])];
        const int length = bit_length(static_cast<std::uint64_t>(sum));
        const std::int64_t reciprocal = (std::int64_t{1} << (length + 15)) / sum;                                // 2^15..2^16
        const auto multiplier = static_cast<std::int32_t>(rounded_shift(reciprocal * p.factor.multiplier, 15));  // at most 2^16
        const requantization scale{multiplier, length + p.factor.shift, p.out.zero_point, p.out.least, p.out.greatest};
        for (std::size_t i = 0; i < columns; ++i)
            out[i] = static_cast<std::int16_t>(requantize(exponentials[static_cast<std::size_t>(top - in[i])], scale));
    }
}

std::uint32_t integer_square_root(std::uint32_t n) {
    // From above: relative errors 1, 1/4, 1/40, 3.1e-4, 4.7e-8 at most, then rounded down; the last is below one unit of 2^16.
    std::uint32_t root = 1u << 16;
    for (int step = 0; step < 4; ++step) root = (root + n / root) / 2;
    return std::uint64_t{root} * root > n ? root - 1 : root;
}

layer_norm_parameters make_layer_norm(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon,
                                      const tensor_format& in, const tensor_format& out) {
    check_format(in);
    check_format(out);
    check_row(gain.size());
    if (!(epsilon >= 0)) throw model_fault(fmt::format("layer norm: an epsilon of {}", epsilon));
    if (bias.size() != gain.size()) throw model_fault("layer norm: gain and bias differ in length");
    layer_norm_parameters p;
    p.zero_point = in.zero_point;
    const double columns_per_step = static_cast<double>(gain.size()) / in.step;
    p.epsilon = static_cast<std::int64_t>(std::min(std::nearbyint(epsilon * columns_per_step * columns_per_step), 0x1p62 - 0x1p9));
    double largest = 0;
    for (const float g : gain) largest = std::max(largest, std::abs(static_cast<double>(g)));
    p.shift = fixed_factor(largest / out.step, 15, 16).shift;
    const auto fixed = [&](float value, int fraction_bits, double limit) {
        return std::clamp(std::nearbyint(std::ldexp(static_cast<double>(value) / out.step, fraction_bits)), -limit, limit);
    };
    for (const float g : gain) p.gain.push_back(static_cast<std::int16_t>(fixed(g, p.shift, 0x1p15 - 1)));
    for (const float b : bias) p.bias.push_back(static_cast<std::int64_t>(fixed(b, p.shift + 14, 0x1p46)));
    p.out = output_of(out, {});
    return p;
}

namespace {

/// 1 / sqrt(value) = reciprocal / 2^(31 + half_exponent), reciprocal 2^15..2^16.
struct inverse_root {
    std::int64_t reciprocal;
    int half_exponent;  ///< -15..16
};

/// 1 <= value < 2^63. The value is brought to 2^30..2^32 by an even shift.
inverse_root inverse_root_of(std::uint64_t value) {
    const int half_exponent = (bit_length(value) + 1) / 2 - 16;
    const std::uint64_t normal = half_exponent >= 0 ? value >> (2 * half_exponent) : value << (-2 * half_exponent);
    return {(std::int64_t{1} << 31) / integer_square_root(static_cast<std::uint32_t>(normal)), half_exponent};
}

void layer_norm_row(const layer_norm_parameters& p, const std::int16_t* in, std::int16_t* out) {
    const std::size_t columns = p.gain.size();
    std::int64_t sum = 0, squares = 0;  // |sum| <= 2^31, squares <= 2^46
    for (std::size_t i = 0; i < columns; ++i) {
        const std::int64_t x = in[i] - p.zero_point;
        sum += x;
        squares += x * x;
    }
    const auto count = static_cast<std::int64_t>(columns);
    const std::int64_t variance = count * squares - sum * sum + p.epsilon;  // times columns^2; 0 <= variance < 2^63
    const inverse_root root = inverse_root_of(static_cast<std::uint64_t>(std::max<std::int64_t>(variance, 1)));
    for (std::size_t i = 0; i < columns; ++i) {
        const std::int64_t deviation = count * (in[i] - p.zero_point) - sum;                              // 33 bits
        const std::int64_t normal = rounded_shift(deviation * root.reciprocal, 17 + root.half_exponent);  // 14 fraction bits, 24 bits
        const std::int64_t code = rounded_shift(normal * p.gain[i] + p.bias[i], p.shift + 14) + p.out.zero_point;
        out[i] = static_cast<std::int16_t>(std::clamp<std::int64_t>(code, p.out.least, p.out.greatest));
    }
}

}  // namespace

void layer_norm_rows(const layer_norm_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) layer_norm_row(p, in + row * p.gain.size(), out + row * p.gain.size());
}

}  // namespace symmetree
