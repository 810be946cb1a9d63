#include "compile/quantized_network.h"

#include <utility>

#include "compile/channel_records.h"
#include "compile/layer_scheme.h"

namespace symmetree {
namespace {

/// Makes the integers of a network that has its formats.
class integer_maker {
public:
    integer_maker(quantized_network& q, const platform_config& platform) : q_(q), graph_(*q.network.graph), platform_(platform) {}

    void make() {
        q_.product_records.resize(q_.products.size());
        q_.node_records.resize(q_.nodes.size());
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) std::visit(integers_of{*this, i, graph_.nodes[i]}, graph_.nodes[i].op);
    }

private:
    const tensor_format& format_of(std::size_t node) const { return q_.nodes[node].format; }

    /// One overload per operator: what the units hold for it.
    struct integers_of {
        integer_maker& m;
        std::size_t i;
        const graph_node& node;

        void operator()(const input_op&) const {}
        void operator()(const constant_op&) const {}
        void operator()(const product_op& op) const { m.make_channels(i, op); }
        void operator()(const clip_op&) const {
            const bool fused = m.q_.nodes[node.inputs.front()].value_of == i;  // done by what it reads
            if (!fused) hold(make_requantize(in(), out(), 1.0, clip()));
        }
        void operator()(const gelu_op&) const { hold(make_gelu(in(), out())); }
        void operator()(const softmax_op&) const { hold(make_softmax(in(), out())); }
        void operator()(const layer_norm_op& op) const { hold(make_layer_norm(*op.gain, *op.bias, op.epsilon, in(), out())); }
        void operator()(const add_op&) const { hold(make_add(in(), m.format_of(node.inputs[1]), out(), clip())); }
        void operator()(const scale_op& op) const { hold(make_requantize(in(), out(), op.factor)); }
        void operator()(const pool_op& op) const {
            hold(make_pool(op.maximum, shape_of(op, in_shape(), node.shape), op.count_padding, in(), out()));
        }
        void operator()(const mean_op& op) const { hold(make_mean(extent_of(op, in_shape()), in(), out())); }
        void operator()(const reshape_op&) const {}
        void operator()(const transpose_op&) const {}
        void operator()(const slice_op&) const {}
        void operator()(const concat_op&) const { m.make_parts(i); }
        void operator()(const pad_op&) const {}

    private:
        void hold(vector_parameters p) const { m.q_.node_records[i].parameters = std::move(p); }
        const tensor_format& in() const { return m.format_of(node.inputs.front()); }
        const tensor_format& out() const { return m.format_of(i); }
        const value_range& clip() const { return m.q_.nodes[i].clip; }
        const extents& in_shape() const { return m.graph_.nodes[node.inputs.front()].shape; }
    };

    void make_parts(std::size_t i) {
        const tensor_format& out = format_of(i);
        for (const std::size_t input : graph_.nodes[i].inputs) {
            const tensor_format& in = format_of(input);
            const bool same =
                in.step == out.step && in.zero_point == out.zero_point && in.least >= out.least && in.greatest <= out.greatest;
            rearrange_parameters part;
            if (!same) part.format = make_requantize(in, out);
            q_.node_records[i].parts.push_back(part);
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
        made.on_side_array = runs_on_side_array(platform_, *p.what, p.used);
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
