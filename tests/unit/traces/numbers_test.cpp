#include "traces/numbers.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/random.h"

namespace symmetree {
namespace {

TEST(numbers, group_digits_by_three) {
    EXPECT_EQ(grouped(std::uint64_t{0}), "0");
    EXPECT_EQ(grouped(std::uint64_t{999}), "999");
    EXPECT_EQ(grouped(std::uint64_t{1000}), "1,000");
    EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
    EXPECT_EQ(grouped(-1234567.875, 2), "-1,234,567.88");
    EXPECT_EQ(grouped(1234.0, 0), "1,234");
}

TEST(numbers, too_small_for_their_column_are_not_shown_as_zero) {
    EXPECT_EQ(grouped(0.004, 2), "<0.01");
    EXPECT_EQ(grouped(-0.004, 2), ">-0.01");
    EXPECT_EQ(grouped(0.3, 0), "<1");
    EXPECT_EQ(grouped(0.0, 2), "0.00");
    EXPECT_EQ(grouped(0.006, 2), "0.01");
}

TEST(numbers, shortest_form_reads_back_to_the_same_bits) {
    const random_stream stream(11, "numbers_test");
    for (std::uint64_t i = 0; i < 20000; ++i) {
        const std::uint64_t bits = stream.word(i);
        double value = 0;
        static_assert(sizeof value == sizeof bits);
        __builtin_memcpy(&value, &bits, sizeof value);
        if (!std::isfinite(value)) continue;
        EXPECT_EQ(std::strtod(shortest(value).c_str(), nullptr), value) << shortest(value) << ", seed 11, index " << i;
    }
    EXPECT_EQ(shortest(0.1), "0.1");
    EXPECT_EQ(shortest(2), "2.0");
    EXPECT_EQ(shortest(-0.0), "-0.0");
    EXPECT_EQ(shortest(5e-324), "5e-324");
}

TEST(numbers, five_digits_for_the_largest_of_a_column) {
    EXPECT_EQ(decimals_for(12345), 0);
    EXPECT_EQ(decimals_for(9999.9), 1);
    EXPECT_EQ(decimals_for(1), 4);
    EXPECT_EQ(decimals_for(0.02), 6);
    EXPECT_EQ(decimals_for(1e9, 1), 1);
}

TEST(numbers, units_follow_the_largest_value) {
    EXPECT_STREQ(energy_scale(9999).unit, "pJ");
    EXPECT_STREQ(energy_scale(10000).unit, "nJ");
    EXPECT_EQ(energy_scale(2.5e7).text(2.5e7), "25.00");
    EXPECT_STREQ(area_scale(99999).unit, "um2");
    EXPECT_STREQ(area_scale(100000).unit, "mm2");
    EXPECT_EQ(count_scale(267.71e9).text(267.71e9), "267.71");
    EXPECT_STREQ(count_scale(267.71e9).unit, "G");
}

}  // namespace
}  // namespace symmetree
