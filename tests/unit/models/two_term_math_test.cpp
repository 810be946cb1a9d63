#include "models/shift_lut/two_term_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "models/shift_lut/shift_math.h"

namespace symmetree {
namespace {

TEST(apot_product, has_the_level_sets_of_the_published_code) {
    // Terms as that code lists them for 3 and 4 bits of magnitude; every sum of one of each, largest term scaled to 1.
    const struct {
        int bits;
        std::vector<double> first, second;
    } cases[] = {{4, {0, 0.5, 0.25, 0.0625}, {0, 0.125}}, {5, {0, 0.5, 0.125, 0.03125}, {0, 0.25, 0.0625, 0.015625}}};
    for (const auto& c : cases) {
        std::multiset<double> expected, got;
        for (const double a : c.first)
            for (const double b : c.second) expected.insert(2 * (a + b));
        for (std::uint32_t code = 0; code < (1u << (c.bits - 1)); ++code) got.insert(std::ldexp(apot_product(code, c.bits, 1, 6), -6));
        EXPECT_EQ(got, expected) << c.bits;
    }
}

TEST(apot_product, has_the_sign_of_both_operands_and_truncates_each_term) {
    for (int bits = 4; bits <= 5; ++bits)
        for (std::uint32_t code = 0; code < (1u << bits); ++code)
            for (int x = -255; x <= 255; ++x) {
                const std::int32_t size = apot_product(code & ~(1u << (bits - 1)), bits, std::abs(x), 4);
                ASSERT_EQ(apot_product(code, bits, x, 4), (code >> (bits - 1) != 0) != (x < 0) ? -size : size);
            }
    EXPECT_EQ(apot_product(0b0010, 4, 3, 0), 1 + 0);   // 3 / 2 and 3 / 4, each rounded down
    EXPECT_EQ(apot_product(0b00000, 5, 3, 0), 3 + 1);  // 3 and 3 / 2
    EXPECT_EQ(apot_product(0b01111, 5, 200, 4), 0);    // no term
}

TEST(two_sum_product, is_exact_with_all_its_fraction_bits) {
    for (int bits = 3; bits <= 7; ++bits)
        for (std::uint32_t code = 0; code < (1u << bits); ++code)
            for (const int x : {-255, -128, -3, 0, 1, 2, 77, 255}) {
                const int guard = (1 << (bits - 2)) - 1;
                const two_sum_product p = two_sum_product_of(code, bits, x, guard);
                const std::uint32_t zero = (1u << (bits - 1)) - 1, e = code & zero;
                const double sign = (code >> (bits - 1)) != 0 ? -1 : 1;
                const double even = e == zero || e % 2 != 0 ? 0 : sign * x * std::exp2(guard - int(e / 2));
                const double odd = e == zero || e % 2 == 0 ? 0 : sign * x * std::exp2(guard - int(e / 2));
                ASSERT_EQ(double(p.even), even);
                ASSERT_EQ(double(p.odd), odd);
            }
}

TEST(two_sum_product, of_even_exponents_is_the_table_forms_product) {
    for (std::uint32_t code = 0; code < 32; ++code)
        for (int x = -255; x <= 255; ++x)
            if (code % 2 == 0) ASSERT_EQ(two_sum_product_of(code, 5, x, 4).even, shift_product(true, code, 5, x, 4));
}

}  // namespace
}  // namespace symmetree
