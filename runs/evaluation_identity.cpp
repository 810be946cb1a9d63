#include "runs/evaluation_identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/digest.h"
#include "core/input_file.h"
#include "core/packing.h"
#include "runs/activation_formats.h"
#include "workloads/quantize/weight_file.h"

namespace symmetree {

// How packer takes these; all of them only read.

static void pack_fields(packer& p, std::shared_ptr<const std::vector<float>>& values) {
    p(static_cast<bool>(values));
    if (values) p(*values);
}
static void pack_fields(packer& p, conv_shape& c) {
    p(c.in_channels, c.in_height, c.in_width, c.out_channels, c.kernel_height, c.kernel_width, c.stride_height, c.stride_width, c.pad_top,
      c.pad_left, c.pad_bottom, c.pad_right, c.dilation_height, c.dilation_width, c.groups);
}
static void pack_fields(packer& p, linear_shape& l) { p(l.tokens, l.in, l.out); }
static void pack_fields(packer& p, matmul_shape& m) { p(m.rows, m.inner, m.columns, m.count); }
static void pack_fields(packer& p, scheme_family& f) { p(std::string(to_string(f))); }
static void pack_fields(packer& p, scheme& s) { p(to_string(s)); }
static void pack_fields(packer& p, tensor_format& f) { p(f.bits, f.zero_point, f.least, f.greatest, f.step); }
static void pack_fields(packer& p, graph_node& n) { p(n.name, n.op, n.inputs, n.shape, static_cast<int>(n.kind)); }

static void pack_fields(packer& p, layer& l) {
    p(l.name, l.shape, static_cast<int>(l.input), l.weight_bits, l.activation_bits, l.bias, l.instead_of_dasq, l.family, l.own_scheme,
      l.codes ? to_weight_file(*l.codes, "") : std::string());
}
static void pack_fields(packer& p, tensor_statistics& t) {
    const value_histogram& h = t.histogram;
    p(t.least, t.greatest, t.sum, t.sum_of_squares, t.count, h.zeros(), h.counts(), h.only_zeros() ? 0.0 : h.bin_width());
}
static void pack_fields(packer& p, adapter_weights& a) { p(a.first, a.first_bias, a.second, a.second_bias); }

namespace {

template <class... T>
std::string digest_of_all(const T&... values) {
    packer all;
    all(values...);
    return digest_of(all.take());
}

}  // namespace

std::string identity_of(const workload& network, std::uint64_t seed) {
    std::vector<std::string> weights;
    for (const layer& l : network.layers) weights.push_back(is_attention_product(l) ? std::string() : weights_identity(l, seed));
    const network_graph& graph = *network.graph;
    return digest_of_all(network.name, network.source, weights, network.layers, graph.nodes, graph.input, graph.output, network.formats,
                         network.narrowed, network.adapted, seed);
}

std::string identity_of(const calibration& seen) { return digest_of_all(seen.images, seen.nodes); }

std::string identity_of(const adapter_set& adapters) { return digest_of_all(adapters); }

std::string identity_of(const dump_request& dump, const image_range& range) {
    const std::int64_t recorded = dump.recorded(range);
    const auto inside = [&](dumped_value v) { return dump.wanted[v] ? recorded : 0; };
    return fmt::format("{} {} {}", dump.wanted[dumped_value::logits], inside(dumped_value::codes), inside(dumped_value::accumulators));
}

std::string identity_of_images(const image_source& image, std::int64_t first, std::int64_t count) {
    packer all;
    for (std::int64_t i = first; i < first + count; ++i) all(image(i));
    return digest_of(all.take());
}

std::string identity_of(const evaluation_task& task, const cost_table& prices) {
    return digest_of_all(to_yaml(task.platform), task.platform.clock_hz, to_string(task.asked_scheme),
                         std::string(to_string(task.arithmetic)), content_of(prices.file()));
}

std::vector<std::string> keys_of(const evaluation_input& input, const std::vector<evaluation_task>& tasks,
                                 const std::vector<cost_table>& prices, const std::vector<adapter_set>& adapters,
                                 const std::vector<image_range>& ranges, const std::string& program, const dump_request& dump) {
    const std::string batch = input.batch == 1 ? "" : fmt::format(" batch {}", input.batch);
    const std::string network = identity_of(input.network, input.seed), seen = identity_of(input.statistics);
    std::vector<std::string> images, keys;
    for (const image_range& r : ranges) images.push_back(identity_of_images(input.image, r.first, r.count));
    for (std::size_t i = 0; i < ranges.size(); ++i)
        keys.push_back(digest_of(fmt::format("float {} {} {} {}", program, network, images[i], dump.wanted[dumped_value::logits])));
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        const range_choice range = range_of(input.range, tasks[t].asked_scheme);
        const std::string task =
            fmt::format("task {} {} {} {} {} {} {} {}{}", program, tasks[t].network ? identity_of(*tasks[t].network, input.seed) : network,
                        identity_of(tasks[t], prices[t]), seen, static_cast<int>(range.method), range.percentile,
                        input.options.ends_at_8_bits, static_cast<int>(input.options.residuals), identity_of(adapters[t]), batch);
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            const std::int64_t checked = std::clamp<std::int64_t>(input.checked - ranges[i].first, 0, ranges[i].count);
            keys.push_back(
                digest_of(fmt::format("{} {} {} {} {}", task, images[i], ranges[i].first, checked, identity_of(dump, ranges[i]))));
        }
    }
    return keys;
}

}  // namespace symmetree
