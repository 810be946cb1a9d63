#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

std::vector<float> inputs(activation_class input, std::int64_t count) {
    std::vector<float> x = random_weights({1, count}, 6);
    for (float& v : x) {
        if (input == activation_class::relu) v = std::max(v, 0.0f);
        if (input == activation_class::gelu) v = std::max(v, -0.17f);
    }
    return x;
}

std::vector<int> codes_of(const quantized_activations& q) { return {q.codes.begin(), q.codes.end()}; }

quantized_activations min_max(const std::vector<float>& x, activation_class input, activation_coding coding) {
    return quantize_activations(x, 4, range_method::min_max, input, coding);
}

TEST(activations, of_relu_use_all_codes_above_the_least) {
    const quantized_activations q = min_max({0, 15, 2.5f, 3.5f, -1}, activation_class::relu, activation_coding::signed_zero_point);
    EXPECT_EQ(q.zero_point, -8);
    EXPECT_EQ(q.step, 1);
    EXPECT_EQ(codes_of(q), (std::vector<int>{-8, 7, -6, -4, -8}));
}

TEST(activations, of_gelu_take_their_zero_point_from_the_range) {
    const quantized_activations q = min_max({-2, 13, 0}, activation_class::gelu, activation_coding::signed_zero_point);
    EXPECT_EQ(q.zero_point, -6);
    EXPECT_EQ(codes_of(q), (std::vector<int>{-8, 7, -6}));
}

TEST(activations, of_dense_layers_and_of_attention_have_no_zero_point) {
    for (auto [input, coding] : {std::pair{activation_class::dense, activation_coding::signed_zero_point},
                                 std::pair{activation_class::dense, activation_coding::signed_symmetric},
                                 std::pair{activation_class::gelu, activation_coding::signed_symmetric}}) {
        const quantized_activations q = min_max({-7, 3.5f, 2}, input, coding);
        EXPECT_EQ(q.zero_point, 0);
        EXPECT_EQ(codes_of(q), (std::vector<int>{-7, 4, 2}));
    }
}

TEST(activations, of_shift_layers_are_unsigned_after_relu) {
    const quantized_activations q = min_max({0, 15, 2.5f, -3}, activation_class::relu, activation_coding::unsigned_or_sign_magnitude);
    EXPECT_TRUE(q.is_unsigned && !q.sign_magnitude);
    EXPECT_EQ(q.zero_point, 0);
    EXPECT_EQ(codes_of(q), (std::vector<int>{0, 15, 2, 0}));
}

TEST(activations, of_shift_layers_are_sign_and_magnitude_elsewhere) {
    for (activation_class input : {activation_class::dense, activation_class::gelu})
        for (range_method range : {range_method::mse, range_method::min_max}) {
            const quantized_activations q =
                quantize_activations(inputs(input, 500), 3, range, input, activation_coding::unsigned_or_sign_magnitude);
            EXPECT_TRUE(q.sign_magnitude && !q.is_unsigned);
            EXPECT_EQ(q.zero_point, 0);
            for (int code : q.codes) EXPECT_LE(std::abs(code), 3);
        }
}

TEST(activations, equal_the_plain_loops) {
    for (activation_class input : {activation_class::relu, activation_class::gelu, activation_class::dense})
        for (int bits : {2, 4, 8})
            for (std::int64_t count : {1, 8, 131, 1000}) {
                const std::vector<float> x = inputs(input, count);
                const quantized_activations q =
                    quantize_activations(x, bits, range_method::mse, input, activation_coding::signed_zero_point);
                const quantized_activations plain =
                    quantize_activations(x, bits, range_method::min_max, input, activation_coding::signed_zero_point);
                const std::vector<double> values(x.begin(), x.end());
                const naive::bounds range{q.least() - q.zero_point, q.greatest() - q.zero_point};
                if (naive::largest_magnitude(values) == 0) continue;
                EXPECT_EQ(q.zero_point, plain.zero_point);
                EXPECT_EQ(q.step, naive::search(values, plain.step, range, false));
                EXPECT_LE(q.error.mse, plain.error.mse * (1 + 1e-12) + 1e-30);
                for (std::size_t i = 0; i < x.size(); ++i)
                    ASSERT_EQ(q.codes[i], naive::coded(values[i] / q.step, range, false) + q.zero_point);
            }
}

TEST(activations, codes_stay_in_range) {
    for (activation_class input : {activation_class::relu, activation_class::gelu, activation_class::dense})
        for (activation_coding coding :
             {activation_coding::signed_zero_point, activation_coding::unsigned_or_sign_magnitude, activation_coding::signed_symmetric})
            for (int bits = 2; bits <= 8; ++bits) {
                const quantized_activations q =
                    quantize_activations(inputs(activation_class::dense, 300), bits, range_method::mse, input, coding);
                for (int code : q.codes) {
                    ASSERT_GE(code, q.least());
                    ASSERT_LE(code, q.greatest());
                }
            }
}

TEST(activations, without_any_range_are_exact_zeros) {
    for (activation_class input : {activation_class::relu, activation_class::gelu, activation_class::dense})
        for (activation_coding coding :
             {activation_coding::signed_zero_point, activation_coding::unsigned_or_sign_magnitude, activation_coding::signed_symmetric})
            for (const std::vector<float>& x : {std::vector<float>(5, 0.0f), std::vector<float>{}}) {
                const quantized_activations q = quantize_activations(x, 4, range_method::mse, input, coding);
                EXPECT_EQ(q.step, 1);
                EXPECT_EQ(q.error.mse, 0);
                for (int code : q.codes) EXPECT_EQ(code, q.zero_point);
            }
}

TEST(activations, a_constant_is_representable) {
    const quantized_activations q = min_max(std::vector<float>(4, 3.0f), activation_class::gelu, activation_coding::signed_zero_point);
    EXPECT_EQ(q.zero_point, -8);
    EXPECT_NEAR(q.error.max_abs, 0, 1e-15);
}

TEST(activations, wrong_widths_and_numbers_are_the_callers_fault) {
    EXPECT_THROW(quantize_activations({1}, 9, range_method::mse, activation_class::dense, activation_coding::signed_symmetric),
                 model_fault);
    EXPECT_THROW(quantize_activations({NAN}, 4, range_method::mse, activation_class::dense, activation_coding::signed_symmetric),
                 model_fault);
}

}  // namespace
}  // namespace symmetree
