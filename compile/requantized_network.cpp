#include "compile/adaptive_network.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "compile/channel_records.h"
#include "core/error.h"
#include "models/contract/image_scale.h"

namespace symmetree {
namespace {

constexpr double greatest_reciprocal = double(unit_beta) / least_beta;

class tensor_finder {
public:
    tensor_finder(const workload& network, const std::vector<scheme>& schemes)
        : network_(network), graph_(*network.graph), schemes_(schemes), readers_(graph_.nodes.size()) {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            for (const std::size_t input : graph_.nodes[i].inputs) readers_[input].push_back(i);
    }

    /// Readers that are to read the requantized form of a tensor; none where it keeps its fixed step.
    std::set<std::size_t> readers_of_adaptive(std::size_t tensor) const {
        if (keeps_codes(graph_.nodes[tensor]) || constant_values(graph_.nodes[tensor])) return {};
        std::set<std::size_t> found;
        bool is_read = false;
        for (const std::size_t reader : readers_[tensor]) {
            const reading r = through(reader);
            if (r.by_others && keeps_codes(graph_.nodes[reader]) && r.by_layers) return {};
            is_read = is_read || r.by_layers;
            if (!r.by_others) found.insert(reader);
        }
        return is_read ? found : std::set<std::size_t>();
    }

private:
    struct reading {
        bool by_layers = false;  ///< of an adaptive scheme
        bool by_others = false;  ///< neither such layers nor additions
    };

    /// What a tensor is read by at `reader` or, where that keeps its codes, behind it.
    reading through(std::size_t reader) const {
        const graph_node& node = graph_.nodes[reader];
        if (const std::size_t* layer = layer_of(node)) {
            const bool adapts = schemes_[*layer].adaptive_activations && !is_attention_product(network_.layers[*layer]);
            return {adapts, !adapts};
        }
        if (facts_of(node.op).rounding == result_rounding::rescaled) return {};
        if (!keeps_codes(node)) return {false, true};
        reading all{false, reader == graph_.output};
        for (const std::size_t next : readers_[reader]) {
            const reading r = through(next);
            all.by_layers = all.by_layers || r.by_layers;
            all.by_others = all.by_others || r.by_others;
        }
        return all;
    }

    const workload& network_;
    const network_graph& graph_;
    const std::vector<scheme>& schemes_;
    std::vector<std::vector<std::size_t>> readers_;
};

/// The layer's own bias of every channel out of its record.
void separate_biases(const formatted_product& p, const tensor_format& input, product_integers& integers) {
    for (std::size_t row = 0; row < integers.channels.size(); ++row) {
        channel_record& channel = integers.channels[row];
        const double own = bias_in_sums(p.layer->bias.get(), p.weights, input.step, row), folded = double(channel.bias) - own;
        if (std::abs(folded) + greatest_reciprocal * std::abs(own) > std::numeric_limits<std::int32_t>::max())
            throw input_error(
                diagnostic{p.layer->place.file, p.layer->place.line, p.layer->place.column, fmt::format("layer {}", p.layer->name),
                           fmt::format("the bias of channel {} does not fit 32 bits where its input's step shrinks to a quarter", row)});
        channel.bias = static_cast<std::int32_t>(folded);
        integers.own_biases.push_back(static_cast<std::int32_t>(own));
    }
}

}  // namespace

adaptive_network with_adaptive_tensors(const workload& network, const std::vector<scheme>& schemes) {
    const network_graph& graph = *network.graph;
    const tensor_finder finder(network, schemes);
    adaptive_network out;
    out.network = network;
    network_graph& made = *out.network.graph;
    made.nodes.clear();
    const bool has_formats = !network.formats.empty();
    out.network.formats.clear();
    std::vector<std::size_t> place(graph.nodes.size());
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> instead;  // (reader, tensor) to the node that is read
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        graph_node node = graph.nodes[i];
        for (std::size_t& input : node.inputs) {
            const auto found = instead.find({i, input});
            input = found == instead.end() ? place[input] : found->second;
        }
        place[i] = made.nodes.size();
        made.nodes.push_back(std::move(node));
        out.origin.push_back(i);
        if (has_formats) out.network.formats.push_back(network.formats[i]);
        const std::set<std::size_t> readers = finder.readers_of_adaptive(i);
        if (readers.empty()) continue;
        for (const std::size_t reader : readers) instead[{reader, i}] = made.nodes.size();
        out.requantized.push_back(made.nodes.size());
        made.nodes.push_back({graph.nodes[i].name + ".asq", scale_op{1}, {place[i]}, graph.nodes[i].shape, graph.nodes[i].kind});
        out.origin.push_back(i);
        if (has_formats) {  // what is fixed is the format that layers read
            out.network.formats.back().reset();
            out.network.formats.push_back(network.formats[i]);
        }
    }
    made.input = place[graph.input];
    made.output = place[graph.output];
    return out;
}

const std::string& adapted_tensor(const adaptive_network& adaptive, std::size_t node) {
    const network_graph& graph = *adaptive.network.graph;
    return graph.nodes[graph.nodes[node].inputs.front()].name;
}

adapter_shape adapter_shape_of(const extents& shape) {
    const bool image = shape.size() == 4 && shape[0] == 1;
    const std::int64_t channels = image ? shape[1] : shape.empty() ? 1 : shape.back();
    return {elements_of(shape) / channels, channels};
}

adapter_weights identity_adapter(const adapter_shape& shape) {
    const auto hidden = std::size_t(shape.hidden());
    return {std::vector<float>(hidden * std::size_t(shape.channels)), std::vector<float>(hidden), std::vector<float>(hidden), 1};
}

void attach_adapters(quantized_network& q, const adaptive_network& adaptive, const adapter_set& adapters) {
    const network_graph& graph = *q.network.graph;
    for (const std::size_t node : adaptive.requantized) {
        const std::size_t tensor = graph.nodes[node].inputs.front();
        q.nodes[node].adapter = adapters.at(graph.nodes[tensor].name);
        q.nodes[node].adapted_by = node;
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const graph_node& node = graph.nodes[i];
        if (node.inputs.empty()) continue;
        const std::optional<std::size_t> by = q.nodes[node.inputs.front()].adapted_by;
        if (by && keeps_codes(node)) q.nodes[i].adapted_by = by;
        const std::size_t* layer = layer_of(node);
        if (by && layer) separate_biases(q.products[*layer], q.nodes[node.inputs.front()].format, q.product_records[*layer]);
    }
}

}  // namespace symmetree
