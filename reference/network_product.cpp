#include "reference/network_product.h"

#include "reference/adapter_reference.h"
#include "reference/layer_geometry.h"
#include "reference/layer_integers.h"
#include "reference/reference_product.h"

namespace symmetree {
namespace {

/// The order that a product reads: convolutions group by group, row by row, pixel by pixel, channel by channel.
codes raw_input(const layer& what, const codes& x) {
    const auto* conv = std::get_if<conv_shape>(&what.shape);
    if (!conv) return x;
    const std::int64_t per_group = conv->in_channels / conv->groups, pixels = std::int64_t{conv->in_height} * conv->in_width;
    codes out;
    for (std::int64_t g = 0; g < conv->groups; ++g)
        for (std::int64_t p = 0; p < pixels; ++p)
            for (std::int64_t c = 0; c < per_group; ++c) out.push_back(x[std::size_t((g * per_group + c) * pixels + p)]);
    return out;
}

quantized_activations activations_of(const layer& what, const format_and_codes& x) {
    quantized_activations a;
    a.bits = x.format.bits;
    a.step = x.format.step;
    a.zero_point = x.format.zero_point;
    a.is_unsigned = x.format.least >= 0;
    a.sign_magnitude = x.format.least == 1 - (1 << (x.format.bits - 1));
    a.codes = raw_input(what, x.values);
    return a;
}

/// [count][inner][columns] as rows of the columns.
quantized_weights run_time_weights(const formatted_product& p, const format_and_codes& second) {
    const auto& shape = std::get<matmul_shape>(p.layer->shape);
    quantized_weights w = p.weights;
    w.step.assign(std::size_t(w.rows), second.format.step);
    for (std::int64_t h = 0; h < shape.count; ++h)
        for (std::int64_t n = 0; n < shape.columns; ++n)
            for (std::int64_t k = 0; k < shape.inner; ++k)
                w.codes.push_back(static_cast<std::int8_t>(second.values[std::size_t((h * shape.inner + k) * shape.columns + n)]));
    return w;
}

}  // namespace

void visit_inputs(const formatted_product& p, const format_and_codes& x,
                  const std::function<void(const std::vector<std::int16_t>& inputs, int zero_point)>& visit) {
    const codes raw = raw_input(*p.layer, x.values);
    const int zero_point = uses_shifts(p.weights) ? 0 : x.format.zero_point;
    std::vector<std::int16_t> inputs;
    for (std::int64_t group = 0; group < geometry_of(p.layer->shape).groups; ++group) {
        gather_inputs(p.layer->shape, raw, group, static_cast<std::int16_t>(zero_point), inputs);
        visit(inputs, zero_point);
    }
}

codes network_product(const formatted_product& p, const format_and_codes& x, const format_and_codes* second, const tensor_format& out,
                      const value_range& clip, std::uint16_t beta) {
    const quantized_weights at_run_time = second ? run_time_weights(p, *second) : quantized_weights{};
    const quantized_weights& w = second ? at_run_time : p.weights;
    const reference_result sums = reference_product(*p.layer, w, activations_of(*p.layer, x));
    const reference_output end = derive_output(out, clip);
    const bool channels_outside = std::holds_alternative<conv_shape>(p.layer->shape);
    const std::int64_t per_repeat = sums.rows / product_of(*p.layer).repeat;
    codes result(std::size_t(sums.rows * sums.vectors));
    for (std::int64_t row = 0; row < sums.rows; ++row) {
        const reference_factor factor = reference_times_beta(derive_row_factor(w, std::size_t(row), x.format.step, out.step), beta);
        const std::int64_t own = derive_row_bias(p.layer->bias.get(), w, std::size_t(row), x.format.step);
        const std::int64_t bias = reference_bias_divided_by_beta(own, beta);
        for (std::int64_t v = 0; v < sums.vectors; ++v) {
            const std::int64_t at =
                channels_outside ? row * sums.vectors + v : (row / per_repeat * sums.vectors + v) * per_repeat + row % per_repeat;
            result[std::size_t(at)] = scaled_code(end, sums.accumulators[std::size_t(row * sums.vectors + v)] + bias, factor);
        }
    }
    return result;
}

}  // namespace symmetree
