#include "models/vector_unit/operators/softmax.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/operators/row_math.h"

namespace symmetree {
namespace {

/// exp(p) is about 0.3585 (p + 1.353)^2 + 0.344 for -ln 2 < p <= 0 (I-BERT, section 3.5). With p = -r ln 2, 0 <= r < 1:
/// 2^-r is about 0.3585 ln(2)^2 (1.353 / ln(2) - r)^2 + 0.344.
constexpr std::int64_t exp_b = 31981;   // 1.353 / ln 2, 14 fraction bits
constexpr std::int64_t exp_a = 11288;   // 0.3585 ln(2)^2, 16 fraction bits
constexpr std::int64_t exp_c = 360710;  // 0.344, 20 fraction bits

constexpr std::uint64_t softmax_stages = polynomial_stages + 3;  // times factor, round, clamp

/// 2^-argument with 20 fraction bits, at most 2^20 + 280; `argument` >= 0 with 14 fraction bits.
std::int64_t exponential(std::int64_t argument) {
    const std::int64_t whole = std::min<std::int64_t>(argument >> 14, 31);
    const std::int64_t below = exp_b - (argument & 0x3fff);  // 15598..31981
    const std::int64_t square = (below * below) >> 12;       // 18 bits
    return (((square * exp_a) >> 12) + exp_c) >> whole;      // 0 from 21 on
}

}  // namespace

softmax_parameters make_softmax(const tensor_format& in, const tensor_format& out) {
    check_format(in);
    check_format(out);
    if (out.step <= 0x1p-15) throw model_fault(fmt::format("softmax: an output step of {}", out.step));
    return {fixed_factor(in.step / std::log(2.0) * 0x1p14, exponent_factor), fixed_factor(1 / out.step, probability_factor),
            output_of(out, {})};
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

vector_cost softmax_cost(std::int64_t rows, std::int64_t columns, int lanes) {
    const lane_work w = lane_work_of(rows, columns, lanes);
    vector_cost c;
    c.issues = 3 * w.slots;
    c.reads = 3 * w.elements;
    c.writes = c.lane_operations = c.scaled = w.elements;
    c.polynomials = 2 * w.elements;
    c.row_operations = w.rows;
    const std::uint64_t until_greatest = w.tree;
    const std::uint64_t until_scale = polynomial_stages + w.tree + align_cycles + quotient_cycles + scale_cycles;
    c.cycles = c.issues + w.rows * (until_greatest + until_scale) + softmax_stages - 1;
    return c;
}

vector_cost softmax_operator::cost(const softmax_parameters&, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    return softmax_cost(c.rows, d.result.row_elements, lanes);
}

std::vector<std::uint8_t> softmax_operator::run(const softmax_parameters& p, const chunk_task& task) {
    const auto rows = std::size_t(task.c.rows), columns = std::size_t(task.d.result.row_elements);
    return compute_rows(task, [&](step_codes& k) { softmax_rows(p, k.a.data(), k.result.data(), rows, columns); });
}

}  // namespace symmetree
