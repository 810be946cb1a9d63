#include "compile/network_formats.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/layer_scheme.h"
#include "workloads/formats/number_format.h"

namespace symmetree {
namespace {

/// Gives every tensor its format.
class format_planner {
public:
    format_planner(formatted_network& f, const format_chooser& choose)
        : f_(f), graph_(*f.network.graph), choose_(choose), readers_(graph_.nodes.size()) {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            for (const std::size_t input : graph_.nodes[i].inputs) readers_[input].push_back(i);
    }

    void plan() {
        f_.nodes.resize(graph_.nodes.size());
        fuse_clips();
        choose_formats();
    }

private:
    /// A clip that alone reads an operator that ends in a requantization is done by that.
    void fuse_clips() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) f_.nodes[i].value_of = i;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            if (!clip_of(graph_.nodes[i])) continue;
            const std::size_t maker = graph_.nodes[i].inputs.front();
            const bool requantizes = facts_of(graph_.nodes[maker].op).rounding == result_rounding::rescaled;
            if (requantizes && readers_[maker].size() == 1 && maker != graph_.output) f_.nodes[maker].value_of = i;
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
            if (const std::size_t* layer = layer_of(r)) {
                for (std::size_t at = 0; at < r.inputs.size(); ++at)
                    if (r.inputs[at] == node) found.push_back({*layer, at == 1});
            } else if (keeps_codes(r)) {
                collect_readings(reader, found);
            }
        }
    }

    void choose_formats() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            formatted_node& node = f_.nodes[i];
            if (node.value_of != i) continue;  // takes the format of the clip behind it
            if (keeps_codes(graph_.nodes[i])) {
                node.format = f_.nodes[graph_.nodes[i].inputs.front()].format;
            } else {
                node.format = choose_format_of(i);
                if (const clip_op* clip = clip_of(graph_.nodes[i])) node.clip = {clip->least, clip->greatest};
            }
        }
        for (formatted_node& node : f_.nodes) {
            const formatted_node& value = f_.nodes[node.value_of];
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
            const formatted_product& p = f_.products[r.layer];
            bits = std::min(bits, p.used_scheme.activation_bits);
            // Sums over an operand that comes at run time can't be folded into a bias: no zero point on either side of it.
            if (r.second_operand)
                coding = activation_coding::signed_symmetric;
            else if (coding == activation_coding::signed_zero_point)
                coding = is_attention_product(*p.layer) ? activation_coding::unsigned_or_sign_magnitude
                                                        : traits_of(p.used_scheme.family).activations();
        }
        return choose_(node, bits, coding);
    }

    formatted_network& f_;
    const network_graph& graph_;
    const format_chooser& choose_;
    std::vector<std::vector<std::size_t>> readers_;
};

/// The products with their schemes, without weights.
void name_products(formatted_network& f, const std::vector<scheme>& schemes) {
    for (std::size_t i = 0; i < schemes.size(); ++i) f.products.push_back({&f.network.layers[i], schemes[i], {}});
}

void require_graph(const workload& network) {
    if (!network.graph)
        throw input_error(diagnostic{network.source, 0, 0, network.name, "can't be run as a whole network: " + network.why_no_graph});
}

}  // namespace

quantized_weights runtime_operand(const layer& l, const scheme& used) {
    const product_shape p = product_of(l);
    quantized_weights w;
    w.bits = used.activation_bits;
    w.rows = p.n * p.repeat;
    w.columns = p.k;
    return w;
}

std::vector<scheme> schemes_of(const workload& network, const platform_config& platform, const scheme& format,
                               const network_options& options) {
    std::vector<std::size_t> weighted;
    const std::vector<graph_node> none;
    for (const graph_node& node : network.graph ? network.graph->nodes : none)
        if (const std::size_t* l = layer_of(node))
            if (!is_attention_product(network.layers[*l])) weighted.push_back(*l);
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

void require_runnable(const workload& network, const platform_config& platform, const scheme& format, const network_options& options) {
    diagnostics problems;
    const std::vector<scheme> schemes = schemes_of(network, platform, format, options);
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (const auto reason = why_not(platform, schemes[i])) problems.add(refusal(network.layers[i], platform, *reason));
    if (platform.vector_unit.lanes == 0)
        problems.add({"", 0, 0, "platform " + platform.name,
                      "vector_unit.lanes: 1 to 256 lanes are wanted to run whole networks, it has no vector unit"});
    problems.throw_if_any();
}

void fit_weights(const workload& network, const platform_config& platform, const scheme& format, const weight_cache& cache,
                 std::uint64_t seed, int threads, const network_options& options) {
    const std::vector<scheme> schemes = schemes_of(network, platform, format, options);
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        const layer& l = network.layers[i];
        if (!is_attention_product(l) && !why_not(platform, schemes[i]) && !cache.contains(l, seed, schemes[i]))
            cache.get(l, seed, schemes[i], threads);
    }
}

std::vector<std::optional<tensor_format>> formats_of(const workload& network, const platform_config& platform, const scheme& format,
                                                     const format_chooser& choose, const network_options& options) {
    require_graph(network);
    formatted_network f;
    f.network = network;
    name_products(f, schemes_of(network, platform, format, options));
    format_planner(f, choose).plan();
    std::vector<std::optional<tensor_format>> formats(f.nodes.size());
    for (std::size_t i = 0; i < formats.size(); ++i)
        if (f.nodes[i].value_of == i && !keeps_codes(network.graph->nodes[i])) formats[i] = f.nodes[i].format;
    return formats;
}

formatted_network format_network(workload network, const platform_config& platform, const scheme& format, const format_chooser& choose,
                                 const weight_cache& cache, std::uint64_t seed, int threads, const network_options& options) {
    formatted_network f;
    f.network = std::move(network);
    require_graph(f.network);
    require_runnable(f.network, platform, format, options);
    name_products(f, schemes_of(f.network, platform, format, options));
    format_planner(f, choose).plan();
    for (formatted_product& p : f.products) {
        p.weights =
            is_attention_product(*p.layer) ? runtime_operand(*p.layer, p.used_scheme) : cache.get(*p.layer, seed, p.used_scheme, threads);
        p.weights.odd = platform.array.odd;
    }
    return f;
}

}  // namespace symmetree
