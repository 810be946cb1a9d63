#include "compile/quantized_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "compile/channel_records.h"
#include "compile/layer_scheme.h"
#include "compile/sum_bounds.h"
#include "models/vector_unit/vector_math.h"

namespace symmetree {
namespace {

template <class Op>
bool is(const graph_node& node) {
    return std::holds_alternative<Op>(node.op);
}

/// The graph with what follows from it.
class planner {
public:
    planner(quantized_network& q, const platform_config& platform, const format_chooser& choose)
        : q_(q), graph_(*q.network.graph), platform_(platform), choose_(choose), readers_(graph_.nodes.size()) {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            for (const std::size_t input : graph_.nodes[i].inputs) readers_[input].push_back(i);
    }

    void plan_formats() {
        q_.nodes.resize(graph_.nodes.size());
        fuse_clips();
        choose_formats();
    }
    /// Once the formats are planned and the products have their weights.
    void plan_parameters() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) make_parameters(i);
    }

private:
    /// A clip that alone reads a product or an addition is done by its rounding.
    void fuse_clips() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) q_.nodes[i].value_of = i;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            if (!is<clip_op>(graph_.nodes[i])) continue;
            const std::size_t maker = graph_.nodes[i].inputs.front();
            const bool rounds = is<product_op>(graph_.nodes[maker]) || is<add_op>(graph_.nodes[maker]);
            if (rounds && readers_[maker].size() == 1 && maker != graph_.output) q_.nodes[maker].value_of = i;
        }
    }

    /// Products that read the codes of a node, through nodes that keep them; with the input they read them at.
    struct reading {
        std::size_t layer;
        bool second_operand;
    };
    void collect_readings(std::size_t node, std::vector<reading>& found) const {
        for (const std::size_t reader : readers_[node]) {
            const graph_node& r = graph_.nodes[reader];
            if (const auto* product = std::get_if<product_op>(&r.op)) {
                for (std::size_t at = 0; at < r.inputs.size(); ++at)
                    if (r.inputs[at] == node) found.push_back({product->layer, at == 1});
            } else if (keeps_codes(r)) {
                collect_readings(reader, found);
            }
        }
    }

    void choose_formats() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            quantized_node& node = q_.nodes[i];
            if (node.value_of != i) continue;  // takes the format of the clip behind it
            if (keeps_codes(graph_.nodes[i])) {
                node.format = q_.nodes[graph_.nodes[i].inputs.front()].format;
            } else {
                node.format = choose_format_of(i);
                if (const auto* clip = std::get_if<clip_op>(&graph_.nodes[i].op)) node.clip = {clip->least, clip->greatest};
            }
        }
        for (quantized_node& node : q_.nodes) {
            const quantized_node& value = q_.nodes[node.value_of];
            node.format = value.format;
            node.clip = value.clip;
        }
    }

    tensor_format choose_format_of(std::size_t node) const {
        std::vector<reading> readings;
        collect_readings(node, readings);
        int bits = 8;
        activation_coding coding = activation_coding::signed_zero_point;
        for (const reading& r : readings) {
            const quantized_product& p = q_.products[r.layer];
            bits = std::min(bits, p.used.activation_bits);
            const bool shifts = platform_.array.kind != array_kind::multiplier && !p.on_side_array;
            // Sums over an operand that comes at run time can't be folded into a bias: no zero point on either side of it.
            if (r.second_operand)
                coding = activation_coding::signed_symmetric;
            else if ((shifts || is_attention_product(*p.what)) && coding != activation_coding::signed_symmetric)
                coding = activation_coding::unsigned_or_sign_magnitude;
        }
        return choose_(node, bits, coding);
    }

    const tensor_format& format_of(std::size_t node) const { return q_.nodes[node].format; }

    void make_parameters(std::size_t i) {
        const graph_node& node = graph_.nodes[i];
        quantized_node& q = q_.nodes[i];
        const bool moves_only = keeps_codes(node) && !is<pool_op>(node);
        if (node.inputs.empty() || moves_only) return;
        const std::size_t first = node.inputs.front();
        if (q_.nodes[first].value_of == i && first != i) return;  // a clip done by what it reads
        const tensor_format& in = format_of(first);
        if (const auto* p = std::get_if<product_op>(&node.op)) make_channels(i, *p);
        if (is<clip_op>(node)) q.parameters = make_requantize(in, q.format, 1.0, q.clip);
        if (const auto* s = std::get_if<scale_op>(&node.op)) q.parameters = make_requantize(in, q.format, s->factor);
        if (is<add_op>(node)) q.parameters = make_add(in, format_of(node.inputs[1]), q.format, q.clip);
        if (is<gelu_op>(node)) q.parameters = make_gelu(in, q.format);
        if (is<softmax_op>(node)) q.parameters = make_softmax(in, q.format);
        if (const auto* n = std::get_if<layer_norm_op>(&node.op))
            q.parameters = make_layer_norm(*n->gain, *n->bias, n->epsilon, in, q.format);
        if (const auto* p = std::get_if<pool_op>(&node.op))
            q.parameters = make_pool(p->maximum, shape_of(*p, graph_.nodes[first].shape, node.shape), p->count_padding, in, q.format);
        if (const auto* m = std::get_if<mean_op>(&node.op))
            q.parameters = make_mean(extent_of(*m, graph_.nodes[first].shape), in, q.format);
        if (is<concat_op>(node)) make_parts(node, q);
    }

    void make_parts(const graph_node& node, quantized_node& q) const {
        for (const std::size_t input : node.inputs) {
            const tensor_format& in = format_of(input);
            const bool same = in.step == q.format.step && in.zero_point == q.format.zero_point && in.least >= q.format.least &&
                              in.greatest <= q.format.greatest;
            if (same)
                q.parts.emplace_back();
            else
                q.parts.emplace_back(make_requantize(in, q.format));
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
        quantized_product& p = q_.products[op.layer];
        const graph_node& n = graph_.nodes[node];
        const tensor_format& x = format_of(n.inputs.front());
        p.input = {x.bits, x.least >= 0, x.least, x.greatest};
        quantized_weights& w = p.weights;
        if (is_attention_product(*p.what)) w.step.assign(std::size_t(w.rows), format_of(n.inputs[1]).step);
        p.channels = channel_records(w, x, format_of(node).step, p.what->bias.get());
    }

    quantized_network& q_;
    const network_graph& graph_;
    const platform_config& platform_;
    const format_chooser& choose_;
    std::vector<std::vector<std::size_t>> readers_;
};

/// The products with their schemes, without weights.
void name_products(quantized_network& q, const platform_config& platform, const std::vector<scheme>& schemes) {
    q.products.resize(q.network.layers.size());
    for (std::size_t i = 0; i < q.products.size(); ++i) {
        quantized_product& p = q.products[i];
        p.what = &q.network.layers[i];
        p.used = schemes[i];
        p.on_side_array =
            platform.array.kind != array_kind::multiplier && (is_attention_product(*p.what) || !is_shift_family(p.used.family));
    }
}

void require_graph(const workload& network) {
    if (!network.graph)
        throw input_error(diagnostic{network.source, 0, 0, network.name, "can't be run as a whole network: " + network.why_no_graph});
}

diagnostic refusal(const layer& l, const platform_config& platform, const std::string& why) {
    diagnostic d = l.place;
    d.field = fmt::format("layer {}", l.name);
    d.message = fmt::format("can't run on platform {}: {}", platform.name, why);
    return d;
}

/// Shape and width of an operand that comes at run time.
quantized_weights runtime_operand(const layer& l, const scheme& used) {
    const product_shape p = product_of(l);
    quantized_weights w;
    w.bits = used.activation_bits;
    w.rows = p.n * p.repeat;
    w.columns = p.k;
    return w;
}

}  // namespace

bool keeps_codes(const graph_node& node) {
    if (const auto* pool = std::get_if<pool_op>(&node.op)) return pool->maximum;
    return is<reshape_op>(node) || is<transpose_op>(node) || is<slice_op>(node) || is<pad_op>(node);
}

std::vector<scheme> schemes_of(const workload& network, const platform_config& platform, const scheme& format,
                               const network_options& options) {
    std::vector<std::size_t> weighted;
    for (const graph_node& node : network.graph->nodes)
        if (const auto* p = std::get_if<product_op>(&node.op))
            if (!is_attention_product(network.layers[p->layer])) weighted.push_back(p->layer);
    std::vector<scheme> schemes;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const layer& l = network.layers[i];
        const bool end = !weighted.empty() && (i == weighted.front() || i == weighted.back());
        scheme run = format;
        if (end && options.ends_at_8_bits && !l.family && !l.own_scheme) {
            run = scheme{};
            run.activation_range = format.activation_range;
            run.weight_bits = run.activation_bits = 8;
        }
        schemes.push_back(scheme_of(l, run, platform));
    }
    return schemes;
}

void refuse_unrunnable(const workload& network, const platform_config& platform, const scheme& format, const network_options& options) {
    diagnostics problems;
    const std::vector<scheme> schemes = schemes_of(network, platform, format, options);
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (const auto reason = why_not(platform, schemes[i])) problems.add(refusal(network.layers[i], platform, *reason));
    if (platform.vector_unit.lanes == 0)
        problems.add({"", 0, 0, "platform " + platform.name,
                      "vector_unit.lanes: 1 to 256 lanes are wanted to run whole networks, it has no vector unit"});
    problems.throw_if_any();
}

void fit_network(const workload& network, const platform_config& platform, const scheme& format, const weight_cache& cache,
                 std::uint64_t seed, int threads, const network_options& options) {
    const std::vector<scheme> schemes = schemes_of(network, platform, format, options);
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (!is_attention_product(network.layers[i]) && !cache.contains(network.layers[i], seed, schemes[i]))
            cache.get(network.layers[i], seed, schemes[i], threads);
}

std::vector<std::optional<tensor_format>> formats_of(const workload& network, const platform_config& platform, const scheme& format,
                                                     const format_chooser& choose, const network_options& options) {
    require_graph(network);
    quantized_network q;
    q.network = network;
    name_products(q, platform, schemes_of(network, platform, format, options));
    planner(q, platform, choose).plan_formats();
    std::vector<std::optional<tensor_format>> formats(q.nodes.size());
    for (std::size_t i = 0; i < formats.size(); ++i)
        if (q.nodes[i].value_of == i && !keeps_codes(network.graph->nodes[i])) formats[i] = q.nodes[i].format;
    return formats;
}

quantized_network quantize_network(workload network, const platform_config& platform, const scheme& format, const format_chooser& choose,
                                   const weight_cache& cache, std::uint64_t seed, int threads, const network_options& options) {
    quantized_network q;
    q.network = std::move(network);
    require_graph(q.network);
    refuse_unrunnable(q.network, platform, format, options);
    name_products(q, platform, schemes_of(q.network, platform, format, options));
    planner plan(q, platform, choose);
    plan.plan_formats();
    for (quantized_product& p : q.products)
        p.weights = is_attention_product(*p.what) ? runtime_operand(*p.what, p.used) : cache.get(*p.what, seed, p.used, threads);
    plan.plan_parameters();
    return q;
}

}  // namespace symmetree
