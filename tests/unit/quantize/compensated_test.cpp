#include "workloads/quantize/compensated.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/enumerators.h"
#include "tests/unit/quantize/random_weights.h"
#include "workloads/formats/number_format.h"
#include "workloads/quantize/error_feedback.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

/// Codes 0..15 that neighbouring columns share in part, so that their errors can make up for each other.
std::vector<std::int16_t> correlated_inputs(std::int64_t vectors, std::int64_t columns, std::uint64_t seed) {
    const std::vector<float> noise = random_weights({int(vectors), int(columns) + 1}, seed);
    std::vector<std::int16_t> inputs(std::size_t(vectors * columns));
    for (std::int64_t v = 0; v < vectors; ++v)
        for (std::int64_t k = 0; k < columns; ++k) {
            const float* at = noise.data() + v * (columns + 1) + k;
            inputs[std::size_t(v * columns + k)] = std::int16_t(std::clamp(std::lround(40 * (at[0] + at[1])), -0l, 15l));
        }
    return inputs;
}

input_moments moments_of(const std::vector<std::int16_t>& inputs, std::int64_t columns, int zero_point = 0, int threads = 1) {
    input_moments m(columns);
    m.add(inputs.data(), std::int64_t(inputs.size()) / columns, zero_point, threads);
    return m;
}

/// Each input alone, as often as it stands in the list.
input_moments independent(const std::vector<int>& times) {
    input_moments m(std::int64_t(times.size()));
    for (std::size_t k = 0; k < times.size(); ++k)
        for (int i = 0; i < times[k]; ++i) {
            std::vector<std::int16_t> one(times.size(), 0);
            one[k] = 1;
            m.add(one.data(), 1, 0, 1);
        }
    return m;
}

scheme narrow(scheme_family family) {
    scheme s;
    s.family = family;
    s.weight_bits = std::max(3, traits_of(family).least_bits);
    s.dasq = {4, "90"};
    return s;
}

/// Mean over the rows of the squared error of the output on the inputs that were seen, in units of the weights and of the codes.
double output_error(const std::vector<float>& weights, const quantized_weights& q, const input_moments& m) {
    const std::vector<double> values = dequantize(q);
    double sum = 0;
    for (std::int64_t row = 0; row < q.rows; ++row)
        for (std::int64_t i = 0; i < q.columns; ++i)
            for (std::int64_t j = 0; j < q.columns; ++j) {
                const std::size_t a = std::size_t(row * q.columns + i), b = std::size_t(row * q.columns + j);
                sum += (values[a] - double(weights[a])) * double(m.at(std::min(i, j), std::max(i, j))) * (values[b] - double(weights[b]));
            }
    return sum / double(q.rows);
}

TEST(input_moments, of_rows_are_the_same_in_plain_loops_and_vectors) {
    std::vector<std::vector<std::int16_t>> rows(8, std::vector<std::int16_t>(1024));
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t v = 0; v < rows[r].size(); ++v)
            rows[r][v] = std::int16_t(v % 5 == 0 ? (r % 2 ? 2047 : -2047) : int((v * 37 + r * 11) % 4095) - 2047);
    for (const std::int64_t count : {16, 48, 1024}) {
        const std::int16_t *a[4], *b[4];
        for (int i = 0; i < 4; ++i) {
            a[i] = rows[std::size_t(i)].data();
            b[i] = rows[std::size_t(i) + 4].data();
        }
        std::int64_t fast[16] = {1, 2, 3}, plain[16] = {1, 2, 3};
        add_products_of_rows(a, b, count, fast);
        add_products_of_rows_portable(a, b, count, plain);
        EXPECT_TRUE(std::equal(fast, fast + 16, plain)) << count;
    }
}

TEST(input_moments, are_sums_of_products_of_codes_less_their_zero_point) {
    for (const auto& sizes : {std::pair(5, 1), std::pair(17, 33), std::pair(9, 2500)}) {
        const std::int64_t columns = sizes.first, vectors = sizes.second;
        const std::vector<std::int16_t> inputs = correlated_inputs(vectors, columns, 3);
        const input_moments one = moments_of(inputs, columns, 7, 1), three = moments_of(inputs, columns, 7, 3);
        EXPECT_EQ(one.vectors(), vectors);
        for (std::int64_t i = 0; i < columns; ++i)
            for (std::int64_t j = i; j < columns; ++j) {
                std::int64_t sum = 0;
                for (std::int64_t v = 0; v < vectors; ++v)
                    sum += (inputs[std::size_t(v * columns + i)] - 7) * (inputs[std::size_t(v * columns + j)] - 7);
                ASSERT_EQ(one.at(i, j), sum) << i << " " << j;
                ASSERT_EQ(three.at(i, j), sum) << i << " " << j;
            }
    }
}

/// The factor column by column, as it is written down.
struct naive_feedback {
    std::vector<std::int64_t> order;
    std::vector<std::vector<double>> u;

    naive_feedback(const input_moments& m, double damping)
        : order(std::size_t(m.columns())), u(order.size(), std::vector<double>(order.size())) {
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return m.at(a, a) > m.at(b, b); });
        double trace = 0;
        for (std::int64_t k = 0; k < m.columns(); ++k) trace += double(m.at(k, k));
        auto h = u;
        for (std::size_t i = 0; i < order.size(); ++i)
            for (std::size_t j = 0; j < order.size(); ++j)
                h[i][j] = double(m.at(std::min(order[i], order[j]), std::max(order[i], order[j]))) +
                          (i == j ? damping * trace / double(order.size()) : 0);
        for (std::size_t k = order.size(); k-- > 0;) {
            for (std::size_t i = 0; i < k; ++i) u[i][k] = h[i][k] / h[k][k];
            for (std::size_t i = 0; i < k; ++i)
                for (std::size_t j = i; j < k; ++j) h[i][j] = h[j][i] = h[i][j] - u[i][k] * h[j][k];
        }
    }
};

TEST(error_feedback, is_the_factor_whatever_the_block_and_the_threads) {
    for (const std::int64_t columns : {1, 7, 64, 150}) {
        const input_moments m = moments_of(correlated_inputs(400, columns, 5), columns);
        const naive_feedback naive(m, 0.01);
        for (const int threads : {1, 3}) {
            const error_feedback feedback(m, 0.01, threads);
            for (std::int64_t i = 0; i < columns; ++i) {
                ASSERT_EQ(feedback.column_at(i), naive.order[std::size_t(i)]);
                for (std::int64_t k = i + 1; k < columns; ++k)
                    ASSERT_EQ(feedback.row(i)[k], naive.u[std::size_t(i)][std::size_t(k)]) << i << " " << k;
            }
        }
    }
}

TEST(error_feedback, multiplied_out_gives_the_moments) {
    const std::int64_t columns = 40;
    const input_moments m = moments_of(correlated_inputs(300, columns, 9), columns);
    const error_feedback f(m, 0.01, 1);
    // With H = (U + I) D (U + I)^T: D from the diagonal, from the last column up, then every element once more.
    double trace = 0;
    for (std::int64_t k = 0; k < columns; ++k) trace += double(m.at(k, k));
    const auto h = [&](std::int64_t i, std::int64_t j) {
        const std::int64_t a = f.column_at(i), b = f.column_at(j);
        return double(m.at(std::min(a, b), std::max(a, b))) + (i == j ? 0.01 * trace / double(columns) : 0);
    };
    const auto u = [&](std::int64_t i, std::int64_t k) { return i == k ? 1.0 : i < k ? f.row(i)[k] : 0.0; };
    std::vector<double> d(static_cast<std::size_t>(columns));
    for (std::int64_t k = columns - 1; k >= 0; --k) {
        d[std::size_t(k)] = h(k, k);
        for (std::int64_t l = k + 1; l < columns; ++l) d[std::size_t(k)] -= u(k, l) * u(k, l) * d[std::size_t(l)];
        ASSERT_NEAR(f.weight(k), d[std::size_t(k)], 1e-9 * h(k, k)) << k;
    }
    for (std::int64_t i = 0; i < columns; ++i)
        for (std::int64_t j = i; j < columns; ++j) {
            double sum = 0;
            for (std::int64_t k = j; k < columns; ++k) sum += u(i, k) * d[std::size_t(k)] * u(j, k);
            EXPECT_NEAR(sum, h(i, j), 1e-9 * trace);
        }
}

TEST(round_compensated, follows_its_definition_for_plain_codes) {
    const std::int64_t rows = 21, columns = 130;
    const std::vector<float> weights = random_weights({int(rows), int(columns)}, 11);
    const input_moments m = moments_of(correlated_inputs(500, columns, 12), columns);
    for (const char* text : {"symq:w3a4", "asymq:w2a4"}) {
        const quantized_weights nearest = quantize_weights(weights, rows, columns, parse_scheme(text), 1);
        const naive_feedback naive(m, 0.01);
        quantized_weights expected = nearest;
        for (std::int64_t row = 0; row < rows; ++row) {
            const double step = nearest.step[std::size_t(row)];
            const int z = nearest.zero_point_of(row), least = -(1 << (nearest.bits - 1));
            std::vector<double> errors;
            for (std::size_t k = 0; k < naive.order.size(); ++k) {
                const double w = double(weights[std::size_t(row * columns + naive.order[k])]) / step;
                double carried = 0;
                for (std::size_t j = 0; j < k; ++j) carried += errors[j] * naive.u[j][k];
                const double level = std::nearbyint(std::clamp(w + carried, double(least - z), double(-least - 1 - z)));
                errors.push_back(w - level);
                expected.codes[std::size_t(row * columns + naive.order[k])] = std::int8_t(int(level) + z);
            }
        }
        for (const int threads : {1, 3}) {
            const quantized_weights rounded =
                round_compensated(weights, nearest, {m}, rounding::half_even, step_criterion::weights, threads);
            EXPECT_EQ(rounded.codes, expected.codes) << text;
            EXPECT_EQ(rounded.step, nearest.step);
        }
        EXPECT_NE(nearest.codes, expected.codes);
    }
}

TEST(round_compensated, lowers_the_error_of_the_output_in_every_family) {
    const std::int64_t rows = 24, columns = 96;
    const std::vector<float> weights = random_weights({int(rows), int(columns)}, 21);
    const input_moments m = moments_of(correlated_inputs(600, columns, 22), columns);
    for (const scheme_family family : enumerators<scheme_family>()) {
        const scheme s = narrow(family);
        const quantized_weights nearest = quantize_weights(weights, rows, columns, s, 1);
        const quantized_weights rounded = round_compensated(weights, nearest, {m}, rounding::half_even, step_criterion::weights, 1);
        EXPECT_LT(output_error(weights, rounded, m), 0.8 * output_error(weights, nearest, m)) << to_string(s);
        EXPECT_GT(rounded.error.mse, nearest.error.mse) << to_string(s);
        EXPECT_EQ(rounded.codes, round_compensated(weights, nearest, {m}, rounding::half_even, step_criterion::weights, 4).codes)
            << to_string(s);
    }
}

/// Of every candidate the nearest levels, weighted by how often their column is seen.
double naive_step(const std::vector<float>& weights, const quantized_weights& fitted, std::int64_t row, const std::vector<int>& times) {
    const number_format format(fitted);
    double trace = 0;
    for (const int t : times) trace += t;
    double best = 0, least = 1e300;
    for (int j = 15; j <= 40; ++j) {
        const double step = fitted.step[std::size_t(row)] * j / 25;
        double sum = 0;
        for (std::int64_t k = 0; k < fitted.columns; ++k) {
            double nearest = 1e300;
            for (int code = format.least_code(); code <= format.greatest_written_code(); ++code) {
                const double level = step * (format.level(code) - fitted.zero_point_of(row));
                nearest = std::min(nearest, std::fabs(level - double(weights[std::size_t(row * fitted.columns + k)])));
            }
            sum += (times[std::size_t(k)] + 0.01 * trace / double(fitted.columns)) * nearest * nearest;
        }
        if (sum >= least) continue;
        least = sum;
        best = step;
    }
    return best;
}

TEST(round_compensated, takes_steps_by_what_each_column_adds_to_the_output) {
    const std::int64_t rows = 6, columns = 24;
    const std::vector<float> weights = random_weights({int(rows), int(columns)}, 71);
    std::vector<int> times(std::size_t(columns), 0);
    for (std::size_t k = 0; k < times.size(); ++k) times[k] = k % 3 == 0 ? 90 : 1;
    for (const scheme_family family : enumerators<scheme_family>()) {
        if (traits_of(family).has_outliers) continue;
        const quantized_weights fitted = quantize_weights(weights, rows, columns, narrow(family), 1);
        const auto with = [&](step_criterion steps, int threads) {
            return round_compensated(weights, fitted, {independent(times)}, rounding::half_even, steps, threads);
        };
        const quantized_weights found = with(step_criterion::outputs, 1);
        for (std::int64_t row = 0; row < rows; ++row)
            EXPECT_DOUBLE_EQ(found.step[std::size_t(row)], naive_step(weights, fitted, row, times)) << to_string(family) << " " << row;
        EXPECT_NE(found.step, fitted.step) << to_string(family);
        EXPECT_EQ(found.step, with(step_criterion::outputs, 3).step);
        EXPECT_LT(output_error(weights, found, independent(times)),
                  output_error(weights, with(step_criterion::weights, 1), independent(times)))
            << to_string(family);
    }
}

TEST(round_compensated, rounds_to_nearest_where_inputs_are_independent) {
    const std::int64_t rows = 6, columns = 20;
    const std::vector<float> weights = random_weights({int(rows), int(columns)}, 31);
    std::vector<int> times(std::size_t(columns), 0);
    for (std::size_t k = 0; k < times.size(); ++k) times[k] = int(k % 4);
    for (const scheme_family family : enumerators<scheme_family>()) {
        if (traits_of(family).has_outliers) continue;  // nearest together with the outlier: below
        const quantized_weights nearest = quantize_weights(weights, rows, columns, narrow(family), 1);
        EXPECT_EQ(round_compensated(weights, nearest, {independent(times)}, rounding::half_even, step_criterion::weights, 1).codes,
                  nearest.codes)
            << to_string(family);
    }
}

TEST(round_compensated, takes_outlier_and_dense_code_together) {
    const std::int64_t rows = 8, columns = 40;
    const std::vector<float> weights = random_weights({int(rows), int(columns)}, 41);
    const scheme s = parse_scheme("dasq:w3a4:sw4:p90");
    const quantized_weights nearest = quantize_weights(weights, rows, columns, s, 1);
    const quantized_weights rounded = round_compensated(weights, nearest, {independent(std::vector<int>(std::size_t(columns), 1))},
                                                        rounding::half_even, step_criterion::weights, 1);
    const std::vector<double> before = dequantize(nearest), after = dequantize(rounded);
    ASSERT_FALSE(rounded.outliers.empty());
    for (std::size_t i = 0; i < weights.size(); ++i)
        EXPECT_LE(std::fabs(after[i] - double(weights[i])), std::fabs(before[i] - double(weights[i])) + 1e-15) << i;
    for (const outlier& o : rounded.outliers) {
        EXPECT_NE(o.value, 0);
        EXPECT_TRUE(std::any_of(nearest.outliers.begin(), nearest.outliers.end(),
                                [&](const outlier& n) { return n.row == o.row && n.column == o.column; }));
    }
}

TEST(round_compensated, uses_the_inputs_of_each_group_for_its_rows) {
    const std::int64_t rows = 4, columns = 50;
    const std::vector<float> weights = random_weights({2 * int(rows), int(columns)}, 51);
    const input_moments first = moments_of(correlated_inputs(300, columns, 52), columns),
                        second = moments_of(correlated_inputs(300, columns, 53), columns);
    const quantized_weights nearest = quantize_weights(weights, 2 * rows, columns, parse_scheme("symq:w3a4"), 1);
    const quantized_weights both = round_compensated(weights, nearest, {first, second}, rounding::half_even, step_criterion::weights, 1);
    const quantized_weights by_first = round_compensated(weights, nearest, {first}, rounding::half_even, step_criterion::weights, 1),
                            by_second = round_compensated(weights, nearest, {second}, rounding::half_even, step_criterion::weights, 1);
    const std::ptrdiff_t half = rows * columns;
    EXPECT_TRUE(std::equal(both.codes.begin(), both.codes.begin() + half, by_first.codes.begin()));
    EXPECT_TRUE(std::equal(both.codes.begin() + half, both.codes.end(), by_second.codes.begin() + half));
    EXPECT_NE(by_first.codes, by_second.codes);
}

TEST(round_compensated, of_inputs_that_are_all_zero_is_nearest) {
    const std::vector<float> weights = random_weights({3, 10}, 61);
    const quantized_weights nearest = quantize_weights(weights, 3, 10, parse_scheme("symq:w3a4"), 1);
    EXPECT_EQ(round_compensated(weights, nearest, {moments_of(std::vector<std::int16_t>(50, 5), 10, 5)}, rounding::half_even,
                                step_criterion::weights, 1)
                  .codes,
              nearest.codes);
}

}  // namespace
}  // namespace symmetree
