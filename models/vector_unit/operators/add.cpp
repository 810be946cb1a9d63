#include "models/vector_unit/operators/add.h"

#include <algorithm>
#include <cmath>

#include "models/arithmetic/image_scale_math.h"
#include "models/arithmetic/requantize_math.h"

namespace symmetree {

add_parameters make_add(const tensor_format& a, const tensor_format& b, const tensor_format& out, const value_range& clip) {
    for (const tensor_format* format : {&a, &b, &out}) check_format(*format);
    const fixed_multiplier larger = fixed_factor(std::max(a.step, b.step) / out.step, element_factor);
    const auto multiplier = [&](const tensor_format& operand) {
        const double scaled = round_half_even(std::ldexp(std::min(operand.step / out.step, greatest_multiplier + 1), larger.shift));
        return static_cast<std::int32_t>(std::min(scaled, greatest_multiplier));
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

add_parameters times_betas(add_parameters p, const image_scale& a, const image_scale& b) {
    const auto grown = [](std::int32_t multiplier, const image_scale& s, int fewer) {
        return static_cast<std::int32_t>(rounded_shift(multiplier * std::int64_t{s.beta}, beta_fraction_bits + fewer));
    };
    int fewer = 0;
    while (std::max(grown(p.a_multiplier, a, fewer), grown(p.b_multiplier, b, fewer)) >= 1 << multiplier_bits) ++fewer;
    p.a_multiplier = grown(p.a_multiplier, a, fewer);
    p.b_multiplier = grown(p.b_multiplier, b, fewer);
    p.shift = smaller_shift(p.shift, fewer);
    return p;
}

void add_operator::scale(add_parameters& p, const image_scale (&by)[2]) { p = times_betas(p, by[0], by[1]); }

vector_cost add_operator::cost(const add_parameters&, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    return elementwise_cost(std::int64_t{c.rows} * d.result.row_elements, 2, lanes);
}

std::vector<std::uint8_t> add_operator::run(const add_parameters& p, const chunk_task& task) {
    return compute_rows(task, [&](step_codes& k) { add_codes(p, k.a.data(), k.b.data(), k.result.data(), k.result.size()); });
}

}  // namespace symmetree
