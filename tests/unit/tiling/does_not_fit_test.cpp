#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

using ::testing::StrEq;

layer_geometry small_product() {
    layer_geometry g;
    g.in_height = g.out_height = 10;
    g.in_channels = 20;
    g.out_channels = 6;
    g.stored_weight_bits = 5;
    g.activation_bits = 3;
    g.output_bits = 3;
    return g;
}

tiling_limits roomy_limits() {
    tiling_limits limits;
    limits.trees = 4;
    limits.lanes = 7;
    limits.accumulator_depth = 16;
    limits.weight_bank_bytes = limits.activation_bank_bytes = limits.output_bank_bytes = 1000;
    return limits;
}

std::string refusal(const tiling_limits& limits, const outlier_layout& outliers = {}) {
    try {
        choose_mapping(small_product(), limits, outliers);
    } catch (const does_not_fit& e) {
        return e.what();
    }
    return "it fits";
}

TEST(does_not_fit, says_how_much_one_vector_of_outputs_needs) {
    tiling_limits limits = roomy_limits();
    limits.output_bank_bytes = 2;  // 4 codes of 3 bits: 12 bits
    EXPECT_THAT(refusal(limits), StrEq("it fits"));
    limits.output_bank_bytes = 1;
    EXPECT_THAT(refusal(limits), StrEq("the outputs of one vector need 2 bytes, an output bank holds 1"));
}

TEST(does_not_fit, says_how_much_the_rows_of_one_vector_need) {
    tiling_limits limits = roomy_limits();
    limits.activation_bank_bytes = 8;  // 20 codes of 3 bits: 60 bits
    EXPECT_THAT(refusal(limits), StrEq("it fits"));
    limits.activation_bank_bytes = 7;
    EXPECT_THAT(refusal(limits), StrEq("the input rows of one vector need 8 bytes, an activation bank holds 7"));
}

TEST(does_not_fit, says_how_much_one_weight_tile_needs) {
    tiling_limits limits = roomy_limits();
    limits.weight_bank_bytes = 18;  // 4 x 7 codes of 5 bits: 140 bits
    EXPECT_THAT(refusal(limits), StrEq("it fits"));
    limits.weight_bank_bytes = 17;
    EXPECT_THAT(refusal(limits), StrEq("one weight tile needs 18 bytes, a weight bank holds 17"));
}

TEST(does_not_fit, counts_the_outliers_of_the_tile) {
    tiling_limits limits = roomy_limits();
    limits.weight_bank_bytes = 20;
    outlier_layout outliers;
    outliers.head_bits = 5;
    outliers.entry_bits = 9;
    for (const std::uint32_t here : {0, 1, 0, 0, 0, 0}) outliers.add_tile({here});  // 14 bits in the second tile
    EXPECT_THAT(refusal(limits, outliers), StrEq("it fits"));
    outliers.per_round[1] = 2;
    EXPECT_THAT(refusal(limits, outliers), StrEq("one weight tile needs 21 bytes, a weight bank holds 20"));
}

}  // namespace
}  // namespace symmetree
