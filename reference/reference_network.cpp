#include "reference/reference_network.h"

#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "reference/adapter_reference.h"
#include "reference/network_product.h"
#include "reference/rearranged.h"
#include "reference/vector_float.h"
#include "reference/vector_reference.h"

namespace symmetree {
namespace {

constexpr std::uint16_t beta_of_one = 1 << 14;

}  // namespace

/// Computes the nodes in their order. One overload of compute() per operator of a graph: an operator without one does not compile.
class reference_walk::executor {
public:
    executor(const formatted_network& network, codes image, vector_arithmetic arithmetic)
        : network_(network),
          graph_(*network.network.graph),
          in_floats_(arithmetic == vector_arithmetic::float32),
          image_(std::move(image)),
          values_(graph_.nodes.size()) {}

    void step(std::size_t i) {
        if (network_.nodes[i].adapter) betas_[i] = beta(i, *network_.nodes[i].adapter);
        values_[i] = fused_into_input(i) ? input(i) : std::visit([&](const auto& op) { return compute(i, op); }, graph_.nodes[i].op);
    }

    std::vector<codes>& values() { return values_; }

private:
    bool fused_into_input(std::size_t i) const {
        const graph_node& node = graph_.nodes[i];
        return clip_of(node) && network_.nodes[node.inputs.front()].value_of == i;
    }

    // --- what a node reads and makes

    std::size_t maker(std::size_t i, std::size_t at = 0) const { return graph_.nodes[i].inputs[at]; }
    const codes& input(std::size_t i, std::size_t at = 0) const { return values_[maker(i, at)]; }
    const extents& input_shape(std::size_t i, std::size_t at = 0) const { return graph_.nodes[maker(i, at)].shape; }
    const tensor_format& input_format(std::size_t i, std::size_t at = 0) const { return network_.nodes[maker(i, at)].format; }
    const extents& shape(std::size_t i) const { return graph_.nodes[i].shape; }
    const tensor_format& format(std::size_t i) const { return network_.nodes[i].format; }

    // --- steps that depend on the image

    std::uint16_t beta(std::size_t i, const adapter_weights& weights) const {
        const extents& from = input_shape(i);
        const bool image = from.size() == 4 && from[0] == 1;
        const std::int64_t channels = image ? from[1] : from.empty() ? 1 : from.back();
        const adapter_integers p = derive_adapter(weights, elements_of(from) / channels, input_format(i));
        return reference_beta(p, image ? channels_last(input(i), from) : input(i));
    }
    /// 14 fraction bits; 1 where the step of a node's codes is fixed.
    std::uint16_t beta_of(std::size_t node) const {
        const std::optional<std::size_t> by = network_.nodes[node].adapted_by;
        return by ? betas_.at(*by) : beta_of_one;
    }
    /// With the step of this image.
    tensor_format scaled_format(std::size_t node) const {
        tensor_format f = format(node);
        f.step *= std::ldexp(double(beta_of(node)), -14);
        return f;
    }
    tensor_format scaled_input(std::size_t i, std::size_t at = 0) const { return scaled_format(maker(i, at)); }

    // --- operators that compute

    codes compute(std::size_t i, const product_op& op) const {
        const formatted_product& p = network_.products[op.layer];
        const format_and_codes x{input_format(i), input(i)};
        if (!is_attention_product(*p.layer)) return network_product(p, x, nullptr, format(i), network_.nodes[i].clip, beta_of(maker(i)));
        const format_and_codes second{input_format(i, 1), input(i, 1)};
        return network_product(p, x, &second, format(i), network_.nodes[i].clip, beta_of(maker(i)));
    }

    codes requantized(std::size_t i, double factor, const value_range& clip) const {
        if (in_floats_) return requantize_float(scaled_input(i), scaled_format(i), factor, clip, input(i));
        requantize_integers p = derive_requantize(input_format(i), format(i), factor, clip);
        if (network_.nodes[i].adapter) p.factor = reference_divided_by_beta(p.factor, betas_.at(i));
        return reference_requantize(p, input(i));
    }
    codes compute(std::size_t i, const clip_op&) const { return requantized(i, 1, network_.nodes[i].clip); }
    codes compute(std::size_t i, const scale_op& op) const { return requantized(i, double(op.factor), {}); }

    codes compute(std::size_t i, const add_op&) const {
        const codes a = broadcast(input(i), input_shape(i), shape(i)), b = broadcast(input(i, 1), input_shape(i, 1), shape(i));
        const value_range& clip = network_.nodes[i].clip;
        if (in_floats_) return add_float(scaled_input(i), scaled_input(i, 1), scaled_format(i), clip, a, b);
        const add_integers p = derive_add(input_format(i), input_format(i, 1), format(i), clip);
        return reference_add(reference_times_betas(p, beta_of(maker(i)), beta_of(maker(i, 1))), a, b);
    }

    codes compute(std::size_t i, const gelu_op&) const {
        if (in_floats_) return gelu_float(scaled_input(i), scaled_format(i), input(i));
        return reference_gelu(derive_gelu(input_format(i), format(i)), input(i));
    }

    codes compute(std::size_t i, const softmax_op&) const {
        const auto columns = std::size_t(shape(i).empty() ? 1 : shape(i).back());
        if (in_floats_) return softmax_float(scaled_input(i), scaled_format(i), input(i), columns);
        return reference_softmax(derive_softmax(input_format(i), format(i)), input(i), columns);
    }

    codes compute(std::size_t i, const layer_norm_op& op) const {
        if (in_floats_) return layer_norm_float(*op.gain, *op.bias, op.epsilon, scaled_input(i), scaled_format(i), input(i));
        return reference_layer_norm(derive_layer_norm(*op.gain, *op.bias, op.epsilon, input_format(i), format(i)), input(i));
    }

    codes compute(std::size_t i, const pool_op& op) const {
        if (in_floats_) return pool_float(op, input_shape(i), shape(i), scaled_input(i), scaled_format(i), input(i));
        return reference_pool(derive_pool(op, input_shape(i), shape(i), input_format(i), format(i)), input(i));
    }

    codes compute(std::size_t i, const mean_op& op) const {
        const extents& from = input_shape(i);
        const auto first = from.begin() + op.first_axis, last = first + op.axes;
        const std::int64_t rows = elements_of({first, last});
        const auto columns = std::size_t(elements_of({last, from.end()}));
        if (in_floats_) return mean_float(rows, scaled_input(i), scaled_format(i), input(i), columns);
        return reference_mean(derive_mean(rows, input_format(i), format(i)), input(i), columns);
    }

    // --- operators that move codes

    codes compute(std::size_t, const input_op&) const { return image_; }

    codes compute(std::size_t i, const constant_op& op) const {
        codes out;
        for (const float v : *op.values) out.push_back(static_cast<std::int16_t>(format(i).code_of(v)));
        return out;
    }

    codes compute(std::size_t i, const reshape_op&) const { return input(i); }
    codes compute(std::size_t i, const transpose_op& op) const { return transposed(op, input(i), input_shape(i), shape(i)); }
    codes compute(std::size_t i, const slice_op& op) const { return sliced(op, input(i), input_shape(i), shape(i)); }
    codes compute(std::size_t i, const pad_op& op) const { return padded(op, input(i), input_shape(i), shape(i), format(i).zero_point); }

    codes part(std::size_t i, std::size_t at) const {
        const tensor_format &in = input_format(i, at), &out = format(i);
        if (in_floats_) return requantize_float(in, out, 1, {}, input(i, at));
        return reference_requantize(derive_requantize(in, out), input(i, at));
    }
    codes compute(std::size_t i, const concat_op& op) const {
        std::vector<codes> parts;
        std::vector<extents> shapes;
        for (std::size_t at = 0; at < graph_.nodes[i].inputs.size(); ++at) {
            parts.push_back(part(i, at));
            shapes.push_back(input_shape(i, at));
        }
        return concatenated(op, parts, shapes, shape(i));
    }

    const formatted_network& network_;
    const network_graph& graph_;
    const bool in_floats_;
    const codes image_;
    std::vector<codes> values_;
    std::map<std::size_t, std::uint16_t> betas_;  ///< by node with an adapter
};

reference_walk::reference_walk(const formatted_network& network, std::vector<std::int16_t> image, vector_arithmetic arithmetic)
    : executor_(std::make_unique<executor>(network, std::move(image), arithmetic)) {}
reference_walk::reference_walk(reference_walk&&) noexcept = default;
reference_walk::~reference_walk() = default;

void reference_walk::step(std::size_t node) { executor_->step(node); }
const std::vector<std::int16_t>& reference_walk::codes_of(std::size_t node) const { return executor_->values()[node]; }
void reference_walk::forget(std::size_t node) { codes().swap(executor_->values()[node]); }  // an assignment keeps the memory

std::vector<std::vector<std::int16_t>> reference_network(const formatted_network& network, const std::vector<std::int16_t>& image,
                                                         vector_arithmetic arithmetic) {
    const std::size_t nodes = network.network.graph->nodes.size();
    reference_walk walk(network, image, arithmetic);
    std::vector<std::vector<std::int16_t>> values;
    for (std::size_t i = 0; i < nodes; ++i) walk.step(i);
    for (std::size_t i = 0; i < nodes; ++i) values.push_back(walk.codes_of(i));
    return values;
}

}  // namespace symmetree
