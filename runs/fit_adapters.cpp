#include "runs/fit_adapters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/safetensors.h"
#include "workloads/calibration/choose_format.h"

namespace symmetree {
namespace {

using numbers = std::vector<double>;

/// x of a x = b by Cholesky's decomposition; `a` [n][n] is symmetric and positive definite.
numbers solved(numbers a, numbers b) {
    const std::size_t n = b.size();
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < j; ++k) a[j * n + j] -= a[j * n + k] * a[j * n + k];
        a[j * n + j] = std::sqrt(a[j * n + j]);
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k) a[i * n + j] -= a[i * n + k] * a[j * n + k];
            a[i * n + j] /= a[j * n + j];
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    return b;
}

/// ratio = constant + slope . means.
struct linear_rule {
    double constant = 0;
    numbers slope;

    double operator()(const numbers& means) const { return std::inner_product(means.begin(), means.end(), slope.begin(), constant); }
};

/// Images and what is known of them.
struct samples {
    std::vector<numbers> means;
    numbers ratios;
};

/// Ridge regression on the means, each divided by its deviation; `strength` per image. Means that do not vary have no slope.
linear_rule ridge(const samples& s, double strength) {
    const std::size_t channels = s.means.front().size();
    const auto images = static_cast<double>(s.ratios.size());
    numbers centre(channels), deviation(channels), products(channels * channels), target(channels);
    for (const numbers& m : s.means)
        for (std::size_t c = 0; c < channels; ++c) centre[c] += m[c] / images;
    for (const numbers& m : s.means)
        for (std::size_t c = 0; c < channels; ++c) deviation[c] += (m[c] - centre[c]) * (m[c] - centre[c]) / images;
    for (double& d : deviation) d = std::sqrt(d);
    const double mean_ratio = std::accumulate(s.ratios.begin(), s.ratios.end(), 0.0) / images;
    const auto standardised = [&](const numbers& m, std::size_t c) { return deviation[c] > 0 ? (m[c] - centre[c]) / deviation[c] : 0; };
    for (std::size_t i = 0; i < s.ratios.size(); ++i)
        for (std::size_t c = 0; c < channels; ++c) {
            const double x = standardised(s.means[i], c);
            target[c] += x * (s.ratios[i] - mean_ratio);
            for (std::size_t d = 0; d <= c; ++d) products[c * channels + d] += x * standardised(s.means[i], d);
        }
    for (std::size_t c = 0; c < channels; ++c) products[c * channels + c] += strength * images;
    linear_rule rule{mean_ratio, solved(std::move(products), std::move(target))};
    for (std::size_t c = 0; c < channels; ++c) {
        rule.slope[c] = deviation[c] > 0 ? rule.slope[c] / deviation[c] : 0;
        rule.constant -= rule.slope[c] * centre[c];
    }
    return rule;
}

double squared_error(const linear_rule& rule, const samples& s) {
    double sum = 0;
    for (std::size_t i = 0; i < s.ratios.size(); ++i) sum += std::pow(rule(s.means[i]) - s.ratios[i], 2);
    return sum;
}

/// The strength that serves every fourth image best when the others are fitted. The last one leaves next to no slope.
double chosen_strength(const samples& all) {
    samples fitted, held;
    for (std::size_t i = 0; i < all.ratios.size(); ++i) {
        samples& part = i % 4 == 3 ? held : fitted;
        part.means.push_back(all.means[i]);
        part.ratios.push_back(all.ratios[i]);
    }
    constexpr double strengths[] = {0.01, 0.1, 1, 10, 100, 1e6};
    double best = 1e6, least = -1;
    for (const double strength : strengths) {
        const double error = squared_error(ridge(fitted, strength), held);
        if (least >= 0 && error >= least) continue;
        least = error;
        best = strength;
    }
    return best;
}

numbers channel_means(const float* values, const extents& shape, const adapter_shape& s) {
    const bool image = shape.size() == 4 && shape[0] == 1;
    numbers means(std::size_t(s.channels));
    for (std::int64_t c = 0; c < s.channels; ++c)
        for (std::int64_t p = 0; p < s.positions; ++p)
            means[std::size_t(c)] += double(values[image ? c * s.positions + p : p * s.channels + c]) / double(s.positions);
    return means;
}

adapter_weights read_adapter(const safetensors_file& file, const graph_node& tensor) {
    const adapter_shape shape = adapter_shape_of(tensor.shape);
    const std::string& name = tensor.name;
    return {file.read(name + ".first.weight", {shape.hidden(), shape.channels}), file.read(name + ".first.bias", {shape.hidden()}),
            file.read(name + ".second.weight", {1, shape.hidden()}), file.read(name + ".second.bias", {1}).front()};
}

template <class Make>
adapter_set each_adapter(const quantized_network& q, const requantized_network& copied, Make make) {
    adapter_set all;
    for (const std::size_t node : copied.adaptive) {
        const graph_node& tensor = q.network.graph->nodes[q.network.graph->nodes[node].inputs.front()];
        all[tensor.name] = make(tensor, node);
    }
    return all;
}

}  // namespace

double best_ratio(const tensor_statistics& image, const tensor_format& format) {
    double best = 1, least = expected_error(image, format);
    for (const int direction : {1, -1})
        for (int j = 1; j <= 16; ++j) {
            const double ratio = std::exp2(direction * j / 16.0);
            tensor_format tried = format;
            tried.step *= ratio;
            const double error = expected_error(image, tried);
            if (error >= least) continue;
            least = error;
            best = ratio;
        }
    return best;
}

adapter_weights fit_adapter(const std::vector<std::vector<double>>& means, const std::vector<double>& ratios, const adapter_shape& shape) {
    adapter_weights w = identity_adapter(shape);
    if (ratios.size() < 8) return w;
    const samples all{means, ratios};
    const linear_rule rule = ridge(all, chosen_strength(all));
    const auto [least, greatest] = std::minmax_element(ratios.begin(), ratios.end());
    // beta = least + max(rule - least, 0), and, with a second element, - max(rule - greatest, 0): what was seen is not left.
    const double ends[] = {*least, *greatest};
    const std::size_t elements = std::min<std::size_t>(2, w.second.size());
    for (std::size_t j = 0; j < elements; ++j) {
        for (std::size_t c = 0; c < rule.slope.size(); ++c) w.first[j * rule.slope.size() + c] = static_cast<float>(rule.slope[c]);
        w.first_bias[j] = static_cast<float>(rule.constant - ends[j]);
        w.second[j] = j == 0 ? 1.0f : -1.0f;
    }
    w.second_bias = static_cast<float>(*least);
    return w;
}

adapter_set identity_adapters(const quantized_network& q, const requantized_network& copied) {
    return each_adapter(q, copied, [](const graph_node& tensor, std::size_t) { return identity_adapter(adapter_shape_of(tensor.shape)); });
}

adapter_set read_adapters(const std::string& path, const quantized_network& q, const requantized_network& copied) {
    const safetensors_file file(path);
    return each_adapter(q, copied, [&](const graph_node& tensor, std::size_t) { return read_adapter(file, tensor); });
}

std::vector<float_tensor> own_adapters(const workload& network) {
    if (network.adapted.empty()) return {};
    const safetensors_file file(network.adapters_file);
    adapter_set adapters;
    for (const auto& copy : network.adapted) {
        const std::string& tensor = copy.first;
        const auto node =
            std::find_if(network.graph->nodes.begin(), network.graph->nodes.end(), [&](const graph_node& n) { return n.name == tensor; });
        adapters[tensor] = read_adapter(file, *node);
    }
    return stored_adapters(adapters);
}

std::vector<float_tensor> stored_adapters(const adapter_set& adapters) {
    std::vector<float_tensor> all;
    for (const auto& [tensor, w] : adapters) {
        const auto hidden = static_cast<std::int64_t>(w.second.size()), channels = static_cast<std::int64_t>(w.first.size()) / hidden;
        all.push_back({tensor + ".first.weight", {hidden, channels}, w.first});
        all.push_back({tensor + ".first.bias", {hidden}, w.first_bias});
        all.push_back({tensor + ".second.weight", {1, hidden}, w.second});
        all.push_back({tensor + ".second.bias", {1}, {w.second_bias}});
    }
    return all;
}

adapter_set fit_adapters(const quantized_network& q, const requantized_network& copied, const float_executor& executor,
                         const image_source& image, std::int64_t count) {
    std::map<std::size_t, std::size_t> wanted;  // node of the float network to the node that requantizes its tensor
    for (const std::size_t node : copied.adaptive) wanted[copied.origin[node]] = node;
    std::map<std::size_t, samples> seen;
    for (std::int64_t i = 0; i < count; ++i)
        executor.run(image(i).data(), [&](std::size_t node, const float* values, std::size_t size) {
            const auto found = wanted.find(node);
            if (found == wanted.end()) return;
            tensor_statistics statistics;
            statistics.add(values, size);
            const extents& shape = q.network.graph->nodes[found->second].shape;
            samples& s = seen[found->second];
            s.means.push_back(channel_means(values, shape, adapter_shape_of(shape)));
            s.ratios.push_back(best_ratio(statistics, q.nodes[found->second].format));
        });
    return each_adapter(q, copied, [&](const graph_node& tensor, std::size_t node) {
        return fit_adapter(seen[node].means, seen[node].ratios, adapter_shape_of(tensor.shape));
    });
}

}  // namespace symmetree
