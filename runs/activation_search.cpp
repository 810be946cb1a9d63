#include "runs/activation_search.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "compile/requantized_network.h"
#include "core/random.h"
#include "reference/reference_network.h"
#include "runs/activation_formats.h"
#include "runs/compensate.h"
#include "runs/run_network.h"
#include "workloads/operators/smooth_functions.h"
#include "workloads/quantize/parallel_rows.h"

namespace symmetree {
namespace {

constexpr std::int64_t most_images = 192;
constexpr double ratio = 1.1;  ///< of a step and the next that is tried
constexpr int most_moves = 4;  ///< of a tensor, in one direction
constexpr int wide_bits = 8;   ///< tensors of so many bits are left alone

/// The logarithms of softmax.
std::vector<double> log_shares(std::vector<double> scores) {
    const double most = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (const double s : scores) sum += portable_exp(s - most);
    for (double& s : scores) s -= most + portable_log(sum);
    return scores;
}

class step_searcher {
public:
    step_searcher(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                  const measured_images& images, const weight_cache& cache, std::uint64_t seed, int jobs)
        : network_(network), platform_(platform), run_(run), options_(options), images_(images), cache_(cache), seed_(seed), jobs_(jobs) {
        const std::int64_t count = images_within_seconds(network, std::min(images.count, most_images));
        for (std::int64_t i = 0; i < count; ++i) {
            pixels_.push_back(images.image(i));
            const std::vector<float> scores = images.executor.run(pixels_.back().data());
            wanted_.push_back(log_shares({scores.begin(), scores.end()}));
        }
    }

    workload searched() {
        double least = divergence();
        for (const tensor& t : narrow_tensors())
            if (!moved(t, ratio, least)) moved(t, 1 / ratio, least);
        return std::move(network_);
    }

private:
    /// Of the network's own nodes, or the copy of one that layers read.
    struct tensor {
        std::size_t node = 0;
        bool is_copy = false;
        tensor_format format;
    };

    requantized_network copied() const {
        return with_requantized_tensors(network_, schemes_of(network_, platform_, run_, options_), options_.residuals);
    }

    std::vector<tensor> narrow_tensors() const {
        const requantized_network c = copied();
        const auto formats = formats_of(c.network, platform_, run_, chooser(c), options_);
        const auto is_in = [](const std::vector<std::size_t>& list, std::size_t i) { return std::count(list.begin(), list.end(), i) > 0; };
        std::vector<tensor> all;
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const bool is_copy = is_in(c.narrowed, i);
            if (!formats[i] || formats[i]->bits >= wide_bits || is_in(c.adaptive, i) || is_fixed(c.origin[i], is_copy)) continue;
            all.push_back({c.origin[i], is_copy, *formats[i]});
        }
        return all;
    }

    bool is_fixed(std::size_t node, bool is_copy) const {
        if (is_copy) return network_.narrowed.count(network_.graph->nodes[node].name) > 0;
        return !network_.formats.empty() && network_.formats[node];
    }

    format_chooser chooser(const requantized_network& c) const { return copies_chooser(network_, c, images_.seen, images_.range); }

    /// Kullback and Leibler's, of the float network's shares and those of the scores in integers, the mean over the images.
    double divergence() const {
        const requantized_network c = copied();
        const quantized_network q = quantize_network(c.network, platform_, run_, chooser(c), cache_, seed_, jobs_, options_);
        const network_graph& graph = *c.network.graph;
        std::vector<double> found(pixels_.size());
        for_each_index(static_cast<std::int64_t>(pixels_.size()), jobs_, [&](std::size_t i) {
            const auto codes = codes_of(pixels_[i].data(), pixels_[i].size(), q.nodes[graph.input].format);
            const auto values = reference_network(q, codes);
            std::vector<double> scores;
            for (const std::int16_t score : values[graph.output]) scores.push_back(q.nodes[graph.output].format.value_of(score));
            const std::vector<double> shares = log_shares(std::move(scores));
            for (std::size_t s = 0; s < shares.size(); ++s) found[i] += portable_exp(wanted_[i][s]) * (wanted_[i][s] - shares[s]);
        });
        return std::accumulate(found.begin(), found.end(), 0.0) / static_cast<double>(found.size());
    }

    void set(const tensor& t, const tensor_format& format) {
        if (t.is_copy) {
            network_.narrowed[network_.graph->nodes[t.node].name] = format;
            return;
        }
        network_.formats.resize(network_.graph->nodes.size());
        network_.formats[t.node] = format;
    }

    /// Multiplies the step as long as the scores come nearer. False where not even the first time.
    bool moved(const tensor& t, double factor, double& least) {
        tensor_format best = t.format;
        int moves = 0;
        for (; moves < most_moves; ++moves) {
            tensor_format tried = best;
            tried.step *= factor;
            set(t, tried);
            const double found = divergence();
            if (found >= least) break;
            least = found;
            best = tried;
        }
        set(t, best);
        return moves > 0;
    }

    workload network_;
    const platform_config& platform_;
    const scheme& run_;
    const network_options& options_;
    const measured_images& images_;
    const weight_cache& cache_;
    const std::uint64_t seed_;
    const int jobs_;
    std::vector<std::vector<float>> pixels_;
    std::vector<std::vector<double>> wanted_;  ///< by image: logarithms of the float network's shares
};

}  // namespace

workload with_searched_steps(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                             const measured_images& images, const weight_cache& cache, std::uint64_t seed, int jobs) {
    return step_searcher(network, platform, run, options, images, cache, seed, jobs).searched();
}

}  // namespace symmetree
