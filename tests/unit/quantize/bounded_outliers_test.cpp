#include <gtest/gtest.h>

#include <map>

#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/formats/sparsity.h"
#include "workloads/quantize/compensated.h"
#include "workloads/quantize/outlier_choice.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

constexpr const char* bounds[] = {"max1perchannel", "max3perchannel", "maxK/16perchannel", "max1per16",
                                  "max2per7",       "max8per16x16",   "max1per2x9",        "max5per100x3"};

scheme bounded(const std::string& bound, const std::string& rest = "dasq:w3a3:sw4:p80") { return parse_scheme(rest + ":" + bound); }

/// Every block of channels by inputs, one after the other.
void expect_kept(const quantized_weights& q, const outlier_bound& bound, std::int64_t group_rows) {
    std::vector<int> is_outlier(static_cast<std::size_t>(q.rows * q.columns), 0);
    for (const outlier& o : q.outliers) is_outlier[static_cast<std::size_t>(o.row * q.columns + o.column)] = 1;
    const std::int64_t width = bound.inputs == 0 ? q.columns : bound.inputs;
    for (std::int64_t group = 0; group < q.rows; group += group_rows)
        for (std::int64_t first = group; first < group + group_rows; first += bound.channels)
            for (std::int64_t left = 0; left < q.columns; left += width) {
                std::int64_t count = 0;
                for (std::int64_t i = first; i < std::min(first + bound.channels, group + group_rows); ++i)
                    for (std::int64_t k = left; k < std::min(left + width, q.columns); ++k)
                        count += is_outlier[static_cast<std::size_t>(i * q.columns + k)];
                EXPECT_LE(count, naive::most_of_cell(bound, q.columns)) << to_string(bound) << " row " << first << " column " << left;
            }
}

TEST(bounded_outliers, never_exceed_the_bound) {
    for (const char* bound : bounds)
        for (const test_shape shape : test_shapes) {
            const scheme s = bounded(bound);
            expect_kept(quantize_weights(random_weights(shape, 3), shape.rows, shape.columns, s, 2), *s.dasq.bound, shape.rows);
        }
}

TEST(bounded_outliers, are_counted_in_each_group_anew) {
    const test_shape shape{20, 40};
    const std::vector<float> weights = random_weights(shape, 4);
    for (const char* bound : bounds)
        for (const std::int64_t group_rows : {1, 2, 5, 20}) {
            const scheme s = bounded(bound);
            const quantized_weights q = quantize_weights(weights, shape.rows, shape.columns, s, 2, group_rows);
            expect_kept(q, *s.dasq.bound, group_rows);
            const std::int64_t listed = outlier_count(s.dasq.sparsity, shape.rows * shape.columns);
            EXPECT_EQ(q.codes.size(), weights.size());
            EXPECT_EQ(std::vector<int>(q.codes.begin(), q.codes.end()),
                      naive::dasq(weights, shape.rows, shape.columns, s, listed, group_rows).fit().dense_code)
                << bound << " groups of " << group_rows;
        }
    const scheme tiles = bounded("max1per16x40");
    EXPECT_LE(quantize_weights(weights, 20, 40, tiles, 1).outliers.size(), 2u);
    EXPECT_GT(quantize_weights(weights, 20, 40, tiles, 1, 2).outliers.size(), 2u);
    EXPECT_THROW(quantize_weights(weights, 20, 40, tiles, 1, 3), model_fault);
}

TEST(bounded_outliers, are_those_of_the_unbounded_fit_where_nothing_binds) {
    for (const char* bound : {"max391perchannel", "maxK/1perchannel", "max16per16", "max256per16x16", "max65535per65535x65535"})
        for (const test_shape shape : test_shapes) {
            const std::vector<float> weights = random_weights(shape, 5);
            const quantized_weights q = quantize_weights(weights, shape.rows, shape.columns, bounded(bound), 2),
                                    free = quantize_weights(weights, shape.rows, shape.columns, parse_scheme("dasq:w3a3:sw4:p80"), 2);
            EXPECT_EQ(q.codes, free.codes) << bound;
            EXPECT_EQ(q.step, free.step);
            EXPECT_EQ(q.outlier_shift, free.outlier_shift);
            EXPECT_EQ(q.outliers_listed, free.outliers_listed);
            EXPECT_EQ(dequantize(q), dequantize(free));
        }
}

TEST(bounded_outliers, do_not_depend_on_threads) {
    const std::vector<float> weights = random_weights({40, 129}, 6);
    for (const char* bound : bounds)
        EXPECT_EQ(dequantize(quantize_weights(weights, 40, 129, bounded(bound), 1)),
                  dequantize(quantize_weights(weights, 40, 129, bounded(bound), 4)));
}

TEST(bounded_outliers, lie_between_symq_and_the_unbounded_fit_and_beat_cutting_afterwards) {
    const std::int64_t rows = 40, columns = 129;
    const std::vector<float> weights = random_weights({40, 129}, 7);
    const quantized_weights free = quantize_weights(weights, rows, columns, parse_scheme("dasq:w3a3:sw4:p80"), 2);
    const double symmetric = quantize_weights(weights, rows, columns, parse_scheme("symq:w3a3"), 2).error.mse;
    for (const char* bound : {"max1per16", "max8per16x16", "maxK/16perchannel"}) {
        const scheme s = bounded(bound);
        const quantized_weights q = quantize_weights(weights, rows, columns, s, 2);
        quantized_weights cut = free;
        std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::int64_t> used;
        cut.outliers.clear();
        for (const outlier& o : free.outliers)
            if (++used[naive::cell_of(*s.dasq.bound, o.row, o.column, rows)] <= naive::most_of_cell(*s.dasq.bound, columns))
                cut.outliers.push_back(o);
        const std::vector<double> values = dequantize(cut);
        double error = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) error += std::pow(values[i] - static_cast<double>(weights[i]), 2);
        EXPECT_LT(q.error.mse, error / static_cast<double>(weights.size())) << bound;
        EXPECT_GT(q.error.mse, free.error.mse) << bound;
        EXPECT_LT(q.error.mse, symmetric) << bound;
    }
}

/// The most that the squares of any `count` or fewer elements under the bound can add up to.
double most_squares(const std::vector<double>& values, std::int64_t columns, const outlier_bound& bound, std::int64_t group_rows,
                    int count) {
    double most = 0;
    for (unsigned chosen = 0; chosen < 1u << values.size(); ++chosen) {
        std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::int64_t> used;
        double squares = 0;
        int left = count;
        bool allowed = true;
        for (std::size_t e = 0; e < values.size(); ++e) {
            if ((chosen >> e & 1) == 0) continue;
            const auto element = static_cast<std::int64_t>(e);
            allowed =
                allowed && --left >= 0 &&
                ++used[naive::cell_of(bound, element / columns, element % columns, group_rows)] <= naive::most_of_cell(bound, columns);
            squares += values[e] * values[e];
        }
        if (allowed) most = std::max(most, squares);
    }
    return most;
}

TEST(bounded_outliers, are_the_best_choice_there_is) {
    const std::int64_t rows = 4, columns = 3, group_rows = 2;
    for (std::uint64_t seed = 1; seed < 6; ++seed) {
        const std::vector<float> weights = random_weights({4, 3}, seed);
        const std::vector<double> values(weights.begin(), weights.end());
        for (const char* text : {"max1perchannel", "max1per2", "max2per2x2", "max1per3x3", "maxK/2perchannel"}) {
            const outlier_bound bound = *parse_outlier_bound(text);
            const std::optional<outlier_cells> cells(std::in_place, bound, rows, columns, group_rows);
            for (const int count : {1, 3, 5, 12}) {
                const outlier_choice choice({values.data(), rows, columns, 3}, count, naive::largest_magnitude(values), cells, 1);
                double squares = 0;
                for (std::int64_t i = 0; i < rows; ++i)
                    for (std::int64_t k = 0; k < columns; ++k) {
                        const double value = values[static_cast<std::size_t>(i * columns + k)];
                        if (choice.admits(std::fabs(value), i, k)) squares += value * value;
                    }
                EXPECT_NEAR(squares, most_squares(values, columns, bound, group_rows, count), 1e-12) << text << " " << count;
            }
        }
    }
}

TEST(bounded_outliers, stay_within_the_bound_when_rounded_by_outputs) {
    const std::int64_t rows = 20, columns = 64;
    const std::vector<float> weights = random_weights({20, 64}, 8);
    const random_stream stream(9, "inputs");
    std::vector<std::int16_t> inputs;
    for (std::uint64_t i = 0; i < 200 * 64; ++i) inputs.push_back(static_cast<std::int16_t>(4 * stream.normal(i)));
    input_moments moments(columns);
    moments.add(inputs.data(), 200, 0, 1);
    for (const char* bound : bounds) {
        const scheme s = bounded(bound);
        const quantized_weights fitted = quantize_weights(weights, rows, columns, s, 1, 5);
        const quantized_weights q = round_compensated(weights, fitted, {moments}, rounding::half_even, step_criterion::weights, 1);
        EXPECT_FALSE(q.outliers.empty());
        expect_kept(q, *s.dasq.bound, 5);
    }
}

TEST(outlier_cells, number_and_name_their_elements) {
    const outlier_cells cells(*parse_outlier_bound("max8per16x10"), 40, 25, 20);
    EXPECT_EQ(cells.count(), 2 * 2 * 3);
    EXPECT_EQ(cells.of(15, 9), 0u);
    EXPECT_EQ(cells.of(16, 24), 5u);
    EXPECT_EQ(cells.of(20, 0), 6u);
    EXPECT_EQ(cells.place_of(37, 21), "rows 36 to 39, columns 20 to 24");
    EXPECT_EQ(outlier_cells(*parse_outlier_bound("maxK/16perchannel"), 4, 33, 4).most(), 3);
    EXPECT_EQ(outlier_cells(*parse_outlier_bound("maxK/16perchannel"), 4, 9, 4).most(), 1);
}

}  // namespace
}  // namespace symmetree
