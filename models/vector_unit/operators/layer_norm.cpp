#include "models/vector_unit/operators/layer_norm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/operators/row_math.h"

namespace symmetree {
namespace {

constexpr std::uint64_t statistics_stages = 3;  // subtract, square, accumulate
constexpr std::uint64_t normalise_stages = 6;   // deviation, reciprocal, round, gain and bias, round, clamp
constexpr std::uint64_t root_cycles = 16;       // a bit of the root per cycle
constexpr std::uint64_t variance_cycles = 2;    // two products, then their difference and epsilon

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
    p.shift = fixed_factor(largest / out.step, gain_factor).shift;
    const auto fixed = [&](float value, int fraction_bits, double limit) {
        return std::clamp(std::nearbyint(std::ldexp(static_cast<double>(value) / out.step, fraction_bits)), -limit, limit);
    };
    for (const float g : gain) p.gain.push_back(static_cast<std::int16_t>(fixed(g, p.shift, greatest_multiplier)));
    for (const float b : bias) p.bias.push_back(static_cast<std::int64_t>(fixed(b, p.shift + 14, 0x1p46)));
    p.out = output_of(out, {});
    return p;
}

void layer_norm_rows(const layer_norm_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) layer_norm_row(p, in + row * p.gain.size(), out + row * p.gain.size());
}

vector_cost layer_norm_cost(std::int64_t rows, std::int64_t columns, int lanes) {
    const lane_work w = lane_work_of(rows, columns, lanes);
    vector_cost c;
    c.issues = 2 * w.slots;
    c.reads = 2 * w.elements;
    c.writes = c.normalised = w.elements;
    c.row_operations = w.rows;
    const std::uint64_t until_reciprocal = statistics_stages - 1 + w.tree + variance_cycles + align_cycles + root_cycles + quotient_cycles;
    c.cycles = c.issues + w.rows * until_reciprocal + normalise_stages - 1;
    return c;
}

vector_cost layer_norm_operator::cost(const layer_norm_parameters&, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    return layer_norm_cost(c.rows, d.result.row_elements, lanes);
}

std::vector<std::uint8_t> layer_norm_operator::run(const layer_norm_parameters& p, const chunk_task& task) {
    return compute_rows(task, [&](step_codes& k) { layer_norm_rows(p, k.a.data(), k.result.data(), std::size_t(task.c.rows)); });
}

}  // namespace symmetree
