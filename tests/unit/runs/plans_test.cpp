// What `run`, `compare` and `evaluate` are going to run, and what they leave out.
#include <gmock/gmock.h>

#include "runs/evaluation_table.h"
#include "runs/run_plan.h"
#include "tests/unit/quantized_network/small_network.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> points_of(const run_plan& plan) {
    std::vector<std::string> points;
    for (const run_request& r : plan.requests) points.push_back(r.platform.name + " " + to_string(r.asked_scheme));
    return points;
}

TEST(run_plan, takes_each_platform_at_each_width) {
    run_request common;
    common.seed = 7;
    const run_plan plan = plan_runs(common, {platform_named("symq"), platform_named("pot")}, "", width_range{3, 4, true}, {});
    EXPECT_THAT(plan.platforms, ElementsAre("symq", "pot"));
    EXPECT_THAT(points_of(plan), ElementsAre("symq symq:w3a4", "symq symq:w4a4", "pot pot:w3a4:g4", "pot pot:w4a4:g4"));
    EXPECT_EQ(plan.requests[2].platform.array.weight_bits, 3);
    EXPECT_EQ(plan.requests[3].seed, 7u);
    EXPECT_TRUE(plan.left_out.empty());
}

TEST(run_plan, gives_the_widths_of_the_options_to_a_scheme_that_is_given) {
    const run_plan plan = plan_runs({}, {platform_named("symq")}, "symq:w2a2", width_range{4, 4, false}, width_range{5, 5, false});
    EXPECT_THAT(points_of(plan), ElementsAre("symq symq:w4a5"));
}

TEST(run_plan, leaves_a_width_of_a_range_out_that_a_platform_cannot_have) {
    const run_plan plan = plan_runs({}, {platform_named("pot")}, "", width_range{7, 8, true}, {});
    EXPECT_EQ(plan.requests.size(), 1u);
    ASSERT_EQ(plan.left_out.size(), 1u);
    EXPECT_THAT(plan.left_out[0], HasSubstr("pot at 8 x 4 (W x A): "));
}

TEST(run_plan, refuses_a_single_width_that_a_platform_cannot_have) {
    try {
        plan_runs({}, {platform_named("pot")}, "", width_range{8, 8, false}, {});
        FAIL();
    } catch (const input_error& e) {
        EXPECT_EQ(e.problems().front().field, "platform pot");
    }
}

struct evaluation_of_small_network : testing::Test {
    small_network small;
    const std::vector<platform_config> platforms{platform_named("symq"), platform_named("pot")};
    const std::vector<vector_arithmetic> integer{vector_arithmetic::integer};

    std::vector<std::string> tasks_of(const evaluation_plan& plan) const {
        std::vector<std::string> tasks;
        for (const evaluation_task& t : plan.tasks)
            tasks.push_back(t.platform.name + " " + to_string(t.asked_scheme) + " " + to_string(t.arithmetic));
        return tasks;
    }
};

TEST_F(evaluation_of_small_network, takes_each_platforms_own_scheme_in_each_arithmetic) {
    const evaluation_plan plan =
        plan_evaluation(small.network, {platforms[0]}, {}, {vector_arithmetic::integer, vector_arithmetic::float32}, {});
    EXPECT_THAT(tasks_of(plan), ElementsAre("symq symq:w4a4 integer", "symq symq:w4a4 float32"));
}

TEST_F(evaluation_of_small_network, leaves_out_a_scheme_that_a_platform_cannot_run) {
    const evaluation_plan plan = plan_evaluation(small.network, platforms, {"pot"}, integer, {});
    EXPECT_THAT(tasks_of(plan), ElementsAre("pot pot:w4a4:g4 integer"));
    ASSERT_EQ(plan.left_out.size(), 1u);
    EXPECT_THAT(plan.left_out[0], HasSubstr("pot:w4a4:g4 on symq: can't run on platform symq"));
}

TEST_F(evaluation_of_small_network, is_refused_where_nothing_is_left) {
    EXPECT_THROW(plan_evaluation(small.network, {platforms[0]}, {"pot"}, integer, {}), input_error);
}

TEST_F(evaluation_of_small_network, says_what_its_numbers_rest_on) {
    evaluation_input input;
    input.network = small.network;
    input.images = 6;
    const evaluation_plan plan = plan_evaluation(small.network, platforms, {"pot"}, integer, {});
    evaluation_result result;
    result.tasks.resize(1);
    const std::vector<std::string> notes = evaluation_notes(input, plan, result, {"digits", "others", 4, "no adapters"});
    EXPECT_EQ(notes[0], "6 images of digits (no labels); steps of activations by mse from 4 images of others; float32 in this program.");
    EXPECT_THAT(notes, testing::Contains(HasSubstr("First and last layer at symq:w8a8")));
    EXPECT_THAT(notes.back(), HasSubstr("left out: pot:w4a4:g4 on symq"));
    EXPECT_THAT(notes, testing::Not(testing::Contains(HasSubstr("no adapters"))));  // no scheme has adaptive activations
}

TEST_F(evaluation_of_small_network, counts_right_images_only_with_labels) {
    evaluation_input input;
    input.network = small.network;
    input.images = 6;
    const evaluation_plan plan = plan_evaluation(small.network, {platforms[0]}, {}, integer, {});
    evaluation_result result;
    result.float_counts = {6, 5, 6};
    result.tasks.resize(1);
    result.tasks[0].counts = {6, 3, 4};
    result.tasks[0].agreeing = 2;
    EXPECT_FALSE(accuracy_of(input, plan, result, {}).rows.at(1).top1.has_value());
    input.labels.assign(6, 0);
    const accuracy_table t = accuracy_of(input, plan, result, {"a note"});
    ASSERT_EQ(t.rows.size(), 2u);
    EXPECT_EQ(t.rows[0].platform, "float32");
    EXPECT_EQ(t.rows[0].top1, 5);
    EXPECT_EQ(t.rows[1].scheme, "symq:w4a4");
    EXPECT_EQ(t.rows[1].top5, 4);
    EXPECT_EQ(t.rows[1].agreeing, 2);
    EXPECT_THAT(t.notes, ElementsAre("a note"));
}

}  // namespace
}  // namespace symmetree
