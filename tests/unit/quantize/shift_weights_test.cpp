#include <gtest/gtest.h>

#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/formats/shift_levels.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

constexpr scheme_family families[] = {scheme_family::pot, scheme_family::post};

TEST(shift_levels, codes_are_the_nearest_level_of_all) {
    for (scheme_family family : families)
        for (int bits = 2; bits <= 7; ++bits) {
            const shift_levels levels(family, bits);
            const random_stream stream(1, "levels");
            for (std::uint64_t i = 0; i < 4000; ++i) {
                const double t = stream.normal(2 * i) * std::pow(2.0, -40 * stream.uniform(2 * i + 1));
                ASSERT_EQ(levels.code(t), naive::nearest_shift_code(t, family, bits)) << to_string(family) << bits << " t " << t;
            }
        }
}

TEST(shift_levels, every_code_stands_for_its_own_level) {
    for (scheme_family family : families)
        for (int bits = 2; bits <= 7; ++bits) {
            const shift_levels levels(family, bits);
            const int zero = (1 << (bits - 1)) - 1;
            EXPECT_EQ(levels.value(zero), 0);
            for (int code = 0; code < 1 << bits; ++code) {
                if (code == 2 * zero + 1) continue;  // the unused negative zero
                EXPECT_EQ(levels.code(levels.value(code)), code);
                EXPECT_NEAR(levels.value(code), naive::shift_value(code, family, bits), 1e-15);
            }
        }
}

TEST(shift_levels, ties_go_to_the_even_code) {
    const shift_levels pot(scheme_family::pot, 4);  // 1, 1/2, 1/4 .. 2^-6, 0
    EXPECT_EQ(pot.code(0.75), 0);                   // between e = 0 and 1
    EXPECT_EQ(pot.code(0.375), 2);                  // between e = 1 and 2
    EXPECT_EQ(pot.code(-0.375), 8 + 2);
    EXPECT_EQ(pot.code(0x1p-7), 6);  // between e = 6 and zero, whose code 7 is odd
    EXPECT_EQ(pot.code(0x1.fffffp-8), 7);
}

TEST(shift_levels, two_bits_are_ternary) {
    for (scheme_family family : families) {
        const shift_levels levels(family, 2);
        EXPECT_EQ(levels.code(5), 0);
        EXPECT_EQ(levels.code(-0.5), 2);
        EXPECT_EQ(levels.code(0.49), 1);
        EXPECT_EQ(levels.code(-0.49), 1);
        EXPECT_EQ(levels.value(0), 1);
        EXPECT_EQ(levels.value(2), -1);
        EXPECT_EQ(levels.value(1), 0);
    }
}

/// Every sum of two terms that a code of APoT names, as a list of its own: Li, Dong, Wang, ICLR 2020, times 2.
double apot_value(int code, int bits) {
    const int field = code & ((1 << (bits - 1)) - 1);
    const double first_of_4[] = {1, 0.5, 0.125, 0}, second_of_4[] = {0.25, 0};
    const double first_of_5[] = {1, 0.25, 0.0625, 0}, second_of_5[] = {0.5, 0.125, 0.03125, 0};
    const double size = bits == 4 ? first_of_4[field / 2] + second_of_4[field % 2] : first_of_5[field / 4] + second_of_5[field % 4];
    return code >> (bits - 1) ? -size : size;
}

TEST(shift_levels, of_apot_are_sums_of_two_terms_and_the_nearest_of_all) {
    for (const int bits : {4, 5}) {
        const shift_levels levels(scheme_family::apot, bits);
        const int zero = (1 << (bits - 1)) - 1;
        for (int code = 0; code < 1 << bits; ++code) {
            EXPECT_EQ(levels.value(code), apot_value(code, bits)) << code;
            if (code != 2 * zero + 1) EXPECT_EQ(levels.code(levels.value(code)), code);
        }
        const random_stream stream(1, "apot");
        for (std::uint64_t i = 0; i < 4000; ++i) {
            const double t = 2 * stream.normal(2 * i) * std::pow(2.0, -10 * stream.uniform(2 * i + 1));
            const int code = levels.code(t);
            for (int other = 0; other < 1 << bits; ++other)
                ASSERT_LE(std::fabs(t - apot_value(code, bits)), std::fabs(t - apot_value(other, bits))) << t;
        }
    }
    EXPECT_EQ(shift_levels(scheme_family::apot, 4).largest(), 1.25);
    EXPECT_EQ(shift_levels(scheme_family::apot, 5).largest(), 1.5);
}

TEST(shift_levels, ties_of_apot_go_to_the_even_or_else_the_smaller_code) {
    const shift_levels levels(scheme_family::apot, 4);  // 1.25, 1, 0.75, 0.5, 0.375, 0.25, 0.125, 0: codes 0 1 2 3 4 6 5 7
    EXPECT_EQ(levels.code(1.125), 0);
    EXPECT_EQ(levels.code(0.875), 2);
    EXPECT_EQ(levels.code(0.4375), 4);
    EXPECT_EQ(levels.code(0.3125), 4);  // 4 and 6
    EXPECT_EQ(levels.code(0.1875), 6);
    EXPECT_EQ(levels.code(0.0625), 5);  // 5 and 7
    EXPECT_EQ(levels.code(-0.3125), 8 + 4);
}

TEST(shift_weights, of_apot_take_the_best_of_a_hundred_steps) {
    for (const int bits : {4, 5}) {
        const std::vector<float> weights = random_weights({1, 300}, 5);
        scheme s;
        s.family = scheme_family::apot;
        s.weight_bits = bits;
        const quantized_weights q = quantize_weights(weights, 1, 300, s, 1);
        double largest = 0;
        for (const float w : weights) largest = std::max(largest, std::fabs(static_cast<double>(w)));
        const double most = largest / (bits == 4 ? 1.25 : 1.5);
        const shift_levels levels(scheme_family::apot, bits);
        double least = std::numeric_limits<double>::infinity(), best = 0;
        for (int j = 1; j <= 100; ++j) {
            const double step = most * j / 100;
            double error = 0;
            for (const float w : weights)
                error += std::pow(static_cast<double>(w) / step - levels.value(levels.code(static_cast<double>(w) / step)), 2);
            error *= step * step;
            if (error < least) best = step;
            least = std::min(least, error);
        }
        EXPECT_DOUBLE_EQ(q.step[0], best);
    }
}

TEST(shift_levels, even_exponents_of_post_are_powers_of_two) {
    const shift_levels post(scheme_family::post, 7);
    for (std::size_t e = 0; e < 62; e += 2) EXPECT_EQ(post.magnitude(e), std::pow(2.0, -static_cast<int>(e) / 2));
    EXPECT_DOUBLE_EQ(post.magnitude(1) * post.magnitude(1), 0.5);
}

TEST(shift_weights, equal_the_plain_loops) {
    for (scheme_family family : families)
        for (int bits : {2, 3, 4, 7})
            for (test_shape shape : test_shapes) {
                SCOPED_TRACE(std::string(to_string(family)) + std::to_string(bits) + " " + std::to_string(shape.rows) + "x" +
                             std::to_string(shape.columns));
                const std::vector<float> weights = random_weights(shape, 1);
                scheme s;
                s.family = family;
                s.weight_bits = bits;
                const quantized_weights q = quantize_weights(weights, shape.rows, shape.columns, s, 2);
                std::vector<double> steps;
                for (std::int64_t i = 0; i < shape.rows; ++i)
                    steps.push_back(naive::search_shift({weights.begin() + i * shape.columns, weights.begin() + (i + 1) * shape.columns},
                                                        family, bits));
                naive::fill_zero_steps(steps);
                EXPECT_EQ(q.step, steps);
                for (std::size_t e = 0; e < weights.size(); ++e)
                    ASSERT_EQ(q.codes[e],
                              naive::nearest_shift_code(
                                  static_cast<double>(weights[e]) / steps[e / static_cast<std::size_t>(shape.columns)], family, bits));
            }
}

TEST(shift_weights, values_follow_step_sign_and_exponent) {
    const quantized_weights q = quantize_weights({1, -0.5f, 0.25f, 0}, 1, 4, parse_scheme("pot:w4a4:g2"), 1);
    EXPECT_EQ(q.guard_bits, 2);
    EXPECT_EQ(dequantize(q), (std::vector<double>{1, -0.5, 0.25, 0}));
    EXPECT_EQ(q.error.mse, 0);
}

}  // namespace
}  // namespace symmetree
