#include "reference/shift_product.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "expect_equal_products.h"
#include "random_operands.h"

namespace symmetree {
namespace {

class shift_widths : public ::testing::TestWithParam<std::tuple<scheme_family, int, int>> {};

TEST_P(shift_widths, equal_the_naive_loops_on_random_layers) {
    const auto [family, weight_bits, guard_bits] = GetParam();
    const auto seed = static_cast<std::uint32_t>(1000 + 10 * weight_bits + guard_bits);
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_operands random(seed);
    for (int activation_bits = 2; activation_bits <= 8; ++activation_bits)
        for (const bool is_unsigned : {false, true}) {
            const layer l = random.any_layer();
            const operand_sizes sizes = sizes_of(l);
            quantized_weights w = random.shifts(sizes.rows, sizes.columns, family, weight_bits, guard_bits);
            expect_equal_products(l, w, random.magnitudes(sizes.inputs, activation_bits, is_unsigned));
            if (!has_arithmetic_error(w)) continue;
            w.odd = odd_products::shared_word;
            expect_equal_products(l, w, random.magnitudes(sizes.inputs, activation_bits, is_unsigned));
            if (HasFatalFailure()) return;
        }
}

std::string name_of_widths(const ::testing::TestParamInfo<std::tuple<scheme_family, int, int>>& widths) {
    const auto [family, weight_bits, guard_bits] = widths.param;
    return std::string(to_string(family)) + "_b" + std::to_string(weight_bits) + "_g" + std::to_string(guard_bits);
}

INSTANTIATE_TEST_SUITE_P(all, shift_widths,
                         ::testing::Combine(::testing::Values(scheme_family::pot, scheme_family::post), ::testing::Range(2, 8),
                                            ::testing::Range(0, 8)),
                         name_of_widths);
INSTANTIATE_TEST_SUITE_P(of_two_terms, shift_widths,
                         ::testing::Combine(::testing::Values(scheme_family::apot), ::testing::Values(4, 5), ::testing::Range(0, 8)),
                         name_of_widths);

// 255 << 7 is the one product that needs a third digit of base 256.
TEST(shift_product, holds_the_greatest_product) {
    random_operands random(11);
    for (const auto family : {scheme_family::pot, scheme_family::post}) {
        const layer l = linear_layer(13, 127, 11);
        const quantized_weights w = random.shifts(11, 127, family, 7, 7);
        quantized_activations x = random.magnitudes(13 * 127, 8, true);
        for (auto& code : x.codes) code = 255;
        expect_equal_products(l, w, x);
    }
}

TEST(shift_product, does_not_saturate_with_all_operands_at_their_extremes) {
    constexpr int inputs = 4608;
    random_operands random(12);
    for (const int code : {0, 8, 1, 9, 7}) {  // + 1, - 1, + and - sqrt(1/2), zero
        quantized_weights w = random.shifts(7, inputs, scheme_family::post, 4, 7);
        quantized_activations x = random.magnitudes(5 * inputs, 8, true);
        for (auto& c : w.codes) c = static_cast<std::int8_t>(code);
        for (auto& c : x.codes) c = 255;
        expect_equal_products(linear_layer(5, inputs, 7), w, x);
    }
}

// Long enough for the collected levels to be taken out of their 32 bits half-way.
TEST(shift_product, is_exact_with_many_inputs_and_levels) {
    constexpr int inputs = 150001;
    random_operands random(13);
    const quantized_weights w = random.shifts(3, inputs, scheme_family::post, 7, 3);
    expect_equal_products(linear_layer(2, inputs, 3), w, random.magnitudes(2 * inputs, 8, false));
}

TEST(shift_levels, keep_zero_at_zero_and_mirror_the_sign) {
    quantized_weights w;
    w.family = scheme_family::post;
    w.bits = 5;
    w.guard_bits = 4;
    const level_values levels = shift_levels(w, -127, 127);
    ASSERT_EQ(levels.size(), 15u);
    for (const auto& level : levels)
        for (int x = 0; x <= 127; ++x) EXPECT_EQ(level[127 + x], -level[127 - x]);
    EXPECT_EQ(levels[1][127 + 5], 57);  // 80 / sqrt(2) = 56.57
    EXPECT_EQ(levels[2][127 + 5], 40);
    EXPECT_EQ(levels[3][127 + 5], 28);  // 28.28
    EXPECT_EQ(levels[10][127 + 5], 2);  // 80 >> 5 = 2.5, cut
}

quantized_weights post_weights(random_operands& random, int bits, int guard_bits) {
    return random.shifts(64, 576, scheme_family::post, bits, guard_bits);
}

double sqnr(int bits, int guard_bits) {
    random_operands random(14);
    const layer l = linear_layer(48, 576, 64);
    const quantized_weights w = post_weights(random, bits, guard_bits);
    const quantized_activations x = random.magnitudes(48 * 576, bits, true);
    return post_arithmetic_sqnr_db(l, w, x, reference_product(l, w, x).accumulators);
}

// The bands are no published figures: they were computed for uniform random codes and are kept wide.
TEST(post_arithmetic, loses_much_without_guard_bits_and_little_with_four) {
    for (const int bits : {3, 4}) {
        EXPECT_GT(sqnr(bits, 0), 5) << bits;
        EXPECT_LT(sqnr(bits, 0), 26) << bits;
        EXPECT_GT(sqnr(bits, 4), 35) << bits;
        EXPECT_LT(sqnr(bits, 4), 60) << bits;
    }
}

TEST(post_arithmetic, gains_about_six_decibels_per_guard_bit) {
    for (int guard_bits = 1; guard_bits <= 7; ++guard_bits) {
        const double gain = sqnr(4, guard_bits) - sqnr(4, guard_bits - 1);
        EXPECT_GT(gain, 2) << guard_bits;
        EXPECT_LT(gain, 14) << guard_bits;
    }
}

// By hand: 3 and -5 times 1, sqrt(1/2), 1/2, zero; g = 1.
TEST(post_arithmetic, is_the_ratio_of_exact_power_to_error_power) {
    const layer l = linear_layer(2, 1, 4);
    quantized_weights w;
    w.family = scheme_family::post;
    w.bits = 3;
    w.guard_bits = 1;
    w.rows = 4;
    w.columns = 1;
    w.codes = {0, 1, 2, 3};
    quantized_activations x;
    x.sign_magnitude = true;
    x.codes = {3, -5};
    const std::vector<std::int32_t> accumulators = {6, -10, 4, -7, 3, -5, 0, 0};
    EXPECT_EQ(reference_product(l, w, x).accumulators, accumulators);
    const double first = 6 / std::sqrt(2.0), second = -10 / std::sqrt(2.0);
    const double noise = (4 - first) * (4 - first) + (-7 - second) * (-7 - second);
    EXPECT_NEAR(post_arithmetic_sqnr_db(l, w, x, accumulators), 10 * std::log10((36 + 100 + 18 + 50 + 9 + 25) / noise), 1e-9);
}

TEST(post_arithmetic, is_exact_at_even_exponents_with_enough_guard_bits) {
    random_operands random(15);
    const layer l = linear_layer(7, 33, 9);
    quantized_weights w = random.shifts(9, 33, scheme_family::post, 4, 3);
    for (auto& code : w.codes) code = static_cast<std::int8_t>(code & ~1);
    const quantized_activations x = random.magnitudes(7 * 33, 4, false);
    EXPECT_EQ(post_arithmetic_sqnr_db(l, w, x, reference_product(l, w, x).accumulators), 300);
}

TEST(post_arithmetic, is_refused_for_other_families) {
    random_operands random(16);
    const layer l = linear_layer(2, 3, 4);
    const quantized_weights w = random.shifts(4, 3, scheme_family::pot, 4, 4);
    const quantized_activations x = random.magnitudes(6, 4, true);
    EXPECT_THROW(post_arithmetic_sqnr_db(l, w, x, reference_product(l, w, x).accumulators), model_fault);
}

}  // namespace
}  // namespace symmetree
