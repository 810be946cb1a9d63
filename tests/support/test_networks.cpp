#include "tests/support/test_networks.h"

#include <cmath>
#include <memory>
#include <utility>

#include "runs/fit_adapters.h"
#include "runs/run_network.h"
#include "tests/support/layers.h"

namespace symmetree {
namespace {

/// Builds a graph node by node.
class graph_builder {
public:
    explicit graph_builder(extents input) {
        net_.name = "test";
        net_.graph.emplace();
        last_ = add("image", input_op{}, {}, std::move(input));
    }
    std::size_t add(const std::string& name, graph_op op, std::vector<std::size_t> inputs, extents shape) {
        network_graph& g = *net_.graph;
        g.nodes.push_back({name, std::move(op), std::move(inputs), std::move(shape), activation_class::dense});
        return g.output = last_ = g.nodes.size() - 1;
    }
    std::size_t product(const std::string& name, layer l, std::vector<std::size_t> inputs, extents shape, bool with_bias = true) {
        l.name = name;
        if (with_bias) {
            const product_shape p = product_of(l);
            auto bias = std::make_shared<std::vector<float>>(std::size_t(p.n * p.repeat));
            for (std::size_t c = 0; c < bias->size(); ++c) (*bias)[c] = 0.3f * std::sin(float(c));
            l.bias = bias;
        }
        net_.layers.push_back(std::move(l));
        return add(name, product_op{net_.layers.size() - 1}, std::move(inputs), std::move(shape));
    }
    std::size_t constant(const std::string& name, extents shape, double scale) {
        auto values = std::make_shared<std::vector<float>>(std::size_t(elements_of(shape)));
        for (std::size_t i = 0; i < values->size(); ++i) (*values)[i] = static_cast<float>(scale * std::cos(double(i)));
        return add(name, constant_op{values}, {}, std::move(shape));
    }
    workload take() { return std::move(net_); }

private:
    workload net_;
    std::size_t last_ = 0;
};

layer_norm_op norm_of(std::size_t size) {
    auto gain = std::make_shared<std::vector<float>>(size, 1.0f), bias = std::make_shared<std::vector<float>>(size, 0.0f);
    for (std::size_t i = 0; i < size; ++i) {
        (*gain)[i] = 1.0f + 0.2f * std::sin(float(i));
        (*bias)[i] = 0.1f * std::cos(float(i));
    }
    return {gain, bias, 1e-5};
}

/// Steps wide enough to be interesting and narrow enough to clip here and there.
tensor_format plain_format(const workload& net, std::size_t node, int bits, activation_coding coding) {
    const graph_node& n = net.graph->nodes[node];
    tensor_format f;
    f.bits = bits;
    const int half = 1 << (bits - 1);
    const bool positive = std::holds_alternative<clip_op>(n.op) || std::holds_alternative<softmax_op>(n.op);
    f.least = -half;
    f.greatest = half - 1;
    double range = std::holds_alternative<softmax_op>(n.op) ? 0.6 : 3.0;
    if (coding == activation_coding::unsigned_or_sign_magnitude) {
        f.least = positive ? 0 : 1 - half;
        f.greatest = positive ? 2 * half - 1 : half - 1;
    } else if (positive && coding == activation_coding::signed_zero_point) {
        f.zero_point = -half;
    } else if (std::holds_alternative<gelu_op>(n.op) && coding == activation_coding::signed_zero_point) {
        f.zero_point = -half + half / 8;
    }
    f.step = range / (positive ? 2 * half - 1 : half - 1) * (1 + 0.01 * double(node % 7));
    return f;
}

}  // namespace

std::vector<std::int16_t> random_image(const workload& net, const tensor_format& format, std::uint64_t seed) {
    std::vector<float> values(std::size_t(elements_of(net.graph->nodes[net.graph->input].shape)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(std::sin(double(seed * 7919 + i) * 12.9898) * 2);
    return codes_of(values.data(), values.size(), format);
}

adapter_set lively_adapters(const quantized_network& q, const requantized_network& copied) {
    adapter_set all = identity_adapters(q, copied);
    for (auto& [name, w] : all)
        for (std::size_t i = 0; i < w.first.size(); ++i) {
            w.first[i] = 0.3f * static_cast<float>(std::sin(double(i) * 1.7 + double(name.size())));
            w.first_bias[i % w.second.size()] = 0.2f;
            w.second[i % w.second.size()] = i % 2 == 0 ? 0.9f : -0.6f;
        }
    return all;
}

test_network::test_network(workload net, platform_config& platform, const std::string& scheme_text, residual_width residuals) {
    platform.vector_unit.lanes = 8;
    platform.vector_unit.bank_bytes = 512;
    const scheme format = parse_scheme(scheme_text);
    copied = with_requantized_tensors(net, schemes_of(net, platform, format, {}), residuals);
    const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
        return plain_format(net, copied.origin[node], bits, coding);
    };
    q = quantize_network(copied.network, platform, format, choose, weight_cache(""), 1, 1);
}

workload residual_network() {
    graph_builder b({1, 3, 12, 12});
    std::size_t x = b.product("stem", conv_layer(3, 12, 16, 3, 1, 1), {0}, {1, 16, 12, 12});
    x = b.add("relu0", clip_op{}, {x}, {1, 16, 12, 12});
    const std::size_t shortcut = x;
    x = b.product("conv1", conv_layer(16, 12, 32, 3, 2, 1), {x}, {1, 32, 6, 6});
    x = b.add("relu1", clip_op{}, {x}, {1, 32, 6, 6});
    x = b.product("conv2", conv_layer(32, 6, 32, 3, 1, 1), {x}, {1, 32, 6, 6});
    std::size_t s = b.add("slice", slice_op{{0, 0, 0, 0}, {1, 1, 2, 2}}, {shortcut}, {1, 16, 6, 6});
    s = b.add("pad", pad_op{{0, 8, 0, 0}}, {s}, {1, 32, 6, 6});
    x = b.add("add1", add_op{}, {x, s}, {1, 32, 6, 6});
    x = b.add("relu2", clip_op{}, {x}, {1, 32, 6, 6});
    const std::size_t projected = b.product("projection", conv_layer(32, 6, 48, 1, 2), {x}, {1, 48, 3, 3});
    x = b.product("conv3", conv_layer(32, 6, 48, 3, 2, 1), {x}, {1, 48, 3, 3});
    x = b.add("add2", add_op{}, {projected, x}, {1, 48, 3, 3});
    x = b.add("relu6", clip_op{0, 6}, {x}, {1, 48, 3, 3});
    x = b.add("pool", pool_op{false, 3, 3, 1, 1, 0, 0, 0, 0, false}, {x}, {1, 48, 1, 1});
    x = b.add("flatten", reshape_op{}, {x}, {1, 48});
    b.product("head", linear_layer(1, 48, 10), {x}, {1, 10});
    return b.take();
}

workload separable_network() {
    graph_builder b({1, 8, 10, 10});
    std::size_t x = b.product("expand", conv_layer(8, 10, 24, 1), {0}, {1, 24, 10, 10});
    x = b.add("relu6", clip_op{0, 6}, {x}, {1, 24, 10, 10});
    x = b.product("depthwise", conv_layer(24, 10, 24, 3, 1, 1, 24), {x}, {1, 24, 10, 10});
    x = b.add("relu6b", clip_op{0, 6}, {x}, {1, 24, 10, 10});
    x = b.add("maximum", pool_op{true, 3, 3, 2, 2, 1, 1, 1, 1, false}, {x}, {1, 24, 5, 5});
    x = b.product("project", conv_layer(24, 5, 16, 1), {x}, {1, 16, 5, 5});
    x = b.add("average", pool_op{false, 2, 2, 2, 2, 0, 0, 1, 1, false}, {x}, {1, 16, 3, 3});
    x = b.product("last", conv_layer(16, 3, 16, 3), {x}, {1, 16, 1, 1});
    return b.take();
}

workload transformer_network() {
    const int dim = 48, heads = 3, head = 16, tokens = 10;
    graph_builder b({1, 3, 12, 12});
    std::size_t x = b.product("patches", conv_layer(3, 12, dim, 4, 4), {0}, {1, dim, 3, 3});
    x = b.add("flat", reshape_op{}, {x}, {1, dim, 9});
    x = b.add("tokens_first", transpose_op{{0, 2, 1}}, {x}, {1, 9, dim});
    const std::size_t cls = b.constant("class", {1, 1, dim}, 0.8);
    x = b.add("with_class", concat_op{1}, {cls, x}, {1, tokens, dim});
    const std::size_t position = b.constant("position", {1, tokens, dim}, 0.4);
    x = b.add("positioned", add_op{}, {x, position}, {1, tokens, dim});
    const std::size_t residual = x;
    x = b.add("norm1", norm_of(dim), {x}, {1, tokens, dim});
    const std::size_t qkv = b.product("qkv", linear_layer(tokens, dim, 3 * dim), {x}, {1, tokens, 3 * dim});
    const std::size_t split = b.add("split", reshape_op{}, {qkv}, {1, tokens, 3, heads, head});
    const std::size_t by_head = b.add("by_head", transpose_op{{2, 0, 3, 1, 4}}, {split}, {3, 1, heads, tokens, head});
    const auto part = [&](const std::string& name, std::int64_t at) {
        const std::size_t s = b.add(name + "_slice", slice_op{{at, 0, 0, 0, 0}, {1, 1, 1, 1, 1}}, {by_head}, {1, 1, heads, tokens, head});
        return b.add(name, reshape_op{}, {s}, {1, heads, tokens, head});
    };
    const std::size_t query = part("query", 0), key = part("key", 1), value = part("value", 2);
    const std::size_t scaled = b.add("scaled", scale_op{0.25f}, {query}, {1, heads, tokens, head});
    const std::size_t key_t = b.add("key_t", transpose_op{{0, 1, 3, 2}}, {key}, {1, heads, head, tokens});
    x = b.product("scores", attention_layer(tokens, head, tokens, heads), {scaled, key_t}, {1, heads, tokens, tokens}, false);
    x = b.add("softmax", softmax_op{}, {x}, {1, heads, tokens, tokens});
    x = b.product("context", attention_layer(tokens, tokens, head, heads), {x, value}, {1, heads, tokens, head}, false);
    x = b.add("heads_last", transpose_op{{0, 2, 1, 3}}, {x}, {1, tokens, heads, head});
    x = b.add("joined", reshape_op{}, {x}, {1, tokens, dim});
    x = b.product("projection", linear_layer(tokens, dim, dim), {x}, {1, tokens, dim});
    x = b.add("residual1", add_op{}, {x, residual}, {1, tokens, dim});
    const std::size_t again = x;
    x = b.add("norm2", norm_of(dim), {x}, {1, tokens, dim});
    x = b.product("fc1", linear_layer(tokens, dim, 64), {x}, {1, tokens, 64});
    x = b.add("gelu", gelu_op{}, {x}, {1, tokens, 64});
    x = b.product("fc2", linear_layer(tokens, 64, dim), {x}, {1, tokens, dim});
    x = b.add("residual2", add_op{}, {x, again}, {1, tokens, dim});
    x = b.add("mean", mean_op{1, 1, false}, {x}, {1, dim});
    b.product("head", linear_layer(1, dim, 10), {x}, {1, 10});
    return b.take();
}

}  // namespace symmetree
