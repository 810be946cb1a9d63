#include <gtest/gtest.h>

#include "core/error.h"
#include "expect_equal_products.h"
#include "random_operands.h"

namespace symmetree {
namespace {

int any_zero_point(random_operands& random, int bits) {
    return random.one_of({0, -(1 << (bits - 1)), (1 << (bits - 1)) - 1, random.between(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)});
}

quantized_weights any_uniform(random_operands& random, const operand_sizes& sizes, int bits) {
    quantized_weights w = random.uniform(sizes.rows, sizes.columns, bits);
    const int kind = random.between(0, 2);
    if (kind == 1) random.add_zero_points(w);
    if (kind == 2) random.add_outliers(w, random.between(2, 8));
    return w;
}

class uniform_widths : public ::testing::TestWithParam<std::tuple<int, int>> {};

TEST_P(uniform_widths, equal_the_naive_loops_on_random_layers) {
    const auto [weight_bits, activation_bits] = GetParam();
    const auto seed = static_cast<std::uint32_t>(100 * weight_bits + activation_bits);
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_operands random(seed);
    for (int round = 0; round < 24 && !HasFatalFailure(); ++round) {
        const layer l = random.any_layer();
        const operand_sizes sizes = sizes_of(l);
        const quantized_weights w = any_uniform(random, sizes, weight_bits);
        expect_equal_products(l, w, random.activations(sizes.inputs, activation_bits, any_zero_point(random, activation_bits)));
    }
}

std::string name_of_widths(const ::testing::TestParamInfo<std::tuple<int, int>>& widths) {
    const auto [weight_bits, activation_bits] = widths.param;
    return "w" + std::to_string(weight_bits) + "a" + std::to_string(activation_bits);
}

INSTANTIATE_TEST_SUITE_P(all, uniform_widths, ::testing::Combine(::testing::Range(2, 9), ::testing::Range(2, 9)), name_of_widths);

TEST(uniform_product, meets_unsigned_activations_of_eight_bits) {
    random_operands random(3);
    const layer l = linear_layer(19, 71, 23);
    expect_equal_products(l, random.uniform(23, 71, 8), random.magnitudes(19 * 71, 8, true));
}

TEST(uniform_product, has_padding_that_counts_as_nothing) {
    random_operands random(4);
    conv_shape s;
    s.in_channels = s.out_channels = 4;
    s.in_height = s.in_width = 5;
    s.kernel_height = s.kernel_width = 3;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 2;
    const layer l = layer_of("padded", s);
    quantized_activations all_zero = random.activations(sizes_of(l).inputs, 4, -8);
    for (auto& code : all_zero.codes) code = -8;
    quantized_weights w = random.uniform(4, 36, 4);
    random.add_zero_points(w);
    for (const std::int32_t sum : reference_product(l, w, all_zero).accumulators) EXPECT_EQ(sum, 0);
}

TEST(uniform_product, adds_outliers_at_every_shift) {
    random_operands random(5);
    for (int shift = 0; shift <= 7; ++shift) {
        quantized_weights w = random.uniform(37, 53, 8);
        random.add_outliers(w, 8);
        for (auto& u : w.outlier_shift) u = static_cast<std::uint8_t>(shift);
        expect_equal_products(linear_layer(11, 53, 37), w, random.activations(11 * 53, 8, -128));
    }
}

// Neighbouring products all at one end: 16-bit pair sums would saturate where the CPU adds them so.
TEST(uniform_product, does_not_saturate_with_all_operands_at_their_extremes) {
    constexpr int inputs = 4608;
    random_operands random(6);
    for (const int weight : {-128, 127})
        for (const int activation : {-128, 127})
            for (const int zero_point : {-128, 0, 127}) {
                quantized_weights w = random.uniform(17, inputs, 8);
                quantized_activations x = random.activations(9 * inputs, 8, zero_point);
                for (auto& code : w.codes) code = static_cast<std::int8_t>(weight);
                for (auto& code : x.codes) code = static_cast<std::int16_t>(activation);
                w.codes[0] = static_cast<std::int8_t>(-1 - weight);  // keeps the range of the codes at its widest
                expect_equal_products(linear_layer(9, inputs, 17), w, x);
            }
}

// More inputs than one 32-bit product of extreme codes may have; the result itself fits.
TEST(uniform_product, is_exact_where_partial_sums_would_leave_32_bits) {
    constexpr int inputs = 180001;
    random_operands random(7);
    quantized_weights w = random.uniform(5, inputs, 8);
    quantized_activations x = random.activations(3 * inputs, 8, 0);
    for (std::size_t i = 0; i < w.codes.size(); ++i) w.codes[i] = i % inputs < inputs / 2 ? 127 : -128;
    for (auto& code : x.codes) code = 127;
    expect_equal_products(linear_layer(3, inputs, 5), w, x);
}

TEST(uniform_product, refuses_an_accumulator_beyond_32_bits) {
    constexpr int inputs = 140000;
    random_operands random(8);
    quantized_weights w = random.uniform(4, inputs, 8);
    quantized_activations x = random.activations(2 * inputs, 8, 0);
    for (auto& code : w.codes) code = -128;
    for (auto& code : x.codes) code = -128;
    EXPECT_THROW(reference_product(linear_layer(2, inputs, 4), w, x), model_fault);
}

TEST(uniform_product, refuses_operands_of_another_shape_or_range) {
    random_operands random(9);
    const layer l = linear_layer(3, 5, 4);
    const quantized_weights w = random.uniform(4, 5, 4);
    quantized_activations x = random.activations(15, 4, 0);
    EXPECT_THROW(reference_product(l, random.uniform(5, 5, 4), x), model_fault);
    EXPECT_THROW(reference_product(l, w, random.activations(16, 4, 0)), model_fault);
    x.codes[7] = 8;
    EXPECT_THROW(reference_product(l, w, x), model_fault);
    quantized_weights misplaced = w;
    misplaced.outliers.push_back({4, 0, 1});
    EXPECT_THROW(reference_product(l, misplaced, random.activations(15, 4, 0)), model_fault);
}

}  // namespace
}  // namespace symmetree
