#include <gtest/gtest.h>

#include "core/error.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {
namespace {

TEST(vector_timing, elementwise_work_takes_an_issue_per_lane_group_and_the_pipeline_once) {
    EXPECT_EQ(elementwise_cost(1, 1, 16).cycles, 4u);
    EXPECT_EQ(elementwise_cost(16, 2, 16).cycles, 4u);
    EXPECT_EQ(elementwise_cost(17, 2, 16).cycles, 5u);
    EXPECT_EQ(gelu_cost(1600, 16).cycles, 100u + 10);
    EXPECT_EQ(elementwise_cost(100, 2, 8).reads, 200u);
    EXPECT_EQ(gelu_cost(100, 8).polynomials, 100u);
}

TEST(vector_timing, a_row_of_softmax_waits_for_its_greatest_and_for_its_sum) {
    // One element per pass on one lane. Issue at 0, greatest known at 1: issue, power of two at 8, in the sum at 9, aligned at 10, quotient
    // at 27, factor at 28: issue, power of two at 35, then multiply, round and clamp.
    EXPECT_EQ(softmax_cost(1, 1, 1).cycles, 38u);
    const vector_cost c = softmax_cost(3, 197, 16);
    EXPECT_EQ(c.issues, 3u * 3 * 13);
    EXPECT_EQ(c.cycles, c.issues + 3 * (4 + 30) + 9);
    EXPECT_EQ(c.row_operations, 3u);
    EXPECT_EQ(c.lane_operations, 3u * 197);
    EXPECT_EQ(c.scaled, 3u * 197);
    EXPECT_EQ(c.polynomials, 2u * 3 * 197);
}

TEST(vector_timing, a_row_of_layer_norm_waits_for_root_and_reciprocal) {
    // Issue at 0, sums complete at 3, variance at 5, aligned at 6, root at 22, reciprocal at 39: second issue; 6 stages.
    EXPECT_EQ(layer_norm_cost(1, 1, 1).cycles, 39u + 6);
    const vector_cost c = layer_norm_cost(5, 384, 32);
    EXPECT_EQ(c.issues, 2u * 5 * 12);
    EXPECT_EQ(c.cycles, c.issues + 5 * (38 + 5) + 5);
    EXPECT_EQ(c.row_operations, 5u);
    EXPECT_EQ(c.normalised, 5u * 384);
}

TEST(vector_timing, windows_take_an_issue_per_element_and_group_of_channels) {
    EXPECT_EQ(window_cost(56 * 56, 64, 9, window_end::compared, 16).cycles, 56u * 56 * 4 * 9 + 4);
    EXPECT_EQ(window_cost(1, 17, 49, window_end::scaled, 16).cycles, 2u * 49 + 4);
    const vector_cost c = window_cost(2, 384, 197, window_end::scaled, 16);
    EXPECT_EQ(c.cycles, 2u * 24 * 197 + 4);
    EXPECT_EQ(c.reads, 2u * 384 * 197);
    EXPECT_EQ(c.writes, 2u * 384);
    EXPECT_EQ(c.lane_operations, 2u * 384 * 197);
    EXPECT_EQ(c.scaled, 2u * 384);
    EXPECT_EQ(window_cost(4, 16, 9, window_end::compared, 16).lane_operations, 4u * 16 * 10);
}

TEST(vector_timing, an_adapter_is_a_mean_two_products_and_a_reciprocal) {
    // Mean complete at 1 + 4, first product's issue there, complete 5 later, the second's, then 19 and 1.
    EXPECT_EQ(adapter_cost(1, 1, 1, 1).cycles, 5u + 5 + 5 + 20);
    const vector_cost c = adapter_cost(56 * 56, 64, 4, 16);
    EXPECT_EQ(c.cycles, 56u * 56 * 4 + 4 + (4 * 4 + 8) + (1 + 8) + 20);
    EXPECT_EQ(c.scaled, 64u + 4 * 64 + 4);
    EXPECT_EQ(c.row_operations, 1u);
    EXPECT_EQ(c.writes, 0u);
}

TEST(vector_timing, pieces_of_an_image_are_summed_before_the_adapter_divides) {
    const vector_cost c = adapter_sum_cost(100, 20, 16);
    EXPECT_EQ(c.cycles, 100u * 2 + 4);
    EXPECT_EQ(c.lane_operations, 2000u);
    EXPECT_EQ(c.scaled + c.writes + c.row_operations, 0u);
}

TEST(vector_timing, refuses_work_without_elements) {
    EXPECT_THROW(elementwise_cost(0, 2, 16), model_fault);
    EXPECT_THROW(elementwise_cost(1, 2, 0), model_fault);
    EXPECT_THROW(adapter_cost(0, 1, 1, 1), model_fault);
}

}  // namespace
}  // namespace symmetree
