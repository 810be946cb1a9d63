#include <gtest/gtest.h>

#include "core/error.h"
#include "reference/reference_product.h"

namespace symmetree {
namespace {

std::int32_t halved(std::int64_t accumulator) { return reference_requantize(accumulator, 1, 1, 0, -128, 127); }

TEST(reference_requantize, rounds_ties_to_the_even_code) {
    EXPECT_EQ(halved(1), 0);
    EXPECT_EQ(halved(3), 2);
    EXPECT_EQ(halved(5), 2);
    EXPECT_EQ(halved(7), 4);
}

TEST(reference_requantize, rounds_negative_ties_to_the_even_code_too) {
    EXPECT_EQ(halved(-1), 0);
    EXPECT_EQ(halved(-3), -2);
    EXPECT_EQ(halved(-5), -2);
    EXPECT_EQ(halved(-7), -4);
}

TEST(reference_requantize, rounds_everything_else_to_the_nearest_code) {
    const auto quarter = [](std::int64_t accumulator) { return reference_requantize(accumulator, 1, 2, 0, -128, 127); };
    EXPECT_EQ(quarter(5), 1);
    EXPECT_EQ(quarter(7), 2);
    EXPECT_EQ(quarter(-5), -1);
    EXPECT_EQ(quarter(-7), -2);
    EXPECT_EQ(quarter(-8), -2);
}

TEST(reference_requantize, adds_the_zero_point_after_rounding) {
    EXPECT_EQ(reference_requantize(1, 1, 1, 1, -128, 127), 1);  // 0.5 -> 0, not 1.5 -> 2
    EXPECT_EQ(reference_requantize(3, 1, 1, -3, -128, 127), -1);
}

TEST(reference_requantize, clamps_to_the_given_range) {
    EXPECT_EQ(reference_requantize(1000, 1, 0, 0, -8, 7), 7);
    EXPECT_EQ(reference_requantize(-1000, 1, 0, 0, -8, 7), -8);
    EXPECT_EQ(reference_requantize(20, 1, 0, -8, -8, 7), 7);
    EXPECT_EQ(reference_requantize(-20, 1, 0, 5, 0, 15), 0);
}

TEST(reference_requantize, is_exact_beyond_64_bits) {
    const std::int64_t accumulator = (std::int64_t{1} << 40) + 1;                    // times 2^31 - 1: 71 bits
    EXPECT_EQ(reference_requantize(accumulator, 2147483647, 65, 0, -128, 127), 64);  // just below 64.0
    EXPECT_EQ(reference_requantize(-accumulator, 2147483647, 65, 0, -128, 127), -64);
    EXPECT_EQ(reference_requantize(std::int64_t{3} << 61, 1 << 30, 92, 0, -128, 127), 2);  // 1.5
    EXPECT_EQ(reference_requantize((std::int64_t{3} << 61) - 1, 1 << 30, 92, 0, -128, 127), 1);
}

TEST(reference_requantize, refuses_a_shift_it_cannot_hold) { EXPECT_THROW(reference_requantize(1, 1, -1, 0, 0, 1), model_fault); }

}  // namespace
}  // namespace symmetree
