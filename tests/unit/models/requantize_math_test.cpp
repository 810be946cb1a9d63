#include "models/arithmetic/requantize_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

__extension__ typedef __int128 wide;

/// value * multiplier / 2^shift by a division of magnitudes, ties to the even quotient.
std::int64_t naive(std::int64_t value, const requantization& q) {
    const wide product = wide{value} * q.multiplier, unit = wide{1} << q.shift;
    const wide size = product < 0 ? -product : product;
    wide quotient = size / unit;
    const wide twice = 2 * (size % unit);
    if (twice > unit || (twice == unit && quotient % 2 == 1)) ++quotient;
    const wide sum = (product < 0 ? -quotient : quotient) + q.zero_point;
    return std::int64_t(sum < q.least ? wide{q.least} : sum > q.greatest ? wide{q.greatest} : sum);
}

TEST(requantize, equals_exact_division_on_random_operands) {
    for (std::uint32_t seed = 0; seed < 20000; ++seed) {
        draws d(seed);
        requantization q;
        q.shift = d.between(0, 62);
        q.multiplier = d.one_of({0, 1, 3, 0x40000000, 0x7fffffff, d.between(0, 0x7fffffff), d.between(0, 1000)});
        q.zero_point = d.between(-128, 127);
        const bool unbounded = d.once_in(2);
        q.least = unbounded ? -0x40000000 : -128;
        q.greatest = unbounded ? 0x40000000 : 127;
        const std::int64_t value = d.one_of(
            {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max(), 0, -1, 1, d.between(-100000, 100000),
             d.between(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max())});
        ASSERT_EQ(requantize(value, q), naive(value, q)) << "seed " << seed << ": " << value << " * " << q.multiplier << " >> " << q.shift;
    }
}

TEST(requantize, rounds_ties_to_the_even_neighbour) {
    const requantization halves{1, 1, 0, -100, 100}, quarters{2, 3, 0, -100, 100};
    const std::pair<int, int> expected[] = {{-5, -2}, {-3, -2}, {-1, 0}, {1, 0}, {3, 2}, {5, 2}, {7, 4}};
    for (const auto& [value, rounded] : expected) {
        EXPECT_EQ(requantize(value, halves), rounded);
        EXPECT_EQ(requantize(2 * value, quarters), rounded);
    }
    EXPECT_EQ(requantize(3, quarters), 1);
    EXPECT_EQ(requantize(-3, quarters), -1);
    EXPECT_EQ(requantize(7, requantization{1, 0, 0, -100, 100}), 7);
}

TEST(requantize, rounds_ties_at_the_largest_shift) {
    const requantization q{0x40000000, 62, 0, -100, 100};
    EXPECT_EQ(requantize(std::int64_t{1} << 31, q), 0);  // one half
    EXPECT_EQ(requantize((std::int64_t{1} << 31) + 1, q), 1);
    EXPECT_EQ(requantize(-(std::int64_t{1} << 31), q), 0);
    EXPECT_EQ(requantize(-(std::int64_t{1} << 31) - 1, q), -1);
}

TEST(requantize, adds_the_zero_point_before_it_clamps) {
    EXPECT_EQ(requantize(100, requantization{1, 0, -50, 0, 60}), 50);
    EXPECT_EQ(requantize(100, requantization{1, 0, 50, 0, 60}), 60);
    EXPECT_EQ(requantize(-1000, requantization{1, 0, 5, -8, 7}), -8);
}

TEST(fixed_point, is_within_one_part_in_2_to_30) {
    for (std::uint32_t seed = 0; seed < 20000; ++seed) {
        draws d(seed);
        const double factor = std::ldexp(1.0 + d.between(0, 0x7fffffff) * 0x1p-31, d.between(-32, 29));
        std::int32_t multiplier = 0;
        int shift = 0;
        fixed_point_of(factor, multiplier, shift);
        ASSERT_TRUE(shift >= 0 && shift <= 62) << "seed " << seed;
        ASSERT_GE(multiplier, 0x40000000) << "seed " << seed;
        ASSERT_LE(std::abs(std::ldexp(double(multiplier), -shift) / factor - 1), 0x1p-30) << "seed " << seed;
    }
}

TEST(fixed_point, carries_into_the_exponent) {
    std::int32_t multiplier = 0;
    int shift = 0;
    fixed_point_of(std::nextafter(1.0, 0.0), multiplier, shift);  // 31 bits round it to 1
    EXPECT_EQ(std::ldexp(double(multiplier), -shift), 1.0);
    fixed_point_of(1.0, multiplier, shift);
    EXPECT_EQ(std::ldexp(double(multiplier), -shift), 1.0);
}

TEST(fixed_point, of_tiny_factors_loses_low_bits_and_then_all) {
    std::int32_t multiplier = 0;
    int shift = 0;
    for (int exponent = -33; exponent >= -62; --exponent) {
        const double factor = std::ldexp(1.75, exponent);
        fixed_point_of(factor, multiplier, shift);
        EXPECT_EQ(shift, 62);
        EXPECT_LE(std::abs(std::ldexp(double(multiplier), -62) - factor), 0x1p-62);
        EXPECT_GE(multiplier, 1);
    }
    for (const double factor : {0x1.fp-63, 1e-30, 1e-300, std::numeric_limits<double>::denorm_min()}) {
        fixed_point_of(factor, multiplier, shift);
        EXPECT_EQ(multiplier, 0) << factor;
        EXPECT_TRUE(shift >= 0 && shift <= 62) << factor;
    }
}

TEST(fixed_point, of_huge_factors_stops_at_the_largest_multiplier) {
    std::int32_t multiplier = 0;
    int shift = 0;
    fixed_point_of(0x1.8p30, multiplier, shift);
    EXPECT_EQ(std::ldexp(double(multiplier), -shift), 0x1.8p30);
    for (const double factor : {0x1p31, 0x1.8p40, 1e300}) {
        fixed_point_of(factor, multiplier, shift);
        EXPECT_EQ(multiplier, 0x7fffffff) << factor;
        EXPECT_EQ(shift, 0) << factor;
    }
}

}  // namespace
}  // namespace symmetree
