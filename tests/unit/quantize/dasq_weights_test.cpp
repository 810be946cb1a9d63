#include <gtest/gtest.h>

#include <set>

#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/sparsity.h"
#include "workloads/quantize/largest_residuals.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

struct dasq_case {
    std::string text;
    test_shape shape;
};

std::vector<dasq_case> cases() {
    std::vector<dasq_case> all;
    for (const char* text :
         {"dasq:w3a3:sw4:p98", "dasq:w4a4:sw4:p90", "dasq:w8a8:sw4:p98", "dasq:w2a3:sw2:p50", "dasq:w3a3:sw8:p0", "dasq:w3a3:sw3:p99.5",
          "dasq:w3a3:sw4:p90:max1per16", "dasq:w8a8:sw4:p80:maxK/16perchannel", "dasq:w3a3:sw4:p0:max2per3x5"})
        for (test_shape shape : test_shapes) all.push_back({text, shape});
    return all;
}

std::string name_of(const dasq_case& c) {
    return c.text + " " + std::to_string(c.shape.rows) + "x" + std::to_string(c.shape.columns) + " seed 7";
}

TEST(dasq_weights, equal_the_plain_loops) {
    for (const dasq_case& c : cases()) {
        SCOPED_TRACE(name_of(c));
        const scheme s = parse_scheme(c.text);
        const std::vector<float> weights = random_weights(c.shape, 7);
        const std::int64_t listed = outlier_count(s.dasq.sparsity, static_cast<std::int64_t>(weights.size()));
        if (listed == 0) continue;
        const quantized_weights q = quantize_weights(weights, c.shape.rows, c.shape.columns, s, 2);
        const naive::dasq::round_result expected = naive::dasq(weights, c.shape.rows, c.shape.columns, s, listed, c.shape.rows).fit();
        EXPECT_EQ(q.step, expected.step);
        EXPECT_EQ(std::vector<int>(q.codes.begin(), q.codes.end()), expected.dense_code);
        EXPECT_LE(q.outliers_listed, listed);
        if (!s.dasq.bound) {
            EXPECT_EQ(q.outliers_listed, listed);
        }
        std::vector<int> outlier_code(weights.size(), 0);
        for (const outlier& o : q.outliers) outlier_code[static_cast<std::size_t>(o.row * c.shape.columns + o.column)] = o.value;
        EXPECT_EQ(outlier_code, expected.outlier_code);
        if (!q.outliers.empty()) {
            EXPECT_EQ(std::vector<int>(q.outlier_shift.begin(), q.outlier_shift.end()), expected.shift);
        }
        EXPECT_NEAR(q.error.mse * static_cast<double>(weights.size()), expected.error, 1e-12 * expected.error);
    }
}

TEST(dasq_weights, are_never_worse_than_symq) {
    for (const dasq_case& c : cases()) {
        const scheme s = parse_scheme(c.text);
        const std::vector<float> weights = random_weights(c.shape, 8);
        scheme dense = s;
        dense.family = scheme_family::symq;
        EXPECT_LE(quantize_weights(weights, c.shape.rows, c.shape.columns, s, 1).error.mse,
                  quantize_weights(weights, c.shape.rows, c.shape.columns, dense, 1).error.mse * (1 + 1e-12))
            << name_of(c);
    }
}

TEST(dasq_weights, gain_clearly_where_there_are_outliers_at_three_and_at_eight_bits) {
    for (const char* widths : {":w3a3", ":w8a8"}) {
        const std::vector<float> weights = random_weights({64, 391}, 9);
        const double with = quantize_weights(weights, 64, 391, parse_scheme(std::string("dasq") + widths), 2).error.mse;
        EXPECT_LT(with, 0.5 * quantize_weights(weights, 64, 391, parse_scheme(std::string("symq") + widths), 2).error.mse) << widths;
    }
}

TEST(dasq_weights, without_outliers_are_those_of_symq) {
    for (const char* text : {"dasq:w4a4:p100", "dasq:w4a4:p99.9999"}) {  // the second lists 0.2 weights
        const std::vector<float> weights = random_weights({17, 128}, 3);
        const quantized_weights q = quantize_weights(weights, 17, 128, parse_scheme(text), 2);
        const quantized_weights dense = quantize_weights(weights, 17, 128, parse_scheme("symq:w4a4"), 2);
        EXPECT_EQ(q.family, scheme_family::dasq);
        EXPECT_EQ(q.codes, dense.codes);
        EXPECT_EQ(q.step, dense.step);
        EXPECT_EQ(q.error.mse, dense.error.mse);
        EXPECT_EQ(q.outlier_bits, 0);
        EXPECT_EQ(q.outliers_listed, 0);
        EXPECT_TRUE(q.outliers.empty() && q.outlier_shift.empty());
    }
}

TEST(dasq_weights, stored_outliers_are_in_order_in_range_and_not_zero) {
    for (const dasq_case& c : cases()) {
        SCOPED_TRACE(name_of(c));
        const scheme s = parse_scheme(c.text);
        const quantized_weights q = quantize_weights(random_weights(c.shape, 7), c.shape.rows, c.shape.columns, s, 1);
        EXPECT_LE(static_cast<std::int64_t>(q.outliers.size()), q.outliers_listed);
        EXPECT_EQ(q.outlier_bits, q.outliers.empty() ? 0 : s.dasq.outlier_bits);
        EXPECT_EQ(q.outlier_shift.size(), q.outliers.empty() ? 0u : static_cast<std::size_t>(q.rows));
        std::int64_t before = -1;
        for (const outlier& o : q.outliers) {
            const std::int64_t index = o.row * q.columns + o.column;
            EXPECT_GT(index, before);
            EXPECT_LT(o.column, q.columns);
            EXPECT_NE(o.value, 0);
            EXPECT_GE(o.value, -(1 << (s.dasq.outlier_bits - 1)));
            EXPECT_LT(o.value, 1 << (s.dasq.outlier_bits - 1));
            EXPECT_LE(q.outlier_shift[o.row], 7);
            before = index;
        }
        EXPECT_LT(before, q.rows * q.columns);
    }
}

TEST(dasq_weights, zero_codes_are_dropped_but_counted_as_listed) {
    // More positions listed than the layer has residuals: most of their codes must be 0.
    const quantized_weights q = quantize_weights({7, 1, 2, 3, -7, 4, 5, 6}, 1, 8, parse_scheme("dasq:w4a4:p0"), 1);
    EXPECT_EQ(q.outliers_listed, 8);
    EXPECT_LT(q.outliers.size(), 8u);
    EXPECT_EQ(q.error.mse, 0);
}

std::set<std::int64_t> admitted(const std::vector<double>& values, std::int64_t columns, std::int64_t count, int threads) {
    const std::int64_t rows = static_cast<std::int64_t>(values.size()) / columns;
    double largest = 0;
    for (double v : values) largest = std::max(largest, std::fabs(v));
    const magnitude_threshold t = nth_largest({values.data(), rows, columns, static_cast<std::size_t>(columns)}, count, largest, threads);
    std::set<std::int64_t> found;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (t.admits(std::fabs(values[i]), static_cast<std::int64_t>(i))) found.insert(static_cast<std::int64_t>(i));
    return found;
}

TEST(largest_residuals, ties_go_to_the_lower_index) {
    const std::vector<double> values{1, -2, 2, 1, 2, -2};
    EXPECT_EQ(admitted(values, 3, 1, 1), (std::set<std::int64_t>{1}));
    EXPECT_EQ(admitted(values, 3, 3, 1), (std::set<std::int64_t>{1, 2, 4}));
    EXPECT_EQ(admitted(values, 3, 5, 1), (std::set<std::int64_t>{0, 1, 2, 4, 5}));
    EXPECT_EQ(admitted(std::vector<double>(6, 0.0), 2, 4, 1), (std::set<std::int64_t>{0, 1, 2, 3}));
}

TEST(largest_residuals, are_those_of_a_full_sort_for_every_count) {
    const std::vector<float> weights = random_weights({300, 7}, 4);
    const std::vector<double> values(weights.begin(), weights.end());
    std::vector<std::int64_t> order;
    for (std::size_t i = 0; i < values.size(); ++i) order.push_back(static_cast<std::int64_t>(i));
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return std::fabs(values[static_cast<std::size_t>(a)]) > std::fabs(values[static_cast<std::size_t>(b)]);
    });
    for (std::int64_t count : {1, 2, 41, 500, 1800, 2100})
        EXPECT_EQ(admitted(values, 7, count, 3), std::set<std::int64_t>(order.begin(), order.begin() + count)) << count;
}

}  // namespace
}  // namespace symmetree
