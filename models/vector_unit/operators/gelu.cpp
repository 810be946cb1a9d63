#include "models/vector_unit/operators/gelu.h"

#include <algorithm>
#include <cmath>

#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/operators/code_map.h"

namespace symmetree {
namespace {

/// GELU's polynomial: erf(u) is about 1 - a (b - min(u, b))^2 for u >= 0, a = 0.2888, b = 1.769 (I-BERT, section 3.4).
constexpr std::int64_t gelu_b = 28983;  // b with 14 fraction bits
constexpr std::int64_t gelu_a = 18927;  // a with 16 fraction bits
constexpr int gate_fraction_bits = 15;

constexpr std::uint64_t gelu_stages = polynomial_stages + 4;  // times code, times factor, round, clamp

/// 2^15 * (1 + erf(x / sqrt(2))) / 2, within 0..2^15; `argument` = |x| / sqrt(2) with 14 fraction bits.
std::int64_t gelu_gate(std::int64_t argument, bool negative) {
    const std::int64_t below = gelu_b - std::min(argument, gelu_b);  // 0..28983
    const std::int64_t square = (below * below) >> 14;               // 0..51270
    const std::int64_t erf = (1 << 30) - square * gelu_a;            // 30 fraction bits, 0.096..1
    return ((1 << 30) + (negative ? -erf : erf)) >> 16;
}

}  // namespace

gelu_parameters make_gelu(const tensor_format& in, const tensor_format& out) {
    check_format(in);
    check_format(out);
    fixed_multiplier factor = fixed_factor(in.step / out.step, element_factor);
    factor.shift = static_cast<std::uint8_t>(factor.shift + gate_fraction_bits);
    return {in.zero_point, fixed_factor(in.step * std::sqrt(0.5) * 0x1p14, element_factor), factor, output_of(out, {})};
}

void gelu_codes(const gelu_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count) {
    const requantization end{p.factor.multiplier, p.factor.shift, p.out.zero_point, p.out.least, p.out.greatest};
    map_codes(in, out, count, [&](std::int32_t code) {
        const std::int64_t x = code - p.zero_point;
        const std::int64_t argument = rounded_shift(std::abs(x) * p.argument.multiplier, p.argument.shift);
        return requantize(x * gelu_gate(argument, x < 0), end);
    });
}

vector_cost gelu_cost(std::int64_t elements, int lanes) {
    const lane_work w = lane_work_of(1, elements, lanes);
    vector_cost c;
    c.issues = w.slots;
    c.reads = c.writes = c.polynomials = c.scaled = w.elements;
    c.cycles = c.issues + gelu_stages - 1;
    return c;
}

vector_cost gelu_operator::cost(const gelu_parameters&, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    return gelu_cost(std::int64_t{c.rows} * d.result.row_elements, lanes);
}

std::vector<std::uint8_t> gelu_operator::run(const gelu_parameters& p, const chunk_task& task) {
    return compute_rows(task, [&](step_codes& k) { gelu_codes(p, k.a.data(), k.result.data(), k.result.size()); });
}

}  // namespace symmetree
