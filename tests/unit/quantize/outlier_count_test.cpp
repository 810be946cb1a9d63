#include <gtest/gtest.h>

#include "core/error.h"
#include "workloads/formats/sparsity.h"

namespace symmetree {
namespace {

TEST(outlier_count, is_exact_where_binary_fractions_are_not) {
    EXPECT_EQ(outlier_count("98", 100), 2);
    EXPECT_EQ(outlier_count("98.0", 589824), 11796);  // 11796.48
    EXPECT_EQ(outlier_count("99.9", 1000), 1);
    EXPECT_EQ(outlier_count("99.7", 1000000000), 3000000);
}

TEST(outlier_count, rounds_ties_to_even) {
    EXPECT_EQ(outlier_count("50", 1), 0);
    EXPECT_EQ(outlier_count("50", 3), 2);
    EXPECT_EQ(outlier_count("50", 5), 2);
    EXPECT_EQ(outlier_count("99.5", 300), 2);  // 1.5
    EXPECT_EQ(outlier_count("99.5", 500), 2);  // 2.5
    EXPECT_EQ(outlier_count("99.499999999", 500), 3);
    EXPECT_EQ(outlier_count("99.500000001", 300), 1);
}

TEST(outlier_count, covers_the_whole_range) {
    EXPECT_EQ(outlier_count("100", 12345), 0);
    EXPECT_EQ(outlier_count("0", 12345), 12345);
    EXPECT_EQ(outlier_count("98", 0), 0);
    EXPECT_EQ(outlier_count("0.000000001", std::int64_t{1} << 40), (std::int64_t{1} << 40) - 11);  // 10.995 weights less
}

TEST(outlier_count, refuses_what_is_no_percentage) {
    EXPECT_THROW(outlier_count("98,5", 10), model_fault);
    EXPECT_THROW(outlier_count("", 10), model_fault);
}

}  // namespace
}  // namespace symmetree
