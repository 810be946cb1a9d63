#include "models/shift_lut/two_term_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "workloads/formats/product_circuit.h"

namespace symmetree {
namespace {

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
