#include "reference/fixed_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "core/error.h"

namespace symmetree {
namespace {

std::int32_t requantized(std::int64_t sum, std::int64_t multiplier, int shift, int zero_point, int least, int greatest) {
    return scaled_code({zero_point, least, greatest}, sum, {multiplier, shift});
}

std::int32_t halved(std::int64_t accumulator) { return requantized(accumulator, 1, 1, 0, -128, 127); }

TEST(reference_requantizer, rounds_ties_to_the_even_code) {
    EXPECT_EQ(halved(1), 0);
    EXPECT_EQ(halved(3), 2);
    EXPECT_EQ(halved(5), 2);
    EXPECT_EQ(halved(7), 4);
}

TEST(reference_requantizer, rounds_negative_ties_to_the_even_code_too) {
    EXPECT_EQ(halved(-1), 0);
    EXPECT_EQ(halved(-3), -2);
    EXPECT_EQ(halved(-5), -2);
    EXPECT_EQ(halved(-7), -4);
}

TEST(reference_requantizer, rounds_everything_else_to_the_nearest_code) {
    const auto quarter = [](std::int64_t accumulator) { return requantized(accumulator, 1, 2, 0, -128, 127); };
    EXPECT_EQ(quarter(5), 1);
    EXPECT_EQ(quarter(7), 2);
    EXPECT_EQ(quarter(-5), -1);
    EXPECT_EQ(quarter(-7), -2);
    EXPECT_EQ(quarter(-8), -2);
}

TEST(reference_requantizer, adds_the_zero_point_after_rounding) {
    EXPECT_EQ(requantized(1, 1, 1, 1, -128, 127), 1);  // 0.5 -> 0, not 1.5 -> 2
    EXPECT_EQ(requantized(3, 1, 1, -3, -128, 127), -1);
}

TEST(reference_requantizer, clamps_to_the_given_range) {
    EXPECT_EQ(requantized(1000, 1, 0, 0, -8, 7), 7);
    EXPECT_EQ(requantized(-1000, 1, 0, 0, -8, 7), -8);
    EXPECT_EQ(requantized(20, 1, 0, -8, -8, 7), 7);
    EXPECT_EQ(requantized(-20, 1, 0, 5, 0, 15), 0);
}

TEST(reference_requantizer, is_exact_beyond_64_bits) {
    const std::int64_t accumulator = (std::int64_t{1} << 40) + 1;           // times 2^31 - 1: 71 bits
    EXPECT_EQ(requantized(accumulator, 2147483647, 65, 0, -128, 127), 64);  // just below 64.0
    EXPECT_EQ(requantized(-accumulator, 2147483647, 65, 0, -128, 127), -64);
    EXPECT_EQ(requantized(std::int64_t{3} << 61, 1 << 30, 92, 0, -128, 127), 2);  // 1.5
    EXPECT_EQ(requantized((std::int64_t{3} << 61) - 1, 1 << 30, 92, 0, -128, 127), 1);
}

TEST(reference_requantizer, refuses_a_shift_it_cannot_hold) { EXPECT_THROW(requantized(1, 1, -1, 0, 0, 1), model_fault); }

TEST(derived_factor, has_the_largest_shift_whose_multiplier_fits) {
    const auto found = [](double factor) {
        const reference_factor f = derive_factor(factor, 15, 30);
        return std::pair<std::int64_t, int>(f.multiplier, f.shift);
    };
    EXPECT_EQ(found(1), std::pair(std::int64_t{16384}, 14));
    EXPECT_EQ(found(0.75), std::pair(std::int64_t{24576}, 15));
    EXPECT_EQ(found(1 - 0x1p-17), std::pair(std::int64_t{16384}, 14));  // 15 fraction bits would round it to 2^15
    EXPECT_EQ(found(0x1.8p-29), std::pair(std::int64_t{3}, 30));
    EXPECT_EQ(found(0x1.4p-29), std::pair(std::int64_t{2}, 30));  // 2.5: the even one
    EXPECT_EQ(found(0x1p-32), std::pair(std::int64_t{0}, 30));
    EXPECT_EQ(found(40000), std::pair(std::int64_t{32767}, 0));
    EXPECT_EQ(found(0), std::pair(std::int64_t{0}, 15));
}

TEST(derived_factor, of_a_layer_has_31_bits_and_loses_them_beyond_a_shift_of_62) {
    const auto found = [](double factor) {
        const reference_factor f = derive_layer_factor(factor);
        return std::pair<std::int64_t, int>(f.multiplier, f.shift);
    };
    EXPECT_EQ(found(1), std::pair(std::int64_t{1} << 30, 30));
    EXPECT_EQ(found(std::nextafter(1.0, 0.0)), std::pair(std::int64_t{1} << 30, 30));
    EXPECT_EQ(found(0x1p-32), std::pair(std::int64_t{1} << 30, 62));
    EXPECT_EQ(found(0x1.8p-62), std::pair(std::int64_t{1}, 62));  // 1.5: bits are dropped
    EXPECT_EQ(found(0x1.8p-63), std::pair(std::int64_t{0}, 62));
    EXPECT_EQ(found(0x1p31), std::pair(std::int64_t{0x7fffffff}, 0));
}

}  // namespace
}  // namespace symmetree
