// Formats chosen layer by layer under a budget, against every choice there is.
#include "runs/sensitivity.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "reference/reference_network.h"
#include "runs/run_network.h"
#include "tests/unit/quantized_network/small_network.h"
#include "workloads/network/mixed_precision.h"

namespace symmetree {
namespace {

const char* const candidates[] = {"symq:w2a4", "symq:w3a4", "symq:w4a4"};

struct mixed_small_network : testing::Test {
    small_network small;
    platform_config platform = platform_named("symq");
    std::vector<std::vector<scheme>> schemes =
        mixed_options(small.network, platform, parse_scheme("symq:w4a4"),
                      {parse_scheme(candidates[0]), parse_scheme(candidates[1]), parse_scheme(candidates[2])}, {});
    mixed_network mixed{small.network, platform, schemes, small.cache, 1, 1};
    image_source image = small_image;
    measured_images images{small.executor, small.seen, {}, image, 6};

    std::vector<std::vector<layer_option>> layers(const std::vector<std::vector<double>>& costs,
                                                  const std::vector<std::vector<double>>& losses) const {
        std::vector<std::vector<layer_option>> all(costs.size());
        for (std::size_t i = 0; i < costs.size(); ++i)
            for (std::size_t o = 0; o < costs[i].size(); ++o) all[i].push_back({costs[i][o], losses[i][o]});
        return all;
    }
    /// Squared error of the outputs with these options, over the images.
    double error_of(const std::vector<std::size_t>& options) const {
        workload w = small.network;
        for (std::size_t i = 0; i < options.size(); ++i) w.layers[i].own_scheme = schemes[i][options[i]];
        const quantized_network q = small.quantized(w, platform, parse_scheme("symq:w4a4"));
        double sum = 0;
        for (std::int64_t n = 0; n < images.count; ++n) {
            const std::vector<float> pixels = small_image(n), wanted = small.executor.run(pixels.data());
            const auto scores =
                reference_network(q, codes_of(pixels.data(), pixels.size(), q.nodes[w.graph->input].format))[w.graph->output];
            for (std::size_t s = 0; s < wanted.size(); ++s)
                sum += std::pow(q.nodes[w.graph->output].format.value_of(scores[s]) - static_cast<double>(wanted[s]), 2);
        }
        return sum;
    }
};

/// Every choice of one option per layer.
std::vector<std::vector<std::size_t>> all_choices(const std::vector<std::vector<layer_option>>& layers) {
    std::vector<std::vector<std::size_t>> all{{}};
    for (const auto& options : layers) {
        std::vector<std::vector<std::size_t>> longer;
        for (const auto& choice : all)
            for (std::size_t o = 0; o < options.size(); ++o) {
                longer.push_back(choice);
                longer.back().push_back(o);
            }
        all = std::move(longer);
    }
    return all;
}

double cost_of(const std::vector<std::vector<layer_option>>& layers, const std::vector<std::size_t>& choice) {
    double sum = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) sum += layers[i][choice[i]].cost;
    return sum;
}

TEST_F(mixed_small_network, ends_are_fixed_and_the_rest_is_free) {
    ASSERT_EQ(schemes.size(), 5u);
    for (const std::size_t end : {0u, 4u}) EXPECT_THAT(schemes[end], testing::ElementsAre(parse_scheme("symq:w8a8")));
    for (const std::size_t i : {1u, 2u, 3u}) EXPECT_EQ(schemes[i].size(), 3u);
}

TEST_F(mixed_small_network, bit_operations_are_those_of_the_definition) {
    const auto costs = bit_operations(mixed);
    EXPECT_EQ(costs[0][0], 8.0 * 8 * 8 * 18 * 36);
    EXPECT_EQ(costs[1], (std::vector<double>{2.0 * 4 * 8 * 72 * 36, 3.0 * 4 * 8 * 72 * 36, 4.0 * 4 * 8 * 72 * 36}));
}

TEST_F(mixed_small_network, fewer_bits_lose_more_of_the_outputs) {
    const auto losses = output_losses(mixed, images);
    EXPECT_EQ(losses[0], std::vector<double>{0});
    for (const std::size_t i : {1u, 2u, 3u}) {
        EXPECT_GT(losses[i][0], losses[i][2]) << i;
        EXPECT_GT(losses[i][0], 1e-4) << i;
    }
}

TEST_F(mixed_small_network, greedy_choices_hold_their_budget_and_come_close_to_the_best_of_all) {
    const auto options = layers(bit_operations(mixed), output_losses(mixed, images));
    const double most = cost_of(options, {0, 2, 2, 2, 0}), least = cost_of(options, {0, 0, 0, 0, 0});
    for (const double share : {0.1, 0.3, 0.5, 0.7, 0.9}) {
        const double budget = least + share * (most - least);
        const mixed_choice choice = choose_within(options, budget, "budget");
        EXPECT_LE(choice.cost, budget);
        EXPECT_DOUBLE_EQ(choice.cost, cost_of(options, choice.options));
        double best = 1e300, best_error = 1e300, worst_error = 0;
        for (const auto& other : all_choices(options)) {
            if (cost_of(options, other) > budget) continue;
            double loss = 0;
            for (std::size_t i = 0; i < other.size(); ++i) loss += options[i][other[i]].loss;
            best = std::min(best, loss);
            const double error = error_of(other);
            best_error = std::min(best_error, error);
            worst_error = std::max(worst_error, error);
        }
        EXPECT_GE(choice.loss, best - 1e-12);
        EXPECT_LE(choice.loss, 1.5 * best) << share;  // greedy is no search over all
        // The sum of single losses stands for the error of the whole network: nearer to the best than to the worst.
        EXPECT_LT(error_of(choice.options), (best_error + worst_error) / 2) << share;
    }
}

TEST_F(mixed_small_network, energies_fall_with_the_bits_that_move) {
    const auto prices = layer_prices(mixed, SYMMETREE_ROOT "/models/cost/tables");
    for (const std::size_t i : {1u, 2u, 3u}) {
        EXPECT_GT(prices[i][0].energy_uj.value(), 0);
        EXPECT_LT(prices[i][0].energy_uj.value(), prices[i][2].energy_uj.value()) << i;
        EXPECT_GT(prices[i][0].cycles, 0);
        EXPECT_LE(prices[i][0].cycles, prices[i][2].cycles) << i;
    }
}

TEST_F(mixed_small_network, weights_lose_by_their_own_error) {
    const auto losses = weight_losses(mixed);
    const quantized_weights w = small.cache.get(small.network.layers[1], 1, parse_scheme("symq:w3a4"), 1);
    EXPECT_DOUBLE_EQ(losses[1][1], std::pow(10, -w.error.sqnr_db / 10));
}

TEST_F(mixed_small_network, candidates_beyond_the_ports_are_named) {
    try {
        mixed_options(small.network, platform, parse_scheme("symq:w4a4"), {parse_scheme("dasq:w3a3")}, {});
        FAIL();
    } catch (const input_error& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("layer body/a: dasq:w3a3:sw4:p98 can't run on platform symq"));
    }
}

}  // namespace
}  // namespace symmetree
