#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

quantized_weights fit(const std::vector<float>& weights, std::int64_t rows, const std::string& text, int threads = 1) {
    return quantize_weights(weights, rows, static_cast<std::int64_t>(weights.size()) / rows, parse_scheme(text), threads);
}

std::vector<int> codes_of(const quantized_weights& q) { return {q.codes.begin(), q.codes.end()}; }

TEST(uniform_weights, equal_the_plain_loops) {
    for (const char* family : {"symq", "asymq"})
        for (int bits : {2, 3, 4, 8})
            for (const char* options : {"", ":minmax", ":truncate", ":tensor", ":tensor:minmax:truncate"}) {
                const std::string text = std::string(family) + ":w" + std::to_string(bits) + "a4" + options;
                for (test_shape shape : test_shapes) {
                    SCOPED_TRACE(text + " " + std::to_string(shape.rows) + "x" + std::to_string(shape.columns) + " seed 1");
                    const std::vector<float> weights = random_weights(shape, 1);
                    const quantized_weights q = quantize_weights(weights, shape.rows, shape.columns, parse_scheme(text), 2);
                    const quantized_weights expected = naive::fit_uniform(weights, shape.rows, shape.columns, parse_scheme(text));
                    EXPECT_EQ(q.step, expected.step);
                    EXPECT_EQ(q.codes, expected.codes);
                    for (std::size_t i = 0; i < expected.zero_point.size(); ++i)
                        EXPECT_EQ(q.zero_point.empty() ? 0 : q.zero_point[i], expected.zero_point[i]);
                }
            }
}

TEST(uniform_weights, min_max_of_symq_gives_the_largest_weight_the_largest_code) {
    const quantized_weights q = fit({7, -3.5f, 0.5f, 1.5f, -0.5f, -7}, 1, "symq:w4a4:minmax");
    EXPECT_EQ(q.step, std::vector<double>{1});
    EXPECT_EQ(codes_of(q), (std::vector<int>{7, -4, 0, 2, 0, -7}));  // halves to even
    EXPECT_TRUE(q.zero_point.empty());
}

TEST(uniform_weights, truncation_drops_the_fraction) {
    EXPECT_EQ(codes_of(fit({7, -3.5f, 0.9f, 1.5f, -0.9f, -7}, 1, "symq:w4a4:minmax:truncate")), (std::vector<int>{7, -3, 0, 1, 0, -7}));
}

TEST(uniform_weights, min_max_of_asymq_uses_all_codes) {
    const quantized_weights q = fit({-1, 14, 0, 2.5f}, 1, "asymq:w4a4:minmax");
    EXPECT_EQ(q.step, std::vector<double>{1});
    EXPECT_EQ(q.zero_point, std::vector<std::int16_t>{-7});
    EXPECT_EQ(codes_of(q), (std::vector<int>{-8, 7, -7, -5}));
}

TEST(uniform_weights, asymq_ranges_always_hold_zero) {
    const quantized_weights q = fit({5, 10, 15, -5, -10, -15}, 2, "asymq:w4a4:minmax");
    EXPECT_EQ(q.zero_point, (std::vector<std::int16_t>{-8, 7}));
    EXPECT_EQ(codes_of(q), (std::vector<int>{-3, 2, 7, 2, -3, -8}));
    EXPECT_EQ(q.error.max_abs, 0);
}

TEST(uniform_weights, a_zero_channel_takes_the_smallest_step_of_the_layer) {
    for (const char* text : {"symq:w4a4", "asymq:w4a4", "symq:w4a4:minmax", "asymq:w4a4:minmax"}) {
        const quantized_weights q = fit({7, -7, 0, 0, 3.5f, -3.5f}, 3, text);
        EXPECT_GT(q.step[1], 0) << text;
        EXPECT_EQ(q.step[1], q.step[2]) << text;
        EXPECT_LT(q.step[1], q.step[0]) << text;
    }
}

TEST(uniform_weights, a_layer_of_zeros_has_step_one_and_no_error) {
    for (const char* text : {"symq:w4a4", "asymq:w4a4", "dasq:p50", "pot", "post", "symq:tensor"}) {
        const quantized_weights q = fit(std::vector<float>(6, 0.0f), 2, text);
        EXPECT_EQ(q.step, (std::vector<double>{1, 1})) << text;
        EXPECT_EQ(q.error.mse, 0) << text;
        EXPECT_EQ(q.error.sqnr_db, 300) << text;
        for (double v : dequantize(q)) EXPECT_EQ(v, 0) << text;
    }
}

TEST(uniform_weights, constant_channels_are_finite_and_exact_by_asymq) {
    for (float value : {3.0f, -3.0f, 1e-40f, 3e38f}) {
        const quantized_weights q = fit(std::vector<float>(5, value), 1, "asymq:w4a4:minmax");
        EXPECT_TRUE(std::isfinite(q.step[0]) && q.step[0] > 0);
        EXPECT_NEAR(dequantize(q)[0] / static_cast<double>(value), 1, 1e-15);
    }
}

TEST(uniform_weights, the_search_is_never_worse_than_min_max) {
    for (test_shape shape : test_shapes)
        for (const char* family : {"symq:w3a4", "asymq:w3a4", "symq:w3a4:tensor"}) {
            const std::vector<float> weights = random_weights(shape, 2);
            const scheme s = parse_scheme(family);
            const double searched = quantize_weights(weights, shape.rows, shape.columns, s, 1).error.mse;
            scheme plain = s;
            plain.uniform.range = range_method::min_max;
            EXPECT_LE(searched, quantize_weights(weights, shape.rows, shape.columns, plain, 1).error.mse * (1 + 1e-12) + 1e-30);
        }
}

TEST(uniform_weights, every_scheme_is_independent_of_the_thread_count) {
    for (const char* text : {"symq:w4a4", "asymq:w3a4", "symq:w3a3:tensor", "dasq:w3a3:sw4:p95", "pot", "post"}) {
        const std::vector<float> weights = random_weights({150, 67}, 5);
        const quantized_weights one = fit(weights, 150, text, 1);
        for (int threads : {0, 2, 3, 8}) {
            const quantized_weights more = fit(weights, 150, text, threads);
            EXPECT_EQ(more.codes, one.codes) << text;
            EXPECT_EQ(more.step, one.step) << text;
            EXPECT_EQ(more.outlier_shift, one.outlier_shift) << text;
            EXPECT_EQ(more.error.mse, one.error.mse) << text;
            EXPECT_EQ(more.error.cosine, one.error.cosine) << text;
        }
    }
}

TEST(uniform_weights, wrong_shapes_and_numbers_are_the_callers_fault) {
    EXPECT_THROW(quantize_weights({1, 2, 3}, 2, 2, {}, 1), model_fault);
    EXPECT_THROW(quantize_weights({1, NAN}, 1, 2, {}, 1), model_fault);
    EXPECT_THROW(quantize_weights({1, INFINITY}, 1, 2, {}, 1), model_fault);
}

TEST(uniform_weights, a_width_that_the_format_lacks_is_the_users) {
    scheme s;
    s.family = scheme_family::post;
    s.weight_bits = 8;
    EXPECT_THROW(quantize_weights({1, 2}, 1, 2, s, 1), input_error);
}

TEST(uniform_weights, an_empty_layer_stays_empty) {
    for (const char* text : {"symq", "asymq:tensor", "dasq", "pot"})
        EXPECT_TRUE(quantize_weights({}, 0, 5, parse_scheme(text), 2).codes.empty());
}

}  // namespace
}  // namespace symmetree
