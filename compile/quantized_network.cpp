#include "compile/quantized_network.h"

#include "compile/channel_records.h"
#include "compile/layer_scheme.h"
#include "models/vector_unit/vector_math.h"

namespace symmetree {
namespace {

template <class Op>
bool is(const graph_node& node) {
    return std::holds_alternative<Op>(node.op);
}

/// Makes the integers of a network that has its formats.
class integer_maker {
public:
    integer_maker(quantized_network& q, const platform_config& platform) : q_(q), graph_(*q.network.graph), platform_(platform) {}

    void make() {
        q_.product_records.resize(q_.products.size());
        q_.node_records.resize(q_.nodes.size());
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) make_parameters(i);
    }

private:
    const tensor_format& format_of(std::size_t node) const { return q_.nodes[node].format; }

    void make_parameters(std::size_t i) {
        const graph_node& node = graph_.nodes[i];
        const formatted_node& made = q_.nodes[i];
        node_integers& q = q_.node_records[i];
        const bool moves_only = keeps_codes(node) && !is<pool_op>(node);
        if (node.inputs.empty() || moves_only) return;
        const std::size_t first = node.inputs.front();
        if (q_.nodes[first].value_of == i && first != i) return;  // a clip done by what it reads
        const tensor_format& in = format_of(first);
        if (const auto* p = std::get_if<product_op>(&node.op)) make_channels(i, *p);
        if (is<clip_op>(node)) q.parameters = make_requantize(in, made.format, 1.0, made.clip);
        if (const auto* s = std::get_if<scale_op>(&node.op)) q.parameters = make_requantize(in, made.format, s->factor);
        if (is<add_op>(node)) q.parameters = make_add(in, format_of(node.inputs[1]), made.format, made.clip);
        if (is<gelu_op>(node)) q.parameters = make_gelu(in, made.format);
        if (is<softmax_op>(node)) q.parameters = make_softmax(in, made.format);
        if (const auto* n = std::get_if<layer_norm_op>(&node.op))
            q.parameters = make_layer_norm(*n->gain, *n->bias, n->epsilon, in, made.format);
        if (const auto* p = std::get_if<pool_op>(&node.op))
            q.parameters = make_pool(p->maximum, shape_of(*p, graph_.nodes[first].shape, node.shape), p->count_padding, in, made.format);
        if (const auto* m = std::get_if<mean_op>(&node.op))
            q.parameters = make_mean(extent_of(*m, graph_.nodes[first].shape), in, made.format);
        if (is<concat_op>(node)) make_parts(i);
    }

    void make_parts(std::size_t i) {
        const tensor_format& out = format_of(i);
        std::vector<vector_parameters>& parts = q_.node_records[i].parts;
        for (const std::size_t input : graph_.nodes[i].inputs) {
            const tensor_format& in = format_of(input);
            const bool same =
                in.step == out.step && in.zero_point == out.zero_point && in.least >= out.least && in.greatest <= out.greatest;
            if (same)
                parts.emplace_back();
            else
                parts.emplace_back(make_requantize(in, out));
        }
    }

    static std::int64_t extent_of(const mean_op& op, const extents& in) {
        std::int64_t count = 1;
        for (int a = op.first_axis; a < op.first_axis + op.axes; ++a) count *= in[std::size_t(a)];
        return count;
    }

    static pool_shape shape_of(const pool_op& op, const extents& in, const extents& out) {
        const auto size = [](std::int64_t v) { return static_cast<std::int32_t>(v); };
        pool_shape s;
        s.channels = size(in[1]);
        s.in_height = size(in[2]);
        s.in_width = size(in[3]);
        s.out_height = size(out[2]);
        s.out_width = size(out[3]);
        s.kernel_height = op.kernel_height;
        s.kernel_width = op.kernel_width;
        s.stride_height = op.stride_height;
        s.stride_width = op.stride_width;
        s.pad_top = op.pad_top;
        s.pad_left = op.pad_left;
        return s;
    }

    void make_channels(std::size_t node, const product_op& op) {
        const formatted_product& p = q_.products[op.layer];
        product_integers& made = q_.product_records[op.layer];
        const graph_node& n = graph_.nodes[node];
        const tensor_format& x = format_of(n.inputs.front());
        made.on_side_array = runs_on_side_array(platform_, p.used.family);
        made.input = {x.bits, x.least >= 0, x.least, x.greatest};
        if (!is_attention_product(*p.what)) {
            made.channels = channel_records(p.weights, x, format_of(node).step, p.what->bias.get());
        } else {
            quantized_weights w = p.weights;
            w.step.assign(std::size_t(w.rows), format_of(n.inputs[1]).step);
            made.channels = channel_records(w, x, format_of(node).step, nullptr);
        }
    }

    quantized_network& q_;
    const network_graph& graph_;
    const platform_config& platform_;
};

}  // namespace

quantized_network quantize_network(workload network, const platform_config& platform, const scheme& format, const format_chooser& choose,
                                   const weight_cache& cache, std::uint64_t seed, int threads, const network_options& options) {
    quantized_network q;
    static_cast<formatted_network&>(q) = format_network(std::move(network), platform, format, choose, cache, seed, threads, options);
    integer_maker(q, platform).make();
    return q;
}

}  // namespace symmetree
