#include "models/vector_unit/operators/requantize.h"

#include "models/arithmetic/image_scale_math.h"
#include "models/arithmetic/requantize_math.h"
#include "models/vector_unit/operators/code_map.h"

namespace symmetree {

requantize_parameters make_requantize(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip) {
    check_format(in);
    check_format(out);
    return {in.zero_point, fixed_factor(factor * in.step / out.step, element_factor), output_of(out, clip)};
}

void requantize_codes(const requantize_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count) {
    const requantization end{p.factor.multiplier, p.factor.shift, p.out.zero_point, p.out.least, p.out.greatest};
    map_codes(in, out, count, [&](std::int32_t code) { return requantize(code - p.zero_point, end); });
}

/// The step of the result is times beta.
void requantize_operator::scale(requantize_parameters& p, const image_scale (&by)[2]) { p.factor = divided_by_beta(p.factor, by[0]); }

vector_cost requantize_operator::cost(const requantize_parameters&, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    return elementwise_cost(std::int64_t{c.rows} * d.result.row_elements, 1, lanes);
}

std::vector<std::uint8_t> requantize_operator::run(const requantize_parameters& p, const chunk_task& task) {
    return compute_rows(task, [&](step_codes& k) { requantize_codes(p, k.a.data(), k.result.data(), k.result.size()); });
}

}  // namespace symmetree
