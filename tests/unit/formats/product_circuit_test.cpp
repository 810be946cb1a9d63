#include "workloads/formats/product_circuit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace symmetree {
namespace {

__extension__ typedef __int128 wide;

/// n is f * 2^(-e/2) rounded to the nearest integer, told from squares: (2n - 1)^2 2^e < (2f)^2 < (2n + 1)^2 2^e.
bool is_nearest(std::int64_t n, std::int64_t f, int e) {
    const wide middle = wide{4} * f * f;
    const bool above = n == 0 || (wide{2 * n - 1} * (2 * n - 1) << e) < middle;
    return above && middle < (wide{2 * n + 1} * (2 * n + 1) << e);
}

TEST(shifted_magnitude, is_exact_for_every_code_magnitude_and_guard) {
    for (int b = 2; b <= 7; ++b)
        for (int guard = 0; guard <= 7; ++guard)
            for (int magnitude = 0; magnitude <= 255; ++magnitude)
                for (int e = 0; e < (1 << (b - 1)) - 1; ++e) {
                    const std::int64_t fixed = std::int64_t{magnitude} << guard;
                    const auto where = [&] {
                        return "b " + std::to_string(b) + " g " + std::to_string(guard) + " x " + std::to_string(magnitude) + " e " +
                               std::to_string(e);
                    };
                    ASSERT_EQ(shifted_magnitude(false, magnitude, e, guard), std::int64_t(std::floor(std::ldexp(double(fixed), -e))))
                        << where();
                    const std::int64_t post = shifted_magnitude(true, magnitude, e, guard);
                    if (e % 2 == 0) {
                        ASSERT_EQ(post, std::int64_t(std::floor(std::ldexp(double(fixed), -e / 2)))) << where();
                    } else {
                        ASSERT_TRUE(is_nearest(post, fixed, e)) << where() << " gives " << post;
                        ASSERT_EQ(post, std::llrint(static_cast<long double>(fixed) * std::exp2(-0.5L * e))) << where();
                    }
                }
}

TEST(shift_product, has_the_sign_of_both_operands_and_a_zero_code) {
    for (const bool post : {false, true})
        for (int b = 2; b <= 7; ++b) {
            const std::uint32_t sign = 1u << (b - 1), zero = sign - 1;
            for (const int x : {-128, -127, -3, -1, 0, 1, 2, 127, 255}) {
                EXPECT_EQ(shift_product(post, zero, b, x, 4), 0);
                EXPECT_EQ(shift_product(post, sign | zero, b, x, 4), 0);
                for (std::uint32_t e = 0; e < zero; ++e) {
                    const std::int32_t size = shifted_magnitude(post, std::abs(x), int(e), 4);
                    ASSERT_EQ(shift_product(post, e, b, x, 4), x < 0 ? -size : size);
                    ASSERT_EQ(shift_product(post, sign | e, b, x, 4), x < 0 ? size : -size);
                }
            }
        }
}

TEST(shift_product, of_a_weight_of_one_is_the_activation) {
    for (const bool post : {false, true})
        for (int guard = 0; guard <= 7; ++guard) EXPECT_EQ(shift_product(post, 0, 4, -77, guard), -77 * (1 << guard));
}

TEST(shift_product, without_guard_bits_truncates_towards_zero_in_magnitude) {
    EXPECT_EQ(shift_product(false, 1, 4, 5, 0), 2);
    EXPECT_EQ(shift_product(false, 1, 4, -5, 0), -2);
    EXPECT_EQ(shift_product(true, 2, 4, -5, 0), -2);
    EXPECT_EQ(shift_product(true, 1, 4, 5, 0), 4);  // 3.54
}

TEST(shared_word, is_the_rounded_product_by_the_first_odd_power_cut_by_a_shift) {
    for (int guard = 0; guard <= 7; ++guard)
        for (int magnitude = 0; magnitude <= 255; ++magnitude) {
            const std::int64_t fixed = std::int64_t{magnitude} << guard, word = shared_word_magnitude(magnitude, 1, guard);
            ASSERT_TRUE(is_nearest(word, fixed, 1)) << guard << " " << magnitude;
            for (int e = 0; e < 63; ++e)
                ASSERT_EQ(shared_word_magnitude(magnitude, e, guard),
                          std::int64_t(std::floor(std::ldexp(double(e % 2 == 0 ? fixed : word), -(e / 2)))))
                    << guard << " " << magnitude << " " << e;
        }
}

// docs/numerics.md, "Odd products of POST": less than one unit below the exact product, and above it by half of the word's last bit at
// most.
TEST(shared_word, keeps_the_error_bound_of_its_definition) {
    for (int guard = 0; guard <= 7; ++guard)
        for (int e = 1; e < 63; e += 2) {
            const double half_a_word = std::ldexp(0.5, -(e / 2));
            for (int magnitude = 0; magnitude <= 255; ++magnitude) {
                const auto exact = static_cast<double>(std::ldexp(static_cast<long double>(magnitude), guard) * std::exp2(-0.5L * e));
                const double error = shared_word_magnitude(magnitude, e, guard) - exact;
                ASSERT_LE(error, half_a_word) << guard << " " << e << " " << magnitude;
                ASSERT_GT(error, half_a_word - 1) << guard << " " << e << " " << magnitude;
            }
        }
}

TEST(shared_word, product_has_the_sign_of_both_operands_and_a_zero_code) {
    for (int b = 2; b <= 7; ++b) {
        const std::uint32_t sign = 1u << (b - 1), zero = sign - 1;
        for (const int x : {-128, -3, 0, 1, 255}) {
            EXPECT_EQ(shared_word_product(zero, b, x, 4), 0);
            EXPECT_EQ(shared_word_product(sign | zero, b, x, 4), 0);
            for (std::uint32_t e = 0; e < zero; ++e) {
                const std::int32_t size = shared_word_magnitude(std::abs(x), int(e), 4);
                ASSERT_EQ(shared_word_product(e, b, x, 4), x < 0 ? -size : size);
                ASSERT_EQ(shared_word_product(sign | e, b, x, 4), x < 0 ? size : -size);
            }
        }
    }
}

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

std::int32_t product_of(product_circuit circuit, std::uint32_t code, int bits, std::int32_t x, int guard) {
    const std::int32_t product = circuit_product(circuit, code, bits, x, guard, odd_products::each_rounded);
    if (!has_odd_products(circuit)) EXPECT_EQ(circuit_product(circuit, code, bits, x, guard, odd_products::shared_word), product);
    return product;
}

TEST(circuit_product, of_multipliers_reads_the_lowest_bits_as_two_s_complement) {
    for (int bits = 2; bits <= 8; ++bits)
        for (int code = -(1 << (bits - 1)); code < 1 << (bits - 1); ++code)
            for (const int x : {-128, -1, 0, 1, 255}) {
                ASSERT_EQ(product_of(product_circuit::multiplier, static_cast<std::uint32_t>(code), bits, x, 0), code * x);
                ASSERT_EQ(product_of(product_circuit::multiplier, static_cast<std::uint32_t>(code) & ((1u << bits) - 1), bits, x, 7),
                          code * x);
            }
}

TEST(circuit_product, of_shift_circuits_is_the_product_of_their_codes) {
    for (std::uint32_t code = 0; code < 32; ++code)
        for (int x = -16; x < 16; ++x) {
            EXPECT_EQ(product_of(product_circuit::pot, code, 5, x, 3), shift_product(false, code, 5, x, 3));
            EXPECT_EQ(product_of(product_circuit::post, code, 5, x, 3), shift_product(true, code, 5, x, 3));
            EXPECT_EQ(circuit_product(product_circuit::post, code, 5, x, 3, odd_products::shared_word), shared_word_product(code, 5, x, 3));
            EXPECT_EQ(product_of(product_circuit::apot, code, 5, x, 3), apot_product(code, 5, x, 3));
        }
}

}  // namespace
}  // namespace symmetree
