#include "runs/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "compile/layer_scheme.h"
#include "reference/reference_network.h"
#include "runs/activation_formats.h"
#include "runs/prepare.h"
#include "runs/run_network.h"
#include "runs/run_points.h"
#include "traces/measures.h"
#include "workloads/network/measures.h"
#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

using table = std::vector<std::vector<double>>;

scheme plain_8_bits() { return parse_scheme("symq:w8a8"); }

template <class Value>
auto by_option(const mixed_network& mixed, const Value& value) {
    std::vector<std::vector<decltype(value(std::size_t(), std::size_t()))>> all(mixed.schemes.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t o = 0; o < mixed.schemes[i].size(); ++o) all[i].push_back(value(i, o));
    return all;
}

/// The layer with that scheme of its own and its codes.
layer fixed_layer(const mixed_network& mixed, std::size_t index, const scheme& own) {
    layer l = mixed.network.layers[index];
    l.own_scheme = own;
    if (!is_attention_product(l)) l.codes = std::make_shared<const quantized_weights>(mixed.cache.get(l, mixed.seed, own, mixed.jobs));
    return l;
}

using outputs = std::vector<std::vector<float>>;

/// The float outputs of the images.
outputs wanted_outputs(const measured_images& images) {
    outputs all;
    for (std::int64_t i = 0; i < images.count; ++i) all.push_back(images.executor.run(images.image(i).data()));
    return all;
}

double squares_of(const outputs& all) {
    double sum = 0;
    for (const std::vector<float>& scores : all)
        for (const float v : scores) sum += static_cast<double>(v) * static_cast<double>(v);
    return sum > 0 ? sum : 1;
}

/// Squared error of the outputs over the images.
double output_error(const workload& network, const mixed_network& mixed, const measured_images& images, const outputs& wanted) {
    const requantized_network copied =
        with_requantized_tensors(network, schemes_of(network, mixed.platform, plain_8_bits(), {}), mixed.residuals);
    const format_chooser choose = copies_chooser(network, copied, images.seen, images.range);
    const quantized_network q =
        quantize_network(copied.network, mixed.platform, plain_8_bits(), choose, mixed.cache, mixed.seed, mixed.jobs);
    const network_graph& graph = *copied.network.graph;
    std::vector<double> errors(wanted.size());
    for_each_index(images.count, mixed.jobs, [&](std::size_t i) {
        const std::vector<float> pixels = images.image(static_cast<std::int64_t>(i));
        const auto scores = reference_network(q, codes_of(pixels.data(), pixels.size(), q.nodes[graph.input].format))[graph.output];
        for (std::size_t s = 0; s < scores.size(); ++s)
            errors[i] += std::pow(q.nodes[graph.output].format.value_of(scores[s]) - static_cast<double>(wanted[i][s]), 2);
    });
    return std::accumulate(errors.begin(), errors.end(), 0.0);
}

}  // namespace

std::vector<std::vector<scheme>> mixed_options(const workload& network, const platform_config& platform, const scheme& base,
                                               const std::vector<scheme>& candidates, const network_options& options) {
    const std::vector<scheme> usual = schemes_of(network, platform, base, options);
    std::vector<std::vector<scheme>> all(network.layers.size());
    diagnostics problems;
    for (const scheme& candidate : candidates) {
        const std::vector<scheme> schemes = schemes_of(network, platform, candidate, options);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const scheme& used = is_attention_product(network.layers[i]) ? usual[i] : schemes[i];
            if (std::find(all[i].begin(), all[i].end(), used) != all[i].end()) continue;
            all[i].push_back(used);
            if (const auto reason = why_not(platform, used))
                problems.add({"", 0, 0, fmt::format("layer {}", network.layers[i].name),
                              fmt::format("{} can't run on platform {}: {}", to_string(used), platform.name, *reason)});
        }
    }
    problems.throw_if_any();
    return all;
}

table bit_operations(const mixed_network& mixed) {
    return by_option(mixed, [&](std::size_t i, std::size_t o) {
        const layer& l = mixed.network.layers[i];
        return operations_of(product_of(l), mixed.schemes[i][o], is_attention_product(l)).bops_dasq;
    });
}

std::vector<std::vector<layer_price>> layer_prices(const mixed_network& mixed, const std::string& cost_directory) {
    std::size_t most = 0;
    for (const auto& options : mixed.schemes) most = std::max(most, options.size());
    std::vector<run_request> requests;
    for (std::size_t o = 0; o < most; ++o) {  // what a layer costs does not depend on the others
        run_request request;
        request.network = mixed.network;
        request.network.graph.reset();
        for (std::size_t i = 0; i < mixed.schemes.size(); ++i)
            request.network.layers[i].own_scheme = mixed.schemes[i][std::min(o, mixed.schemes[i].size() - 1)];
        request.platform = mixed.platform;
        request.seed = mixed.seed;
        request.timing_only = true;
        request.cost_directory = cost_directory;
        requests.push_back(std::move(request));
    }
    const std::vector<report> reports = run_points(std::move(requests), mixed.cache, mixed.jobs);
    return by_option(mixed, [&](std::size_t i, std::size_t o) {
        const layer_report& l = reports[o].layers[i];
        const std::optional<double> energy = energy_pj_of(l);
        return layer_price{static_cast<double>(l.cycles), energy ? std::optional(*energy * 1e-6) : std::nullopt};
    });
}

table weight_losses(const mixed_network& mixed) {
    return by_option(mixed, [&](std::size_t i, std::size_t o) {
        const layer& l = mixed.network.layers[i];
        if (is_attention_product(l) || mixed.schemes[i].size() == 1) return 0.0;
        return std::pow(10, -mixed.cache.get(l, mixed.seed, mixed.schemes[i][o], mixed.jobs).error.sqnr_db / 10);
    });
}

table output_losses(const mixed_network& mixed, const measured_images& images) {
    const outputs wanted = wanted_outputs(images);
    const double signal = squares_of(wanted);
    workload plain = mixed.network;
    for (std::size_t i = 0; i < plain.layers.size(); ++i)
        plain.layers[i] = fixed_layer(mixed, i, mixed.schemes[i].size() == 1 ? mixed.schemes[i].front() : plain_8_bits());
    const double usual = output_error(plain, mixed, images, wanted);
    return by_option(mixed, [&](std::size_t i, std::size_t o) {
        if (mixed.schemes[i].size() == 1) return 0.0;
        workload one = plain;
        one.layers[i] = fixed_layer(mixed, i, mixed.schemes[i][o]);
        return std::max(0.0, output_error(one, mixed, images, wanted) - usual) / signal;
    });
}

double outputs_loss(const workload& network, const mixed_network& mixed, const measured_images& images) {
    const outputs wanted = wanted_outputs(images);
    return output_error(network, mixed, images, wanted) / squares_of(wanted);
}

}  // namespace symmetree
