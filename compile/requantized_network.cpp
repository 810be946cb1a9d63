#include "compile/requantized_network.h"

#include <fmt/format.h>

#include <algorithm>
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

    /// What is put in behind a tensor, and who reads it instead of the tensor; no readers: nothing is.
    struct copy {
        const char* suffix = "";
        std::set<std::size_t> readers;
    };
    copy adaptive_copy(std::size_t tensor, bool additions_read_it) const {
        const auto takes = [=](const reading& r) { return r.by_adaptive || (additions_read_it && r.by_additions); };
        const auto leaves = [=](const reading& r) { return r.by_narrow || r.by_others || (!additions_read_it && r.by_additions); };
        const copy made{".asq", readers_of(tensor, takes, leaves)};
        const bool wanted = std::any_of(made.readers.begin(), made.readers.end(), [&](std::size_t r) { return through(r).by_adaptive; });
        return wanted ? made : copy();
    }
    bool is_added(std::size_t tensor) const {
        const std::vector<std::size_t>& readers = readers_[tensor];
        return std::any_of(readers.begin(), readers.end(), [&](std::size_t reader) { return through(reader).by_additions; });
    }
    copy narrow_copy(std::size_t tensor) const {
        if (!is_added(tensor)) return {};
        if (!network_.formats.empty() && network_.formats[tensor] && network_.narrowed.count(graph_.nodes[tensor].name) == 0) return {};
        return {".narrow", readers_of(
                               tensor, [](const reading& r) { return r.by_narrow; },
                               [](const reading& r) { return r.by_adaptive || r.by_additions || r.by_others; })};
    }

private:
    struct reading {
        bool by_adaptive = false;   ///< layers of an adaptive scheme
        bool by_narrow = false;     ///< other layers of fewer than 8 bits
        bool by_additions = false;  ///< what ends in a requantization of its own
        bool by_others = false;

        reading& operator+=(const reading& r) {
            by_adaptive = by_adaptive || r.by_adaptive;
            by_narrow = by_narrow || r.by_narrow;
            by_additions = by_additions || r.by_additions;
            by_others = by_others || r.by_others;
            return *this;
        }
    };

    /// The readers that take a copy. None where one that keeps the codes passes them on to both sides.
    template <class Takes, class Leaves>
    std::set<std::size_t> readers_of(std::size_t tensor, const Takes& takes, const Leaves& leaves) const {
        if (keeps_codes(graph_.nodes[tensor]) || constant_values(graph_.nodes[tensor])) return {};
        std::set<std::size_t> found;
        for (const std::size_t reader : readers_[tensor]) {
            const reading r = through(reader);
            if (takes(r) && leaves(r)) return {};
            if (takes(r)) found.insert(reader);
        }
        return found;
    }

    /// What a tensor is read by at `reader` or, where that keeps its codes, behind it.
    reading through(std::size_t reader) const {
        const graph_node& node = graph_.nodes[reader];
        reading all;
        if (const std::size_t* layer = layer_of(node)) {
            const scheme& s = schemes_[*layer];
            const bool attends = is_attention_product(network_.layers[*layer]);
            all.by_adaptive = s.adaptive_activations && !attends;
            all.by_narrow = !s.adaptive_activations && !attends && s.activation_bits < 8;
            all.by_others = !all.by_adaptive && !all.by_narrow;
        } else if (facts_of(node.op).rounding == result_rounding::rescaled) {
            all.by_additions = true;
        } else if (!keeps_codes(node)) {
            all.by_others = true;
        } else {
            all.by_others = reader == graph_.output;
            for (const std::size_t next : readers_[reader]) all += through(next);
        }
        return all;
    }

    const workload& network_;
    const network_graph& graph_;
    const std::vector<scheme>& schemes_;
    std::vector<std::vector<std::size_t>> readers_;
};

/// Formats of narrowed copies that the network fixes for nothing.
void refuse_unread_copies(const workload& network, const tensor_finder& finder, residual_width residuals) {
    diagnostics problems;
    const std::vector<graph_node>& nodes = network.graph->nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (network.narrowed.count(nodes[i].name) == 0) continue;
        const char* reason = residuals == residual_width::narrow
                                 ? "layers are to read another format than additions: --residuals wide is wanted"
                             : finder.is_added(i) ? nullptr
                                                  : "no addition reads it: what layers read stands under tensors";
        if (reason) problems.add({network.source, 0, 0, "narrowed " + nodes[i].name, reason});
    }
    problems.throw_if_any();
}

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

requantized_network with_requantized_tensors(const workload& network, const std::vector<scheme>& schemes, residual_width residuals) {
    const network_graph& graph = *network.graph;
    const tensor_finder finder(network, schemes);
    refuse_unread_copies(network, finder, residuals);
    const bool is_wide = residuals == residual_width::wide;
    requantized_network out;
    out.network = network;
    network_graph& made = *out.network.graph;
    made.nodes.clear();
    out.network.formats.clear();  // the chooser knows them
    std::vector<std::size_t> place(graph.nodes.size());
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> instead;  // (reader, tensor) to the node that is read
    const auto put_in = [&](std::size_t i, const tensor_finder::copy& copy, std::vector<std::size_t>& list) {
        if (copy.readers.empty()) return;
        for (const std::size_t reader : copy.readers) instead[{reader, i}] = made.nodes.size();
        list.push_back(made.nodes.size());
        made.nodes.push_back({graph.nodes[i].name + copy.suffix, scale_op{1}, {place[i]}, graph.nodes[i].shape, graph.nodes[i].kind});
        out.origin.push_back(i);
    };
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        graph_node node = graph.nodes[i];
        for (std::size_t& input : node.inputs) {
            const auto found = instead.find({i, input});
            input = found == instead.end() ? place[input] : found->second;
        }
        place[i] = made.nodes.size();
        made.nodes.push_back(std::move(node));
        out.origin.push_back(i);
        put_in(i, finder.adaptive_copy(i, !is_wide), out.adaptive);
        if (is_wide) put_in(i, finder.narrow_copy(i), out.narrowed);
    }
    made.input = place[graph.input];
    made.output = place[graph.output];
    return out;
}

const std::string& copied_tensor(const requantized_network& copied, std::size_t node) {
    const network_graph& graph = *copied.network.graph;
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

void attach_adapters(quantized_network& q, const requantized_network& copied, const adapter_set& adapters) {
    const network_graph& graph = *q.network.graph;
    for (const std::size_t node : copied.adaptive) {
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
