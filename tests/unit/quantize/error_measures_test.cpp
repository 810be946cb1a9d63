#include "workloads/quantize/error_measures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "random_weights.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

quantization_error measured(std::vector<double> exact, std::vector<double> approximate) {
    error_sums sums;
    for (std::size_t i = 0; i < exact.size(); ++i) sums.add(exact[i], approximate[i]);
    return sums.measures();
}

TEST(error_measures, follow_their_definitions) {
    const quantization_error e = measured({3, 4}, {3, 3});
    EXPECT_DOUBLE_EQ(e.mse, 0.5);
    EXPECT_DOUBLE_EQ(e.max_abs, 1);
    EXPECT_NEAR(e.sqnr_db, 10 * std::log10(25.0), 1e-12);
    EXPECT_NEAR(e.cosine, 21 / (5 * std::sqrt(18.0)), 1e-15);
}

TEST(error_measures, have_values_at_the_edges) {
    EXPECT_EQ(measured({1, 2}, {1, 2}).sqnr_db, 300);
    EXPECT_EQ(measured({0, 0}, {0, 0}).cosine, 1);
    EXPECT_EQ(measured({1, 2}, {0, 0}).cosine, 0);
    EXPECT_EQ(measured({0, 0}, {1, 0}).sqnr_db, -300);
    EXPECT_EQ(measured({}, {}).mse, 0);
}

TEST(error_measures, of_a_layer_are_those_of_its_dequantized_weights) {
    for (const char* text : {"symq:w3a4", "asymq:w4a4", "dasq:w3a3:p90", "pot", "post"}) {
        const std::vector<float> weights = random_weights({20, 33}, 2);
        const quantized_weights q = quantize_weights(weights, 20, 33, parse_scheme(text), 2);
        const quantization_error expected = measured({weights.begin(), weights.end()}, dequantize(q));
        EXPECT_NEAR(q.error.mse, expected.mse, 1e-12 * expected.mse) << text;
        EXPECT_NEAR(q.error.sqnr_db, expected.sqnr_db, 1e-9) << text;
        EXPECT_EQ(q.error.max_abs, expected.max_abs) << text;
        double squared = 0;
        for (const quantization_error& row : row_errors(weights, q)) squared += row.mse * 33;
        EXPECT_NEAR(squared / (20 * 33), q.error.mse, 1e-12 * q.error.mse) << text;
    }
}

TEST(error_measures, dequantized_values_follow_the_stored_form) {
    const std::vector<float> weights = random_weights({20, 33}, 2);
    const quantized_weights q = quantize_weights(weights, 20, 33, parse_scheme("dasq:w3a3:p90"), 1);
    ASSERT_FALSE(q.outliers.empty());
    std::vector<double> expected;
    for (std::size_t e = 0; e < weights.size(); ++e) expected.push_back(q.step[e / 33] * q.codes[e]);
    for (const outlier& o : q.outliers)
        expected[o.row * 33 + o.column] =
            q.step[o.row] * (q.codes[o.row * 33 + o.column] + o.value * std::pow(2.0, q.outlier_shift[o.row]));
    EXPECT_EQ(dequantize(q), expected);
}

TEST(error_measures, midrange_tells_one_sided_outliers) {
    const std::vector<float> weights{-1, 1, 9, -2, 2, 0};
    EXPECT_DOUBLE_EQ(mean_midrange(weights, 2, 3), 2);  // (4 + 0) / 2
    EXPECT_DOUBLE_EQ(mean_midrange(weights, 2, 3, {{0, 2, 1}}), 0);
    EXPECT_DOUBLE_EQ(mean_midrange({}, 0, 3), 0);
}

}  // namespace
}  // namespace symmetree
