#include "workloads/operators/smooth_functions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace symmetree {
namespace {

TEST(portable_exp, is_within_1e_14_of_the_library) {
    for (int i = -7000; i <= 7000; ++i) {
        const double x = i * 0.1003;
        EXPECT_NEAR(portable_exp(x) / std::exp(x), 1, 1e-14) << x;
    }
    EXPECT_EQ(portable_exp(0), 1);
    EXPECT_LT(portable_exp(-800), 1e-300);
}

TEST(normal_distribution, is_within_1e_11_of_the_library) {
    for (int i = -800; i <= 800; ++i) {
        const double x = i * 0.01003;
        EXPECT_NEAR(normal_distribution(x), 0.5 * std::erfc(-x / std::sqrt(2.0)), 1e-11) << x;
    }
}

}  // namespace
}  // namespace symmetree
