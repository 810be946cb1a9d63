#include "workloads/quantize/symmetry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "random_weights.h"

namespace symmetree {
namespace {

TEST(symmetry, follows_its_definition) {
    // The mean is 0.5, the squares about it are 2.25 and three times 0.25.
    const weight_symmetry s = symmetry_of({2, 0, 0, 0}, 2, 2, "75");
    const double deviation = std::sqrt(3.0 / 4);
    EXPECT_DOUBLE_EQ(s.deviation, deviation);
    EXPECT_DOUBLE_EQ(s.greatest, 2 / deviation);
    EXPECT_DOUBLE_EQ(s.skewness, (3.375 - 3 * 0.125) / 4 / std::pow(deviation, 3));
    EXPECT_NEAR(s.excess_kurtosis, (5.0625 + 3 * 0.0625) / 4 / std::pow(deviation, 4) - 3, 1e-12);
    EXPECT_EQ(s.removed, 1);
    EXPECT_DOUBLE_EQ(s.midrange, 0.5 / deviation);  // channels 1 and 0
    EXPECT_DOUBLE_EQ(s.midrange_after, 0);
}

TEST(symmetry, does_not_depend_on_the_scale_of_the_weights) {
    std::vector<float> weights = random_weights({23, 17}, 4);
    const weight_symmetry one = symmetry_of(weights, 23, 17, "98");
    for (float& w : weights) w *= 0.25f;
    const weight_symmetry quarter = symmetry_of(weights, 23, 17, "98");
    EXPECT_DOUBLE_EQ(quarter.deviation, one.deviation / 4);
    EXPECT_DOUBLE_EQ(quarter.midrange, one.midrange);
    EXPECT_DOUBLE_EQ(quarter.midrange_after, one.midrange_after);
    EXPECT_DOUBLE_EQ(quarter.skewness, one.skewness);
}

TEST(symmetry, of_mirrored_channels_is_perfect) {
    std::vector<float> weights = random_weights({8, 20}, 3), both;
    for (int row = 0; row < 8; ++row)
        for (const float sign : {1.0f, -1.0f})
            for (int k = 0; k < 20; ++k) both.push_back(sign * weights[static_cast<std::size_t>(row) * 20 + k]);
    const weight_symmetry s = symmetry_of(both, 8, 40, "100");
    EXPECT_EQ(s.midrange, 0);
    EXPECT_NEAR(s.skewness, 0, 1e-12);
    EXPECT_EQ(s.removed, 0);
}

TEST(symmetry, the_cut_takes_the_largest_of_the_layer_first_of_equal_ones) {
    // Two of eight go: 5, and the first of the two of magnitude 4.
    const weight_symmetry s = symmetry_of({5, 1, -4, 0, 4, -1, 1, 0}, 2, 4, "75");
    EXPECT_EQ(s.removed, 2);
    EXPECT_DOUBLE_EQ(s.midrange_after * s.deviation, (0.5 + 1.5) / 2);  // {1, 0} and {4, -1, 1, 0}
}

TEST(symmetry, of_equal_or_no_weights_is_0) {
    for (const std::vector<float>& weights : {std::vector<float>{}, std::vector<float>(6, 0.0f), std::vector<float>(6, 0.5f)}) {
        const weight_symmetry s = symmetry_of(weights, static_cast<std::int64_t>(weights.size()) / 3, 3, "50");
        EXPECT_EQ(s.deviation, 0);
        EXPECT_EQ(s.midrange, 0);
        EXPECT_EQ(s.midrange_after, 0);
        EXPECT_EQ(s.removed, 0);
    }
}

TEST(symmetry, of_noise_depends_on_shape_seed_and_name_alone) {
    const noise_symmetry one = symmetry_of_noise(40, 27, "98", 1, "a");
    EXPECT_EQ(symmetry_of_noise(40, 27, "98", 1, "a").midrange, one.midrange);
    EXPECT_NE(symmetry_of_noise(40, 27, "98", 2, "a").midrange, one.midrange);
    EXPECT_NE(symmetry_of_noise(40, 27, "98", 1, "b").midrange, one.midrange);
}

TEST(symmetry, of_noise_is_that_of_the_extremes_of_normal_samples) {
    // Of two standard normals, midrange = their mean, with deviation sqrt(1/2): mean magnitude sqrt(1/pi) = 0.5642.
    EXPECT_NEAR(symmetry_of_noise(4000, 2, "100", 1, "pairs").midrange, 0.5642, 0.03);
    const noise_symmetry cut = symmetry_of_noise(64, 576, "98", 1, "cut");
    EXPECT_LT(cut.midrange_after, cut.midrange / 2);  // a cut makes any sample look more symmetric
}

}  // namespace
}  // namespace symmetree
