#include "workloads/network/channel_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/listed.h"
#include "workloads/network/channel_layout.h"

namespace symmetree {
namespace {

/// Where a layer puts its channels; absent where it has no weights.
struct as_maker {
    using layout = std::optional<channel_layout>;

    layout operator()(const conv_shape& s) const { return channel_layout{s.out_channels, std::int64_t{s.out_height()} * s.out_width()}; }
    layout operator()(const linear_shape& s) const { return channel_layout{s.out, 1}; }
    layout operator()(const matmul_shape&) const { return {}; }
};

/// How a layer reads channels; absent where it can't take their factors.
struct as_reader {
    const channel_layout& channels;

    std::optional<channel_reader> operator()(const conv_shape& s) const {
        if (channels.channels != s.in_channels || channels.run != std::int64_t{s.in_height} * s.in_width) return {};
        return reader(s.out_channels / s.groups, s.in_channels / s.groups, std::int64_t{s.kernel_height} * s.kernel_width);
    }
    std::optional<channel_reader> operator()(const linear_shape& s) const {
        if (s.in % (channels.channels * channels.run) != 0) return {};
        return reader(s.out, channels.channels, channels.run);
    }
    std::optional<channel_reader> operator()(const matmul_shape&) const { return {}; }

    static channel_reader reader(std::int64_t rows, std::int64_t in_group, std::int64_t run) {
        return {0, 0, 1, static_cast<std::size_t>(rows), static_cast<std::size_t>(in_group), static_cast<std::size_t>(run)};
    }
};

/// Follows tensors to the layers that read them.
class channel_paths {
public:
    explicit channel_paths(const workload& network) : network_(network), graph_(*network.graph), readers_(graph_.nodes.size()) {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            for (const std::size_t input : graph_.nodes[i].inputs) readers_[input].push_back(i);
    }

    std::optional<scalable_tensor> tensor(std::size_t node) const {
        const std::optional<channel_layout> made = made_by(node);
        scalable_tensor t{node, made ? static_cast<std::size_t>(made->channels) : 0, {}};
        if (!made || !follow(node, *made, t.readers)) return {};
        return t;
    }

private:
    std::optional<channel_layout> made_by(std::size_t node) const {
        if (layer_norm_of(graph_.nodes[node])) return channel_layout{graph_.nodes[node].shape.back(), 1};
        const std::size_t* l = layer_of(graph_.nodes[node]);
        return l ? std::visit(as_maker{}, network_.layers[*l].shape) : std::nullopt;
    }

    /// False where something reads the tensor that can't take factors back.
    bool follow(std::size_t node, const channel_layout& layout, std::vector<channel_reader>& found) const {
        if (node == graph_.output) return false;
        return std::all_of(readers_[node].begin(), readers_[node].end(), [&](std::size_t reader) {
            const graph_node& next = graph_.nodes[reader];
            if (const std::size_t* l = layer_of(next)) return add_reader(*l, node, layout, found);
            const std::optional<channel_layout> behind = layout_behind(next, layout, graph_.nodes[node].shape);
            return behind && follow(reader, *behind, found);
        });
    }

    bool add_reader(std::size_t layer, std::size_t input, const channel_layout& layout, std::vector<channel_reader>& found) const {
        std::optional<channel_reader> reader = std::visit(as_reader{layout}, network_.layers[layer].shape);
        if (!reader) return false;
        reader->layer = layer;
        reader->input = input;
        reader->input_run = static_cast<std::size_t>(layout.run);
        found.push_back(*reader);
        return true;
    }

    const workload& network_;
    const network_graph& graph_;
    std::vector<std::vector<std::size_t>> readers_;  ///< by node
};

/// values[i] / factors[i], in double.
std::shared_ptr<const std::vector<float>> divided(const std::shared_ptr<const std::vector<float>>& values,
                                                  const std::vector<double>& factors) {
    if (!values) return nullptr;
    std::vector<float> out(*values);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(static_cast<double>(out[i]) / factors[i]);
    return std::make_shared<const std::vector<float>>(std::move(out));
}

/// What a tensor's maker adds and multiplies by, beside the weights of a layer.
void scale_maker(workload& network, std::size_t node, const std::vector<double>& factors) {
    graph_node& maker = network.graph->nodes[node];
    if (const std::size_t* l = layer_of(maker)) network.layers[*l].bias = divided(network.layers[*l].bias, factors);
    if (layer_norm_op* norm = layer_norm_of(maker)) {
        norm->gain = divided(norm->gain, factors);
        norm->bias = divided(norm->bias, factors);
    }
}

void check_factors(const std::string& tensor, const std::vector<double>& factors, std::size_t channels) {
    const auto problem = [&](const std::string& text) { return input_error(diagnostic{"", 0, 0, tensor, text}); };
    if (factors.size() != channels) throw problem(fmt::format("{} channels are divided, it has {}", factors.size(), channels));
    for (const double f : factors)
        if (!(f > 0) || !std::isfinite(f)) throw problem(fmt::format("factors are above 0 and finite, given {}", f));
}

}  // namespace

std::vector<scalable_tensor> scalable_tensors(const workload& network) {
    const channel_paths paths(network);
    std::vector<scalable_tensor> all;
    for (std::size_t i = 0; i < network.graph->nodes.size(); ++i)
        if (auto t = paths.tensor(i)) all.push_back(std::move(*t));
    return all;
}

std::vector<float>& scaled_weights::of(std::size_t layer) {
    const auto found = weights_.find(layer);
    return found != weights_.end() ? found->second
                                   : weights_.emplace(layer, materialize_weights(network_.layers[layer], seed_)).first->second;
}

void scaled_weights::scale(const scalable_tensor& tensor, const std::vector<double>& factors) {
    if (const std::size_t* maker = layer_of(network_.graph->nodes[tensor.node])) {
        std::vector<float>& w = of(*maker);
        const std::size_t columns = w.size() / tensor.channels;
        for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(static_cast<double>(w[i]) / factors[i / columns]);
    }
    for (const channel_reader& r : tensor.readers) {
        std::vector<float>& w = of(r.layer);
        const auto columns = static_cast<std::size_t>(product_of(network_.layers[r.layer]).k);
        for (std::size_t i = 0; i < w.size(); ++i)
            w[i] = static_cast<float>(static_cast<double>(w[i]) * factors[r.channel_of(i / columns, i % columns)]);
    }
}

std::vector<double> scaled_weights::greatest_made(const scalable_tensor& tensor) {
    std::vector<double> greatest(tensor.channels);
    const std::vector<float>& w = of(*layer_of(network_.graph->nodes[tensor.node]));
    const std::size_t columns = w.size() / tensor.channels;
    for (std::size_t i = 0; i < w.size(); ++i) greatest[i / columns] = std::max(greatest[i / columns], std::abs(static_cast<double>(w[i])));
    return greatest;
}

std::vector<double> scaled_weights::greatest_read(const scalable_tensor& tensor) {
    std::vector<double> greatest(tensor.channels);
    for (const channel_reader& r : tensor.readers) {
        const std::vector<float>& w = of(r.layer);
        const auto columns = static_cast<std::size_t>(product_of(network_.layers[r.layer]).k);
        for (std::size_t i = 0; i < w.size(); ++i) {
            double& g = greatest[r.channel_of(i / columns, i % columns)];
            g = std::max(g, std::abs(static_cast<double>(w[i])));
        }
    }
    return greatest;
}

workload with_scaled_channels(workload network, const channel_factors& factors, std::uint64_t seed) {
    if (factors.empty()) return network;
    scaled_weights weights(network, seed);
    const std::vector<scalable_tensor> tensors = scalable_tensors(network);
    for (const auto& given : factors) {
        const auto is_named = [&](const scalable_tensor& t) { return network.graph->nodes[t.node].name == given.first; };
        const auto t = std::find_if(tensors.begin(), tensors.end(), is_named);
        if (t == tensors.end())
            throw input_error(diagnostic{"", 0, 0, given.first, "the network has no tensor of that name whose channels can be divided"});
        check_factors(given.first, given.second, t->channels);
    }
    for (const scalable_tensor& t : tensors) {
        const auto given = factors.find(network.graph->nodes[t.node].name);
        if (given == factors.end()) continue;
        weights.scale(t, given->second);
        scale_maker(network, t.node, given->second);
    }
    for (auto& [layer, values] : weights.take())
        network.layers[layer].weights = loaded_weights{std::make_shared<const std::vector<float>>(values)};
    network.channel_factors = factors;
    return network;
}

std::vector<std::string> scaling_notes(const workload& network) {
    std::vector<std::string> notes;
    if (network.channel_factors.empty()) return notes;
    for (const scalable_tensor& t : scalable_tensors(network)) {
        const graph_node& maker = network.graph->nodes[t.node];
        const auto given = network.channel_factors.find(maker.name);
        if (given == network.channel_factors.end()) continue;
        const auto [least, greatest] = std::minmax_element(given->second.begin(), given->second.end());
        std::vector<std::string> readers;
        for (const channel_reader& r : t.readers) readers.push_back(network.layers[r.layer].name);
        notes.push_back(fmt::format("{}: {} channels from {} to {}, divided by {:.3g} to {:.3g}.",
                                    layer_of(maker) ? "Equalized" : "Smoothed", t.channels, maker.name, listed(readers, "and"), *least,
                                    *greatest));
    }
    return notes;
}

}  // namespace symmetree
