#include "workloads/calibration/equalize.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

/// Factors have settled when none of them moves by more than this share; channels with a depthwise layer between them need some sweeps.
constexpr double settled = 1e-3;
constexpr int most_sweeps = 100;

/// sqrt(a / b), or 1 where that is no factor: a channel that is 0 stays as it is.
double balancing_factor(double a, double b) {
    const double factor = std::sqrt(a / b);
    return factor > 0 && std::isfinite(factor) ? factor : 1;
}

std::vector<double> balancing_factors(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> factors(a.size());
    std::transform(a.begin(), a.end(), b.begin(), factors.begin(), balancing_factor);
    return factors;
}

/// The scalable tensors that a layer makes, or those that a layer norm makes.
std::vector<scalable_tensor> tensors_made(const workload& network, bool by_layers) {
    std::vector<scalable_tensor> all = scalable_tensors(network);
    const auto is_other = [&](const scalable_tensor& t) { return (layer_of(network.graph->nodes[t.node]) != nullptr) != by_layers; };
    all.erase(std::remove_if(all.begin(), all.end(), is_other), all.end());
    return all;
}

/// By tensor and channel, the greatest magnitude that readers of the tensor see on the images.
std::vector<std::vector<double>> greatest_seen(const workload& network, std::uint64_t seed, const std::vector<scalable_tensor>& tensors,
                                               const image_source& image, std::int64_t count, int threads) {
    struct read_tensor {
        std::vector<double>* greatest;
        std::size_t run;
    };
    const float_executor executor(network, float_weights_of(network, seed));
    std::vector<std::vector<double>> greatest;
    std::vector<std::optional<read_tensor>> by_node(network.graph->nodes.size());
    for (const scalable_tensor& t : tensors) greatest.emplace_back(t.channels);
    for (std::size_t t = 0; t < tensors.size(); ++t)
        for (const channel_reader& r : tensors[t].readers) by_node[r.input] = {&greatest[t], r.input_run};
    std::mutex mutex;
    for_each_index(count, threads, [&](std::size_t i) {
        const std::vector<float> pixels = image(static_cast<std::int64_t>(i));
        executor.run(pixels.data(), [&](std::size_t node, const float* values, std::size_t size) {
            const std::optional<read_tensor>& read = by_node[node];
            if (!read) return;
            const std::lock_guard lock(mutex);
            for (std::size_t e = 0; e < size; ++e) {
                double& g = (*read->greatest)[e / read->run % read->greatest->size()];
                g = std::max(g, std::abs(static_cast<double>(values[e])));
            }
        });
    });
    return greatest;
}

}  // namespace

channel_factors equalizing_factors(const workload& network, std::uint64_t seed) {
    const std::vector<scalable_tensor> tensors = tensors_made(network, true);
    scaled_weights weights(network, seed);
    channel_factors factors;
    for (const scalable_tensor& t : tensors) factors[network.graph->nodes[t.node].name].assign(t.channels, 1);
    double moved = 1;
    for (int sweep = 0; sweep < most_sweeps && moved > settled; ++sweep) {
        moved = 0;
        for (const scalable_tensor& t : tensors) {
            const std::vector<double> step = balancing_factors(weights.greatest_made(t), weights.greatest_read(t));
            weights.scale(t, step);
            std::vector<double>& all = factors[network.graph->nodes[t.node].name];
            for (std::size_t c = 0; c < step.size(); ++c) {
                all[c] *= step[c];
                moved = std::max(moved, std::abs(step[c] - 1));
            }
        }
    }
    return factors;
}

channel_factors smoothing_factors(const workload& network, std::uint64_t seed, const image_source& image, std::int64_t count, int threads) {
    const std::vector<scalable_tensor> tensors = tensors_made(network, false);
    channel_factors factors;
    if (tensors.empty()) return factors;
    const std::vector<std::vector<double>> seen = greatest_seen(network, seed, tensors, image, count, threads);
    scaled_weights weights(network, seed);
    for (std::size_t t = 0; t < tensors.size(); ++t)
        factors[network.graph->nodes[tensors[t].node].name] = balancing_factors(seen[t], weights.greatest_read(tensors[t]));
    return factors;
}

workload equalized(const workload& network, equalization layers, smoothing norms, std::uint64_t seed, const image_source& image,
                   std::int64_t count, int threads) {
    channel_factors factors;
    if (layers == equalization::layers) factors = equalizing_factors(network, seed);
    if (norms == smoothing::norms)
        factors.merge(smoothing_factors(with_scaled_channels(network, factors, seed), seed, image, count, threads));
    return with_scaled_channels(network, factors, seed);
}

}  // namespace symmetree
