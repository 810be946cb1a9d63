#include "workloads/network/mixed_precision.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Two layers of two formats: the first loses 1 to save 4, the second 3 to save 6.
const std::vector<std::vector<layer_option>> two{{{4, 1}, {8, 0}}, {{2, 3}, {8, 0}}};

TEST(choose_within, takes_the_best_formats_where_the_budget_allows_them) {
    EXPECT_THAT(choose_within(two, 16, "b").options, ElementsAre(1u, 1u));
}

TEST(choose_within, takes_first_what_loses_least_per_saved_cost) {
    EXPECT_THAT(choose_within(two, 12, "b").options, ElementsAre(0u, 1u));
    EXPECT_THAT(choose_within(two, 6, "b").options, ElementsAre(0u, 0u));
}

TEST(choose_within, weighs_a_loss_against_what_it_saves) {
    // The first layer loses less, but saves a tenth of what the second does.
    const std::vector<std::vector<layer_option>> layers{{{9, 1}, {10, 0}}, {{0, 2}, {10, 0}}};
    EXPECT_THAT(choose_within(layers, 19, "b").options, ElementsAre(1u, 0u));
}

TEST(choose_within, gives_back_what_the_budget_leaves) {
    // To come below 11 the first move is that of 4 (ratio 1/4) and the second that of 6, behind which the first is not needed any more.
    const mixed_choice choice = choose_within(two, 11, "b");
    EXPECT_THAT(choice.options, ElementsAre(1u, 0u));
    EXPECT_EQ(choice.cost, 10);
    EXPECT_EQ(choice.loss, 3);
}

TEST(choose_within, refuses_a_budget_that_nothing_meets) {
    try {
        choose_within(two, 5, "--budget-bops");
        FAIL();
    } catch (const input_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("--budget-bops: the cheapest formats cost 6, the budget is 5"));
    }
}

TEST(choose_within, prefers_cheaper_formats_of_the_same_loss) {
    EXPECT_THAT(choose_within({{{9, 0}, {3, 0}, {5, 0}}}, 100, "b").options, ElementsAre(1u));
}

}  // namespace
}  // namespace symmetree
