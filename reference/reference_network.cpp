#include "reference/reference_network.h"

#include <cmath>
#include <map>
#include <optional>

#include "core/error.h"
#include "models/vector_unit/vector_float_math.h"
#include "reference/reference_product.h"
#include "reference/vector_reference.h"

namespace symmetree {
namespace {

/// Visits all indices of a shape in order.
template <class Visit>
void for_each_index(const extents& shape, Visit visit) {
    extents index(shape.size(), 0);
    for (std::int64_t left = elements_of(shape); left > 0; --left) {
        visit(index);
        for (std::size_t a = shape.size(); a-- > 0;) {
            if (++index[a] < shape[a]) break;
            index[a] = 0;
        }
    }
}

std::int64_t place_in(const extents& shape, const extents& index) {
    std::int64_t at = 0;
    for (std::size_t a = 0; a < shape.size(); ++a) at = at * shape[a] + index[a];
    return at;
}

class executor {
public:
    executor(const quantized_network& q, const codes& image, vector_arithmetic arithmetic)
        : q_(q), graph_(*q.network.graph), arithmetic_(arithmetic), values_(graph_.nodes.size()), image_(image) {}

    std::vector<codes> run() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const node_integers& node = q_.node_records[i];
            if (node.adapter) betas_[i] = beta(i, *node.adapter);
            if (fused_into_input(i)) {
                values_[i] = values_[graph_.nodes[i].inputs.front()];
                continue;
            }
            values_[i] = compute(i, node);
        }
        return std::move(values_);
    }

private:
    bool fused_into_input(std::size_t i) const {
        const graph_node& node = graph_.nodes[i];
        return std::holds_alternative<clip_op>(node.op) && q_.nodes[node.inputs.front()].value_of == i;
    }

    const codes& input(std::size_t i, std::size_t at = 0) const { return values_[graph_.nodes[i].inputs[at]]; }
    const extents& input_shape(std::size_t i, std::size_t at = 0) const { return graph_.nodes[graph_.nodes[i].inputs[at]].shape; }
    const tensor_format& format_of(std::size_t i) const { return q_.nodes[i].format; }

    codes compute(std::size_t i, const node_integers& q) const {
        const graph_node& node = graph_.nodes[i];
        if (std::holds_alternative<input_op>(node.op)) return image_;
        if (const auto* op = std::get_if<constant_op>(&node.op)) return constant(*op, format_of(i));
        if (const auto* op = std::get_if<product_op>(&node.op)) return product(i, *op);
        if (arithmetic_ == vector_arithmetic::float32)
            if (std::optional<codes> out = in_float(i, q_.nodes[i])) return std::move(*out);
        if (std::holds_alternative<clip_op>(node.op) || std::holds_alternative<scale_op>(node.op)) {
            requantize_parameters p = std::get<requantize_parameters>(q.parameters);
            if (q.adapter) p.factor = reference_divided_by_beta(p.factor, betas_.at(i));
            return reference_requantize(p, input(i));
        }
        if (std::holds_alternative<gelu_op>(node.op)) return reference_gelu(std::get<gelu_parameters>(q.parameters), input(i));
        if (std::holds_alternative<softmax_op>(node.op))
            return reference_softmax(std::get<softmax_parameters>(q.parameters), input(i), std::size_t(node.shape.back()));
        if (std::holds_alternative<layer_norm_op>(node.op))
            return reference_layer_norm(std::get<layer_norm_parameters>(q.parameters), input(i));
        if (std::holds_alternative<add_op>(node.op))
            return reference_add(reference_times_betas(std::get<add_parameters>(q.parameters), beta_of_input(i, 0), beta_of_input(i, 1)),
                                 broadcast(i, 0), broadcast(i, 1));
        if (std::holds_alternative<pool_op>(node.op)) return pool(i, std::get<pool_parameters>(q.parameters));
        if (const auto* op = std::get_if<mean_op>(&node.op)) return mean(i, *op, std::get<mean_parameters>(q.parameters));
        if (std::holds_alternative<reshape_op>(node.op)) return input(i);
        if (const auto* op = std::get_if<transpose_op>(&node.op)) return transpose(i, *op);
        if (const auto* op = std::get_if<slice_op>(&node.op)) return slice(i, *op);
        if (const auto* op = std::get_if<concat_op>(&node.op)) return concat(i, *op, q);
        if (const auto* op = std::get_if<pad_op>(&node.op)) return pad(i, *op);
        throw model_fault("reference: an operator that it does not know");
    }

    /// The operators that compute on the vector unit; nothing for those that only move codes.
    std::optional<codes> in_float(std::size_t i, const formatted_node& q) const {
        const graph_node& node = graph_.nodes[i];
        if (node.inputs.empty()) return {};
        const tensor_format in = scaled_format(node.inputs.front());
        tensor_format out_format = q.format;
        if (q.adapter) out_format.step *= beta_value(betas_.at(i));
        const auto row = std::size_t(node.shape.empty() ? 1 : node.shape.back());
        codes out(std::size_t(elements_of(node.shape)));
        const codes& x = input(i);
        if (std::holds_alternative<clip_op>(node.op)) {
            requantize_float(in, out_format, 1, q.clip, x.data(), out.data(), out.size());
        } else if (const auto* scale = std::get_if<scale_op>(&node.op)) {
            requantize_float(in, out_format, double(scale->factor), {}, x.data(), out.data(), out.size());
        } else if (std::holds_alternative<gelu_op>(node.op)) {
            gelu_float(in, out_format, x.data(), out.data(), out.size());
        } else if (std::holds_alternative<softmax_op>(node.op)) {
            softmax_float(in, out_format, x.data(), out.data(), out.size() / row, row);
        } else if (const auto* norm = std::get_if<layer_norm_op>(&node.op)) {
            layer_norm_float(*norm->gain, *norm->bias, norm->epsilon, in, out_format, x.data(), out.data(), out.size() / row);
        } else if (std::holds_alternative<add_op>(node.op)) {
            const codes a = broadcast(i, 0), b = broadcast(i, 1);
            add_float(in, scaled_format(node.inputs[1]), out_format, q.clip, a.data(), b.data(), out.data(), out.size());
        } else if (const auto* op = std::get_if<pool_op>(&node.op)) {
            const pool_shape& shape = std::get<pool_parameters>(q_.node_records[i].parameters).shape;
            pool_float(op->maximum, shape, op->count_padding, in, out_format, {}, channels_last(x, input_shape(i)).data(), out.data());
            return channels_first(out, node.shape);
        } else if (const auto* average = std::get_if<mean_op>(&node.op)) {
            const extents& from = input_shape(i);
            const std::int64_t columns = elements_of({from.begin() + average->first_axis + average->axes, from.end()});
            mean_float(std::int64_t(x.size()) / elements_of(node.shape), in, out_format, {}, x.data(), out.data(),
                       out.size() / std::size_t(columns), std::size_t(columns));
        } else {
            return {};
        }
        return out;
    }

    static double beta_value(std::uint16_t beta) { return std::ldexp(double(beta), -14); }
    /// With the step of this image.
    tensor_format scaled_format(std::size_t i) const {
        tensor_format f = format_of(i);
        if (const std::optional<std::size_t> by = q_.nodes[i].adapted_by) f.step *= beta_value(betas_.at(*by));
        return f;
    }

    std::uint16_t beta(std::size_t i, const adapter_parameters& p) const {
        const extents& shape = input_shape(i);
        return reference_beta(p, shape.size() == 4 && shape[0] == 1 ? channels_last(input(i), shape) : input(i));
    }
    /// 14 fraction bits; 1 where the input's step is fixed.
    std::uint16_t beta_of_input(std::size_t i, std::size_t at) const {
        const std::optional<std::size_t> by = q_.nodes[graph_.nodes[i].inputs[at]].adapted_by;
        return by ? betas_.at(*by) : 1 << 14;
    }

    static codes constant(const constant_op& op, const tensor_format& format) {
        codes out;
        for (const float v : *op.values) out.push_back(static_cast<std::int16_t>(format.code_of(v)));
        return out;
    }

    codes broadcast(std::size_t i, std::size_t at) const {
        const extents &shape = graph_.nodes[i].shape, &from = input_shape(i, at);
        if (from == shape) return input(i, at);
        codes out;
        for_each_index(shape, [&](const extents& index) {
            extents own(index.end() - std::ptrdiff_t(from.size()), index.end());
            for (std::size_t a = 0; a < own.size(); ++a)
                if (from[a] == 1) own[a] = 0;
            out.push_back(input(i, at)[std::size_t(place_in(from, own))]);
        });
        return out;
    }

    codes transpose(std::size_t i, const transpose_op& op) const {
        codes out;
        extents from(op.permutation.size());
        for_each_index(graph_.nodes[i].shape, [&](const extents& index) {
            for (std::size_t a = 0; a < index.size(); ++a) from[std::size_t(op.permutation[a])] = index[a];
            out.push_back(input(i)[std::size_t(place_in(input_shape(i), from))]);
        });
        return out;
    }

    codes slice(std::size_t i, const slice_op& op) const {
        codes out;
        for_each_index(graph_.nodes[i].shape, [&](const extents& index) {
            extents from(index.size());
            for (std::size_t a = 0; a < index.size(); ++a) from[a] = op.starts[a] + index[a] * op.steps[a];
            out.push_back(input(i)[std::size_t(place_in(input_shape(i), from))]);
        });
        return out;
    }

    codes requantized_part(std::size_t i, std::size_t at, const requantize_parameters& p) const {
        if (arithmetic_ == vector_arithmetic::integer) return reference_requantize(p, input(i, at));
        codes out(input(i, at).size());
        requantize_float(format_of(graph_.nodes[i].inputs[at]), format_of(i), 1, {}, input(i, at).data(), out.data(), out.size());
        return out;
    }

    codes concat(std::size_t i, const concat_op& op, const node_integers& q) const {
        std::vector<codes> parts;
        for (std::size_t at = 0; at < graph_.nodes[i].inputs.size(); ++at) {
            const auto* p = std::get_if<requantize_parameters>(&q.parts[at]);
            parts.push_back(p ? requantized_part(i, at, *p) : input(i, at));
        }
        codes out;
        const auto axis = std::size_t(op.axis);
        for_each_index(graph_.nodes[i].shape, [&](const extents& index) {
            extents own = index;
            std::size_t at = 0;
            while (own[axis] >= input_shape(i, at)[axis]) own[axis] -= input_shape(i, at++)[axis];
            out.push_back(parts[at][std::size_t(place_in(input_shape(i, at), own))]);
        });
        return out;
    }

    codes pad(std::size_t i, const pad_op& op) const {
        codes out;
        for_each_index(graph_.nodes[i].shape, [&](const extents& index) {
            extents from(index.size());
            bool inside = true;
            for (std::size_t a = 0; a < index.size(); ++a) {
                from[a] = index[a] - op.before[a];
                inside = inside && from[a] >= 0 && from[a] < input_shape(i)[a];
            }
            out.push_back(inside ? input(i)[std::size_t(place_in(input_shape(i), from))]
                                 : static_cast<std::int16_t>(format_of(i).zero_point));
        });
        return out;
    }

    /// [1][C][H][W] as [H][W][C], and back.
    static codes channels_last(const codes& in, const extents& s) {
        codes out(in.size());
        for (std::int64_t c = 0; c < s[1]; ++c)
            for (std::int64_t p = 0; p < s[2] * s[3]; ++p) out[std::size_t(p * s[1] + c)] = in[std::size_t(c * s[2] * s[3] + p)];
        return out;
    }
    static codes channels_first(const codes& in, const extents& s) {
        codes out(in.size());
        for (std::int64_t c = 0; c < s[1]; ++c)
            for (std::int64_t p = 0; p < s[2] * s[3]; ++p) out[std::size_t(c * s[2] * s[3] + p)] = in[std::size_t(p * s[1] + c)];
        return out;
    }

    codes pool(std::size_t i, const pool_parameters& p) const {
        return channels_first(reference_pool(p, channels_last(input(i), input_shape(i))), graph_.nodes[i].shape);
    }

    codes mean(std::size_t i, const mean_op& op, const mean_parameters& p) const {
        const extents& in = input_shape(i);
        return reference_mean(p, input(i), std::size_t(elements_of({in.begin() + op.first_axis + op.axes, in.end()})));
    }

    // --- products

    codes product(std::size_t i, const product_op& op) const {
        const formatted_product& p = q_.products[op.layer];
        quantized_activations x;
        const tensor_format& format = format_of(graph_.nodes[i].inputs.front());
        x.bits = format.bits;
        x.step = format.step;
        x.zero_point = format.zero_point;
        x.is_unsigned = format.least >= 0;
        x.sign_magnitude = format.least == 1 - (1 << (format.bits - 1));
        x.codes = raw_input(i, *p.what);
        const reference_result sums = reference_product(*p.what, is_attention_product(*p.what) ? run_time_weights(i, p) : p.weights, x);
        return outputs(i, p, sums, q_.product_records[op.layer].channels);
    }

    /// The order that a product reads: convolutions group by group, row by row, pixel by pixel, channel by channel.
    codes raw_input(std::size_t i, const layer& what) const {
        const auto* conv = std::get_if<conv_shape>(&what.shape);
        if (!conv) return input(i);
        const std::int64_t per_group = conv->in_channels / conv->groups, pixels = std::int64_t{conv->in_height} * conv->in_width;
        codes out;
        for (std::int64_t g = 0; g < conv->groups; ++g)
            for (std::int64_t p = 0; p < pixels; ++p)
                for (std::int64_t c = 0; c < per_group; ++c) out.push_back(input(i)[std::size_t((g * per_group + c) * pixels + p)]);
        return out;
    }

    /// [count][inner][columns] as rows of the columns.
    quantized_weights run_time_weights(std::size_t i, const formatted_product& p) const {
        const auto& shape = std::get<matmul_shape>(p.what->shape);
        quantized_weights w = p.weights;
        for (std::int64_t h = 0; h < shape.count; ++h)
            for (std::int64_t n = 0; n < shape.columns; ++n)
                for (std::int64_t k = 0; k < shape.inner; ++k)
                    w.codes.push_back(static_cast<std::int8_t>(input(i, 1)[std::size_t((h * shape.inner + k) * shape.columns + n)]));
        return w;
    }

    codes outputs(std::size_t i, const formatted_product& p, const reference_result& sums,
                  const std::vector<channel_record>& channels) const {
        const tensor_format& out = format_of(i);
        const int least = out.code_of(q_.nodes[i].clip.least), greatest = out.code_of(q_.nodes[i].clip.greatest);
        const bool channels_outside = std::holds_alternative<conv_shape>(p.what->shape);
        const std::int64_t repeats = product_of(*p.what).repeat, per_repeat = sums.rows / repeats;
        const std::uint16_t beta = beta_of_input(i, 0);
        codes result(std::size_t(sums.rows * sums.vectors));
        for (std::int64_t row = 0; row < sums.rows; ++row) {
            const channel_record& c = channels[std::size_t(row)];
            const fixed_multiplier factor = reference_times_beta({c.multiplier, c.shift}, beta);
            const std::int64_t bias = reference_bias_divided_by_beta(own_bias(p, std::size_t(row), i), beta);
            for (std::int64_t v = 0; v < sums.vectors; ++v) {
                // The reference sums codes without their zero points; the bias of the record has the zero point's share, which the layer's
                // own bias is without.
                const std::int64_t sum = sums.accumulators[std::size_t(row * sums.vectors + v)] + bias;
                const std::int32_t code = reference_requantize(sum, factor.multiplier, factor.shift, out.zero_point, least, greatest);
                const std::int64_t at =
                    channels_outside ? row * sums.vectors + v : (row / per_repeat * sums.vectors + v) * per_repeat + row % per_repeat;
                result[std::size_t(at)] = static_cast<std::int16_t>(code);
            }
        }
        return result;
    }

    std::int64_t own_bias(const formatted_product& p, std::size_t row, std::size_t i) const {
        if (!p.what->bias) return 0;
        const double guard = is_shift_family(p.weights.family) ? std::ldexp(1.0, -p.weights.guard_bits) : 1.0;
        return std::int64_t(
            std::nearbyint(double((*p.what->bias)[row]) / (format_of(graph_.nodes[i].inputs.front()).step * p.weights.step[row] * guard)));
    }

    const quantized_network& q_;
    const network_graph& graph_;
    const vector_arithmetic arithmetic_;
    std::vector<codes> values_;
    std::map<std::size_t, std::uint16_t> betas_;  ///< by node with an adapter
    const codes& image_;
};

}  // namespace

std::vector<std::vector<std::int16_t>> reference_network(const quantized_network& q, const std::vector<std::int16_t>& image,
                                                         vector_arithmetic arithmetic) {
    return executor(q, image, arithmetic).run();
}

}  // namespace symmetree
