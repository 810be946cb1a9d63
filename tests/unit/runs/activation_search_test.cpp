// Steps of activations by what the scores lose: nearer to the float network, whatever the threads, and only where steps are free.
#include "runs/activation_search.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reference/reference_network.h"
#include "runs/activation_formats.h"
#include "runs/run_network.h"
#include "tests/unit/quantized_network/small_network.h"

namespace symmetree {
namespace {

struct activation_search : testing::Test {
    small_network small;
    platform_config platform = platform_named("symq");
    const scheme run = parse_scheme("symq:w8a3");
    const image_source image = small_image;
    const measured_images images{small.executor, small.seen, {}, image, 8};

    workload searched(const workload& network, int jobs) const {
        return with_searched_steps(network, platform, run, {}, images, small.cache, 1, jobs);
    }
    std::size_t node(const std::string& name) const {
        const auto& nodes = small.network.graph->nodes;
        return std::size_t(std::find_if(nodes.begin(), nodes.end(), [&](const graph_node& n) { return n.name == name; }) - nodes.begin());
    }
    static std::vector<double> softmax(std::vector<double> scores) {
        double sum = 0;
        for (double& s : scores) sum += s = std::exp(s);
        for (double& s : scores) s /= sum;
        return scores;
    }
    /// Kullback and Leibler's divergence from the float network, in sums as they are written.
    double divergence(const workload& network) const {
        const requantized_network copied = with_requantized_tensors(network, schemes_of(network, platform, run, {}), residual_width::wide);
        const quantized_network q =
            quantize_network(copied.network, platform, run, copies_chooser(network, copied, small.seen, {}), small.cache, 1, 1);
        const network_graph& graph = *copied.network.graph;
        double sum = 0;
        for (std::int64_t i = 0; i < 8; ++i) {
            const std::vector<float> pixels = small_image(i), wanted = small.executor.run(pixels.data());
            const auto codes = reference_network(q, codes_of(pixels.data(), pixels.size(), q.nodes[graph.input].format))[graph.output];
            std::vector<double> scores;
            for (const std::int16_t c : codes) scores.push_back(q.nodes[graph.output].format.value_of(c));
            const std::vector<double> p = softmax({wanted.begin(), wanted.end()}), found = softmax(scores);
            for (std::size_t s = 0; s < p.size(); ++s) sum += p[s] * std::log(p[s] / found[s]);
        }
        return sum / 8;
    }
};

TEST_F(activation_search, brings_the_scores_nearer_to_those_of_the_float_network) {
    const workload found = searched(small.network, 1);
    EXPECT_LT(divergence(found), 0.95 * divergence(small.network));
}

/// All steps that the network fixes, by the tensor's name.
std::map<std::string, double> steps_of(const workload& network) {
    std::map<std::string, double> steps;
    for (const auto& [name, format] : network.narrowed) steps[name + ", copy"] = format.step;
    for (std::size_t i = 0; i < network.formats.size(); ++i)
        if (network.formats[i]) steps[network.graph->nodes[i].name] = network.formats[i]->step;
    return steps;
}

TEST_F(activation_search, does_not_depend_on_threads) {
    EXPECT_EQ(steps_of(searched(small.network, 1)), steps_of(searched(small.network, 3)));
}

TEST_F(activation_search, leaves_wide_tensors_and_those_of_the_file) {
    const workload free = searched(small.network, 1);
    for (const auto& format : free.formats)
        if (format) EXPECT_EQ(format->bits, 3);
    EXPECT_THAT(steps_of(free), testing::Contains(testing::Key("stem.relu, copy")));  // the addition reads it in 8 bits, body/a a copy
    EXPECT_THAT(steps_of(free), testing::Not(testing::Contains(testing::Key("stem.relu"))));

    workload given = small.network;
    given.formats.resize(given.graph->nodes.size());
    given.formats[node("joined")] = tensor_format{3, -4, -4, 3, 0.37};
    EXPECT_EQ(steps_of(searched(given, 1)).at("joined"), 0.37);
}

}  // namespace
}  // namespace symmetree
