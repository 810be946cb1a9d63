#include "runs/compensate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/digest.h"
#include "reference/network_product.h"
#include "reference/reference_network.h"
#include "runs/evaluation_identity.h"
#include "runs/run_network.h"
#include "workloads/formats/number_format.h"
#include "workloads/network/liveness.h"
#include "workloads/quantize/compensated.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/uniform.h"
#include "workloads/quantize/weight_file.h"

namespace symmetree {
namespace {

/// Multiply-accumulates of the network on all images, and products of inputs for the moments of a layer: each some seconds. No fewer than
/// those of 8 images are taken.
constexpr std::int64_t most_operations = std::int64_t{1} << 37;
constexpr std::int64_t most_products = std::int64_t{1} << 35;
constexpr std::int64_t fewest_images = 8;

std::int64_t images_within(std::int64_t most, std::int64_t per_image, std::int64_t count) {
    return std::min(count, std::max(fewest_images, most / std::max<std::int64_t>(per_image, 1)));
}

std::int64_t images_for_moments(const layer& l, std::int64_t count) {
    const product_shape p = product_of(l);
    return images_within(most_products, p.repeat * p.m * p.k * p.k / 2, count);
}

/// True where the weights are this program's to round.
bool is_rounded(const formatted_product& p) { return !is_attention_product(*p.layer) && !p.layer->codes; }

/// Rounds the products of a network in the order of its nodes.
class network_rounder {
public:
    network_rounder(formatted_network& network, const compensation& how, std::uint64_t seed, int threads)
        : network_(network), graph_(*network.network.graph), steps_(how.steps), seed_(seed), threads_(threads) {
        const tensor_format& format = network_.nodes[graph_.input].format;
        const std::int64_t count = images_within_seconds(network_.network, how.count);
        for (std::int64_t i = 0; i < count; ++i) {
            const std::vector<float> values = how.image(i);
            walks_.emplace_back(network_, codes_of(values.data(), values.size(), format));
        }
        std::vector<std::vector<std::size_t>> touched;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            touched.push_back(graph_.nodes[i].inputs);
            touched.back().push_back(i);
        }
        lifetimes_ = lifetimes_of(graph_.nodes.size(), touched);
    }

    std::vector<std::shared_ptr<const quantized_weights>> run(const rounding_progress& progress) {
        std::vector<std::shared_ptr<const quantized_weights>> rounded(network_.products.size());
        const auto all = static_cast<std::size_t>(std::count_if(network_.products.begin(), network_.products.end(), is_rounded));
        std::size_t done = 0;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const std::size_t* layer = layer_of(graph_.nodes[i]);
            if (layer && is_rounded(network_.products[*layer])) {
                formatted_product& p = network_.products[*layer];
                p.weights = round(p, graph_.nodes[i].inputs.front());
                rounded[*layer] = std::make_shared<const quantized_weights>(p.weights);
                ++done;
                if (progress) progress(done, all);
                if (done == all) break;
            }
            step(i);
        }
        return rounded;
    }

private:
    quantized_weights round(const formatted_product& p, std::size_t input) const {
        const product_shape shape = product_of(*p.layer);
        std::vector<input_moments> moments;
        for (std::int64_t group = 0; group < shape.repeat; ++group) moments.emplace_back(shape.k);
        const std::int64_t count = images_for_moments(*p.layer, static_cast<std::int64_t>(walks_.size()));
        for (std::int64_t i = 0; i < count; ++i) {
            std::size_t group = 0;
            visit_inputs(p, {network_.nodes[input].format, walks_[static_cast<std::size_t>(i)].codes_of(input)},
                         [&](const std::vector<std::int16_t>& inputs, int zero_point) {
                             moments[group++].add(inputs.data(), shape.m, zero_point, threads_);
                         });
        }
        const std::vector<float> weights = materialize_weights(*p.layer, seed_);
        return round_compensated(weights, begun_with(p, weights), moments, p.used_scheme.uniform.round, steps_, threads_);
    }

    /// The fit whose codes are rounded anew. A searched zero point clips weights for the sake of the others' rounding, which is what is
    /// compensated; what is clipped is not.
    quantized_weights begun_with(const formatted_product& p, const std::vector<float>& weights) const {
        if (!traits_of(p.used_scheme.family).has_zero_points) return p.weights;
        return fit_uniform(weights, p.weights.rows, p.weights.columns, p.used_scheme, threads_, zero_points::of_range);
    }

    /// The node for every image.
    void step(std::size_t node) {
        for_each_index(static_cast<std::int64_t>(walks_.size()), threads_, [&](std::size_t i) {
            walks_[i].step(node);
            for (const std::size_t input : graph_.nodes[node].inputs)
                if (lifetimes_[input].last == node) walks_[i].forget(input);
        });
    }

    formatted_network& network_;
    const network_graph& graph_;
    const step_criterion steps_;
    const std::uint64_t seed_;
    const int threads_;
    std::vector<reference_walk> walks_;
    std::vector<lifetime> lifetimes_;
};

}  // namespace

std::int64_t images_within_seconds(const workload& network, std::int64_t count) {
    std::int64_t operations = 0;
    for (const layer& l : network.layers) operations += product_of(l).macs();
    return images_within(most_operations, operations, count);
}

std::vector<std::shared_ptr<const quantized_weights>> compensated_weights(formatted_network network, const compensation& how,
                                                                          std::uint64_t seed, int threads,
                                                                          const rounding_progress& progress) {
    return network_rounder(network, how, seed, threads).run(progress);
}

network_rounding::network_rounding(const weight_cache& cache, workload network, std::uint64_t seed, compensation how)
    : cache_(cache),
      network_(std::move(network)),
      seed_(seed),
      how_(std::move(how)),
      origin_(identity_of(network_, seed_) + identity_of_images(how_.image, 0, how_.count)) {}

/// Calibration decides nothing but the formats, so they stand for it.
std::string network_rounding::key_of(const formatted_network& f) const {
    std::string key = fmt::format("compensated weights {}\n{} {} {}", weight_file_version, origin_, how_.count, to_string(how_.steps));
    for (const formatted_product& p : f.products) {
        key += '\n' + to_string(p.used_scheme);
        if (p.weights.odd != odd_products::each_rounded) key += fmt::format(" {}", to_string(p.weights.odd));
    }
    for (const formatted_node& n : f.nodes)
        key += fmt::format("\n{} {} {} {} {:a}", n.format.bits, n.format.zero_point, n.format.least, n.format.greatest, n.format.step);
    return digest_of(key);
}

workload network_rounding::rounded(formatted_network f, int threads, const rounding_progress& progress) const {
    const std::string key = key_of(f);
    const auto key_of_layer = [&](std::size_t i) { return fmt::format("symmetree {} layer {}", key, i); };
    std::vector<scheme> schemes;
    std::vector<std::shared_ptr<const quantized_weights>> weights(f.products.size());
    bool are_kept = true;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        schemes.push_back(f.products[i].used_scheme);
        if (!is_rounded(f.products[i])) continue;
        std::optional<quantized_weights> kept = cache_.find(key_of_layer(i));
        are_kept = are_kept && kept;
        if (!kept) continue;
        kept->guard_bits = guard_bits_of(schemes[i]);
        kept->odd = f.products[i].weights.odd;
        weights[i] = std::make_shared<const quantized_weights>(std::move(*kept));
    }
    if (!are_kept) {
        weights = compensated_weights(std::move(f), how_, seed_, threads, progress);
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (weights[i]) cache_.keep(*weights[i], key_of_layer(i));
    }
    workload network = network_;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!weights[i]) continue;
        network.layers[i].own_scheme = schemes[i];
        network.layers[i].codes = std::move(weights[i]);
    }
    return network;
}

}  // namespace symmetree
