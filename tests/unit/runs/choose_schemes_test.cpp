// Mixed precision as `quantize` offers it: budgets as they are written, and what is chosen under them.
#include "runs/choose_schemes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "tests/unit/quantized_network/small_network.h"
#include "workloads/network/mixed_precision.h"

namespace symmetree {
namespace {

using kind = scheme_budget::kind;

TEST(budget, is_an_amount) {
    const scheme_budget b = parse_budget(kind::energy, "--budget-energy", "2.5e9");
    EXPECT_EQ(b.of, kind::energy);
    EXPECT_FALSE(b.is_share);
    EXPECT_DOUBLE_EQ(b.within(10), 2.5e9);
    EXPECT_EQ(b.option, "--budget-energy");
}

TEST(budget, is_a_share_of_the_whole) {
    const scheme_budget b = parse_budget(kind::bit_operations, "--budget-bops", "12.5%");
    EXPECT_TRUE(b.is_share);
    EXPECT_DOUBLE_EQ(b.within(80), 10);
}

TEST(budget, that_is_none_is_refused_by_its_option) {
    for (const char* text : {"", "%", "0", "0%", "-3", "five", "5 %", "5%%", "inf", "nan", "1e999"}) try {
            parse_budget(kind::bit_operations, "--budget-bops", text);
            ADD_FAILURE() << "'" << text << "' is taken";
        } catch (const input_error& e) {
            EXPECT_EQ(e.problems().front().field, "--budget-bops");
            EXPECT_THAT(e.problems().front().message, testing::HasSubstr("a number above 0, or a share such as 50%, is wanted"));
        }
}

struct scheme_choices : testing::Test {
    small_network small;
    platform_config platform = platform_named("symq");
    const scheme run = parse_scheme("symq:w4a4");
    const network_options ends{};
    const std::string prices = SYMMETREE_ROOT "/models/cost/tables";
    std::vector<scheme> candidates = {parse_scheme("symq:w2a4"), parse_scheme("symq:w3a4"), parse_scheme("symq:w4a4")};
    mixed_network mixed{small.network, platform, mixed_options(small.network, platform, run, candidates, ends), small.cache, 1, 1};
    std::vector<std::vector<double>> costs = bit_operations(mixed);

    scheme_choice at(const std::string& budget) const {
        return choose_schemes(mixed, candidates, run, ends, parse_budget(kind::bit_operations, "--budget-bops", budget), nullptr, prices);
    }
    /// What the chosen schemes cost.
    double cost_of(const scheme_choice& choice) const {
        double sum = 0;
        for (std::size_t i = 0; i < costs.size(); ++i) {
            const auto found = std::find(mixed.schemes[i].begin(), mixed.schemes[i].end(), choice.schemes.at(i));
            sum += costs[i].at(std::size_t(found - mixed.schemes[i].begin()));
        }
        return sum;
    }
    double usual() const {
        double sum = 0;
        for (const auto& layer : costs) sum += layer.back();  // w4a4, or the one scheme of the ends
        return sum;
    }
};

TEST_F(scheme_choices, at_the_whole_budget_are_those_that_lose_least) {
    const scheme_choice choice = at("100%");
    EXPECT_EQ(to_string(choice.schemes[0]), "symq:w8a8");
    for (const std::size_t i : {1u, 2u, 3u}) EXPECT_EQ(to_string(choice.schemes[i]), "symq:w4a4") << i;
    EXPECT_DOUBLE_EQ(cost_of(choice), usual());
}

TEST_F(scheme_choices, hold_a_smaller_budget) {
    const double budget = 0.9 * usual();
    const scheme_choice choice = at("90%");
    EXPECT_LE(cost_of(choice), budget);
    EXPECT_GT(cost_of(choice), 0.5 * budget);
    std::vector<std::vector<layer_option>> layers(costs.size());
    const auto losses = weight_losses(mixed);
    for (std::size_t i = 0; i < costs.size(); ++i)
        for (std::size_t k = 0; k < costs[i].size(); ++k) layers[i].push_back({costs[i][k], losses[i][k]});
    const mixed_choice wanted = choose_within(layers, budget, "budget");
    for (std::size_t i = 0; i < layers.size(); ++i) EXPECT_EQ(choice.schemes[i], mixed.schemes[i][wanted.options[i]]) << i;
}

TEST_F(scheme_choices, are_told_beside_all_the_others) {
    const scheme_choice choice = at("90%");
    std::size_t row = 0;
    for (std::size_t i = 0; i < mixed.schemes.size(); ++i) {
        for (const scheme& s : mixed.schemes[i]) {
            const std::vector<cell>& cells = choice.rows.rows.at(row++);
            EXPECT_EQ(std::get<std::string>(cells.at(0)), small.network.layers[i].name);
            EXPECT_EQ(std::get<std::string>(cells.at(1)), to_string(s));
            EXPECT_EQ(std::get<std::string>(cells.at(4)) == "yes", s == choice.schemes[i]);
        }
    }
    EXPECT_EQ(row, choice.rows.rows.size());
    EXPECT_EQ(choice.rows.columns.at(2).unit, "BOPs");
    EXPECT_THAT(choice.summary, testing::HasSubstr(" BOPs of a budget of "));
    EXPECT_THAT(choice.summary, testing::HasSubstr("(symq:w4a4 takes "));
    EXPECT_THAT(choice.summary, testing::HasSubstr("; the weights lose "));
}

TEST_F(scheme_choices, below_the_cheapest_are_refused_by_the_budgets_option) {
    try {
        at("1%");
        FAIL();
    } catch (const input_error& e) {
        EXPECT_EQ(e.problems().front().field, "--budget-bops");
    }
}

/// Every choice that was tried, by its name: cost, loss, cycles and energy.
std::map<std::string, std::vector<double>> tried(const scheme_choice& choice) {
    std::map<std::string, std::vector<double>> all;
    for (const std::vector<cell>& row : choice.contenders.rows) {
        std::vector<double>& numbers = all[std::get<std::string>(row.at(0))];
        for (const std::size_t column : {1u, 2u, 3u, 4u}) numbers.push_back(std::get<double>(row.at(column)));
    }
    return all;
}

std::string chosen_name(const scheme_choice& choice) {
    for (const std::vector<cell>& row : choice.contenders.rows)
        if (std::get<std::string>(row.back()) == "yes") return std::get<std::string>(row.front());
    return "";
}

TEST_F(scheme_choices, rest_on_what_the_outputs_of_the_whole_network_lose) {
    const image_source image = small_image;
    const choice_images images{{small.executor, small.seen, {}, image, 8}, 2, {}};
    for (const char* budget : {"80%", "90%", "100%"}) {
        const scheme_choice choice =
            choose_schemes(mixed, candidates, run, ends, parse_budget(kind::bit_operations, "--budget-bops", budget), &images, prices);
        EXPECT_LE(cost_of(choice), (budget[0] == '1' ? 1 : budget[0] == '9' ? 0.9 : 0.8) * usual());
        EXPECT_THAT(choice.summary, testing::HasSubstr("; the outputs lose "));
        const auto all = tried(choice);
        const std::vector<double>& best = all.at(chosen_name(choice));
        for (const auto& [name, numbers] : all)  // no candidate for all layers that fits is better
            if (numbers[0] <= best[0]) EXPECT_GE(numbers[1], best[1]) << name << " at " << budget;
    }
}

/// On a platform whose weights have 4 bits, more of them must come through the port a little later.
TEST_F(scheme_choices, that_take_more_cycles_than_a_better_one_are_not_made) {
    candidates = {parse_scheme("symq:w2a4"), parse_scheme("symq:w5a4"), parse_scheme("symq:w8a4")};
    mixed.schemes = mixed_options(small.network, platform, run, candidates, ends);
    costs = bit_operations(mixed);
    const scheme_choice choice =
        choose_schemes(mixed, candidates, run, ends, parse_budget(kind::bit_operations, "--budget-bops", "150%"), nullptr, prices);
    const auto all = tried(choice);
    const std::vector<double>& best = all.at(chosen_name(choice));
    for (const auto& [name, numbers] : all) EXPECT_FALSE(numbers[1] < best[1] && (numbers[2] < best[2] || numbers[3] < best[3])) << name;
}

}  // namespace
}  // namespace symmetree
