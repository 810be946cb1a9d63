#include "runs/quantize_workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/network_program.h"
#include "runs/activation_formats.h"
#include "runs/activation_search.h"
#include "runs/compensate.h"
#include "workloads/calibration/tensor_formats.h"
#include "workloads/formats/number_format.h"
#include "workloads/network/measures.h"

namespace symmetree {
namespace {

const char* usual_platform(scheme_family family) {
    switch (family) {
        case scheme_family::symq: return "symq";
        case scheme_family::asymq: return "asymq_row_sum";
        case scheme_family::dasq: return "dasq";
        case scheme_family::pot: return "pot";
        case scheme_family::post: return "post";
        case scheme_family::apot: return "apot";
        case scheme_family::levels: return "levels";
    }
    return "symq";
}

/// The tables that its lists want.
platform_config with_tables(platform_config platform, const scheme& run) {
    if (traits_of(run.family).storage != code_storage::listed) return platform;
    platform.array.level_bits = run.levels.level_bits;
    if (run.levels.grain == granularity::per_channel) platform.array.decoders = level_decoders::per_tree;
    return platform;
}

}  // namespace

platform_config platform_for(const scheme& run, const std::string& name, const std::string& platforms_directory) {
    const platform_config base = load_platform(name.empty() ? usual_platform(run.family) : name, platforms_directory);
    platform_config platform = name.empty() ? with_tables(with_widths(base, run.weight_bits, run.activation_bits), run) : base;
    platform.vector_unit.lanes = std::max(platform.vector_unit.lanes, 1);
    return platform;
}

std::vector<scheme> runnable_schemes(const workload& network, const platform_config& platform, const scheme& run,
                                     const network_options& options) {
    std::vector<scheme> schemes = schemes_of(network, platform, run, options);
    diagnostics problems;
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (const auto reason = why_not(platform, schemes[i]))
            problems.add({"", 0, 0, fmt::format("layer {}", network.layers[i].name),
                          fmt::format("can't run on platform {}: {}", platform.name, *reason)});
    problems.throw_if_any();
    return schemes;
}

workload with_rounded_weights(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                              const measured_images& images, step_criterion steps, const weight_cache& cache, std::uint64_t seed,
                              int jobs) {
    const requantized_network copied = with_requantized_tensors(network, schemes_of(network, platform, run, options), options.residuals);
    const format_chooser choose = copies_chooser(network, copied, images.seen, images.range);
    quantized_network q = quantize_network(copied.network, platform, run, choose, cache, seed, jobs, options);
    compile(q, platform, false);  // refuses sums that do not fit
    return network_rounding(cache, network, seed, {images.image, images.count, steps}).rounded(std::move(q), jobs);
}

workload with_steps_by_logits(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                              const measured_images& images, const std::optional<step_criterion>& compensated, const weight_cache& cache,
                              std::uint64_t seed, int jobs) {
    const workload nearly =
        compensated ? with_rounded_weights(network, platform, run, options, images, *compensated, cache, seed, jobs) : network;
    workload found = with_searched_steps(nearly, platform, run, options, images, cache, seed, jobs);
    workload result = network;
    result.formats = std::move(found.formats);
    result.narrowed = std::move(found.narrowed);
    return result;
}

std::vector<weight_error_report> keep_weights(quantized_workload& q, const weight_cache& cache, int jobs) {
    std::vector<weight_error_report> errors;
    q.weights.resize(q.schemes.size());
    for (std::size_t i = 0; i < q.schemes.size(); ++i) {
        const layer& l = q.network.layers[i];
        if (is_attention_product(l)) continue;
        q.weights[i] = cache.get(l, q.seed, q.schemes[i], jobs);
        errors.push_back(report_errors(l.name, q.schemes[i], materialize_weights(l, q.seed), q.weights[i], q.seed, product_of(l).n));
    }
    return errors;
}

void keep_formats(quantized_workload& q, const platform_config& platform, const scheme& run, const network_options& options,
                  const measured_images& images, const adapter_maker& adapters, const weight_cache& cache, int jobs) {
    const workload& network = q.network;
    const requantized_network copied = with_requantized_tensors(network, q.schemes, options.residuals);
    const format_chooser choose = copies_chooser(network, copied, images.seen, images.range);
    const auto formats = formats_of(copied.network, platform, run, choose, options);
    q.formats.resize(network.graph->nodes.size());
    const auto is_in = [](const std::vector<std::size_t>& list, std::size_t i) { return std::count(list.begin(), list.end(), i) > 0; };
    for (std::size_t i = 0; i < formats.size(); ++i) {
        if (is_in(copied.adaptive, i))
            q.adapted[copied_tensor(copied, i)] = *formats[i];
        else if (is_in(copied.narrowed, i))
            q.narrowed[copied_tensor(copied, i)] = *formats[i];
        else
            q.formats[copied.origin[i]] = formats[i];
    }
    if (copied.adaptive.empty()) return;
    const quantized_network fixed = quantize_network(copied.network, platform, run, choose, cache, q.seed, jobs, options);
    q.adapters = stored_adapters(adapters(fixed, copied));
}

adapter_overhead overhead_of(const quantized_workload& q) {
    double weight_bits = 0, operations = 0;
    for (std::size_t i = 0; i < q.schemes.size(); ++i) {
        const layer& l = q.network.layers[i];
        const bool is_attention = is_attention_product(l);
        if (!is_attention) weight_bits += static_cast<double>(product_of(l).weights()) * q.schemes[i].weight_bits;
        operations += operations_of(product_of(l), q.schemes[i], is_attention).qops;
    }
    adapter_overhead o;
    std::size_t weights = 0;
    for (const float_tensor& t : q.adapters) {
        o.parameters += t.values.size();
        if (t.dimensions.size() == 2) weights += t.values.size();
    }
    o.adapters = q.adapters.size() / 4;  // two linear layers, each with its bias
    o.storage_share = 32 * static_cast<double>(o.parameters) / weight_bits;
    o.operations_share = 2 * static_cast<double>(weights) / operations;
    return o;
}

bool is_adaptive(const std::vector<scheme>& schemes) {
    return std::any_of(schemes.begin(), schemes.end(), [](const scheme& s) { return s.adaptive_activations; });
}

std::vector<tensor_error_report> tensor_errors_of(const workload& network, const platform_config& platform, const scheme& run,
                                                  const network_options& options, const measured_images& images, const weight_cache& cache,
                                                  std::uint64_t seed, int jobs) {
    const requantized_network copied = with_requantized_tensors(network, schemes_of(network, platform, run, options), options.residuals);
    const format_chooser choose = copies_chooser(network, copied, images.seen, images.range);
    return report_tensors(quantize_network(copied.network, platform, run, choose, cache, seed, jobs, options), copied.origin, images.seen,
                          images.executor, images.image, images.count);
}

}  // namespace symmetree
