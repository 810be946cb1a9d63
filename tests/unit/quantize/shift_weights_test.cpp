#include <gtest/gtest.h>

#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/quantize/shift_levels.h"

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
