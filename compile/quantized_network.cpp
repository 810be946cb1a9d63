#include "compile/quantized_network.h"

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
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            if (const std::size_t* layer = layer_of(graph_.nodes[i])) make_channels(i, *layer);
    }

private:
    const tensor_format& format_of(std::size_t node) const { return q_.nodes[node].format; }

    void make_channels(std::size_t node, std::size_t layer) {
        const formatted_product& p = q_.products[layer];
        product_integers& made = q_.product_records[layer];
        const graph_node& n = graph_.nodes[node];
        const tensor_format& x = format_of(n.inputs.front());
        made.on_side_array = runs_on_side_array(platform_, p.used_scheme.family);
        made.input = {x.bits, x.least >= 0, x.least, x.greatest};
        if (!is_attention_product(*p.layer)) {
            made.channels = channel_records(p.weights, x, format_of(node).step, p.layer->bias.get());
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
