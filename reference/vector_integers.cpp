#include "reference/vector_integers.h"

#include <algorithm>
#include <cmath>

namespace symmetree {

requantize_integers derive_requantize(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip) {
    return {in.zero_point, derive_factor(factor * in.step / out.step, 15, 30), derive_output(out, clip)};
}

add_integers derive_add(const tensor_format& a, const tensor_format& b, const tensor_format& out, const value_range& clip) {
    const double a_factor = a.step / out.step, b_factor = b.step / out.step;
    const int shift = derive_factor(std::max(a_factor, b_factor), 15, 30).shift;
    return {a.zero_point,
            b.zero_point,
            derive_fixed(a_factor, shift, 0x1p15 - 1),
            derive_fixed(b_factor, shift, 0x1p15 - 1),
            shift,
            derive_output(out, clip)};
}

gelu_integers derive_gelu(const tensor_format& in, const tensor_format& out) {
    reference_factor factor = derive_factor(in.step / out.step, 15, 30);
    factor.shift += 15;
    return {in.zero_point, derive_factor(in.step * std::sqrt(0.5) * 0x1p14, 15, 30), factor, derive_output(out, {})};
}

softmax_integers derive_softmax(const tensor_format& in, const tensor_format& out) {
    return {derive_factor(in.step / std::log(2.0) * 0x1p14, 19, 30), derive_factor(1 / out.step, 15, 25), derive_output(out, {})};
}

layer_norm_integers derive_layer_norm(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon,
                                      const tensor_format& in, const tensor_format& out) {
    layer_norm_integers p;
    p.zero_point = in.zero_point;
    const double columns_per_step = double(gain.size()) / in.step;
    p.epsilon = derive_fixed(epsilon * columns_per_step * columns_per_step, 0, 0x1p62 - 0x1p9);
    double largest = 0;
    for (const float g : gain) largest = std::max(largest, std::abs(double(g)));
    p.shift = derive_factor(largest / out.step, 15, 16).shift;
    for (const float g : gain) p.gain.push_back(derive_fixed(double(g) / out.step, p.shift, 0x1p15 - 1));
    for (const float b : bias) p.bias.push_back(derive_fixed(double(b) / out.step, p.shift + 14, 0x1p46));
    p.out = derive_output(out, {});
    return p;
}

pool_integers derive_pool(const pool_op& op, const extents& in_shape, const extents& out_shape, const tensor_format& in,
                          const tensor_format& out, const value_range& clip) {
    pool_integers p{op, in_shape, out_shape, in.zero_point, {}, derive_output(out, clip)};
    const int elements = op.kernel_height * op.kernel_width;
    if (op.maximum)
        p.factor = {derive_factor(in.step / out.step, 15, 46)};
    else if (op.count_padding)
        p.factor = {derive_factor(in.step / out.step / elements, 15, 46)};
    else
        for (int inside = 1; inside <= elements; ++inside) p.factor.push_back(derive_factor(in.step / out.step / inside, 15, 46));
    return p;
}

mean_integers derive_mean(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip) {
    return {rows, in.zero_point, derive_factor(in.step / out.step / double(rows), 15, 46), derive_output(out, clip)};
}

}  // namespace symmetree
