#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "naive_fits.h"
#include "random_weights.h"
#include "workloads/formats/listed_levels.h"
#include "workloads/formats/number_format.h"
#include "workloads/quantize/learned_levels.h"
#include "workloads/quantize/level_fit.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

using list = std::vector<std::int8_t>;

listed_levels levels_of(const list& levels) { return {levels.data(), levels.size()}; }

TEST(listed_levels, codes_are_the_nearest_level_of_all) {
    const list levels{-128, -100, -3, 0, 1, 2, 90, 127};
    const listed_levels found = levels_of(levels);
    const random_stream stream(1, "listed");
    for (std::uint64_t i = 0; i < 4000; ++i) {
        const double t = 60 * stream.normal(i);
        double least = std::numeric_limits<double>::infinity();
        for (const std::int8_t level : levels) least = std::min(least, std::fabs(t - level));
        ASSERT_EQ(std::fabs(t - found.value(found.code(t))), least) << t;
    }
    EXPECT_EQ(found.largest(), 128);
}

TEST(listed_levels, ties_go_to_the_smaller_magnitude_then_to_the_negative_level) {
    const listed_levels levels = levels_of({-4, -2, 2, 6});
    EXPECT_EQ(levels.code(-3), 1);
    EXPECT_EQ(levels.code(std::nextafter(-3.0, -4.0)), 0);
    EXPECT_EQ(levels.code(0), 1);
    EXPECT_EQ(levels.code(4), 2);
    EXPECT_EQ(levels.code(std::nextafter(4.0, 5.0)), 3);
}

TEST(listed_levels, of_equal_levels_the_first_is_taken) {
    const listed_levels levels = levels_of({-1, 3, 3, 3});
    EXPECT_EQ(levels.code(100), 1);
    EXPECT_EQ(levels.code(1.5), 1);
}

TEST(given_levels, of_normal_floats_are_the_published_ones) {
    // NF4 as QLoRA's appendix E prints it.
    const std::vector<double> published{-1.0,
                                        -0.6961928009986877,
                                        -0.5250730514526367,
                                        -0.39491748809814453,
                                        -0.28444138169288635,
                                        -0.18477343022823334,
                                        -0.09105003625154495,
                                        0.0,
                                        0.07958029955625534,
                                        0.16093020141124725,
                                        0.24611230194568634,
                                        0.33791524171829224,
                                        0.44070982933044434,
                                        0.5626170039176941,
                                        0.7229568362236023,
                                        1.0};
    const list found = given_levels(level_source::nf, 4, 8);
    ASSERT_EQ(found.size(), published.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], std::nearbyint(published[i] * 127)) << i;
    for (int bits = 2; bits <= 6; ++bits) {
        const list of_width = given_levels(level_source::nf, bits, 8);
        EXPECT_EQ(of_width.size(), std::size_t{1} << bits);
        EXPECT_EQ(of_width.front(), -127);
        EXPECT_EQ(of_width.back(), 127);
        EXPECT_TRUE(std::is_sorted(of_width.begin(), of_width.end()));
    }
}

TEST(given_levels, of_small_floats_are_the_halves_that_sign_exponent_and_mantissa_make) {
    std::vector<int> expected;
    for (int exponent = 0; exponent < 4; ++exponent)
        for (int mantissa = 0; mantissa < 2; ++mantissa) {
            const int halves = exponent == 0 ? mantissa : (2 + mantissa) << (exponent - 1);
            expected.push_back(halves);
            if (halves != 0) expected.push_back(-halves);
        }
    std::sort(expected.begin(), expected.end());
    const list found = given_levels(level_source::e2m1, 4, 5);
    EXPECT_EQ(std::vector<int>(found.begin(), found.end()), expected);
}

/// The best means of all, by the table of every range of the sorted values and every number of clusters.
std::vector<double> naive_means(std::vector<double> values, std::size_t clusters) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    const auto mean = [&](std::size_t i, std::size_t j) {
        double sum = 0;
        for (std::size_t k = i; k < j; ++k) sum += values[k];
        return sum / double(j - i);
    };
    std::vector<std::vector<double>> range(n + 1, std::vector<double>(n + 1, 0));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j <= n; ++j)
            for (std::size_t k = i; k < j; ++k) range[i][j] += std::pow(values[k] - mean(i, j), 2);
    std::vector<std::vector<double>> least(clusters + 1, std::vector<double>(n + 1, 1e300));
    std::vector<std::vector<std::size_t>> cut(clusters + 1, std::vector<std::size_t>(n + 1, 0));
    least[0][0] = 0;
    for (std::size_t c = 1; c <= clusters; ++c)
        for (std::size_t j = c; j <= n; ++j)
            for (std::size_t i = c - 1; i < j; ++i)
                if (least[c - 1][i] + range[i][j] < least[c][j]) {
                    least[c][j] = least[c - 1][i] + range[i][j];
                    cut[c][j] = i;
                }
    std::vector<double> means;
    for (std::size_t c = clusters, end = n; c > 0; end = cut[c--][end]) means.push_back(mean(cut[c][end], end));
    return {means.rbegin(), means.rend()};
}

TEST(learn_levels, finds_the_best_means_of_clusters) {
    const std::vector<float> weights = random_weights({1, 90}, 3);
    const std::vector<double> values(weights.begin(), weights.end());
    for (int bits = 2; bits <= 4; ++bits) {
        const std::vector<double> means = naive_means(values, std::size_t{1} << bits);
        const learned_list found = learn_levels(level_source::kmeans, values, bits, 8);
        ASSERT_EQ(found.levels.size(), means.size());
        const double largest = std::max(std::fabs(means.front()), std::fabs(means.back()));
        EXPECT_NEAR(found.step, largest / 127, 1e-12 * largest);
        for (std::size_t i = 0; i < means.size(); ++i)
            EXPECT_NEAR(found.levels[i], means[i] / found.step, 0.5 + 1e-9) << bits << " bits, level " << i;
    }
}

TEST(learn_levels, of_lq_finds_a_basis_that_the_weights_were_made_of) {
    const std::vector<double> basis{5, 19, 36};  // sums up to 60: 127 / 60 of them are levels
    const random_stream stream(2, "signs");
    std::vector<double> values;
    for (std::uint64_t i = 0; i < 900; ++i) {
        double sum = 0;
        for (std::size_t b = 0; b < basis.size(); ++b) sum += stream.uniform(3 * i + b) < 0.5 ? -basis[b] : basis[b];
        values.push_back(sum);
    }
    const learned_list found = learn_levels(level_source::lq, values, 3, 8);
    EXPECT_NEAR(found.step, 60.0 / 127, 1e-9);
    ASSERT_EQ(found.levels.size(), 8u);
    std::size_t place = 0;
    for (const double level : {-60.0, -50.0, -22.0, -12.0, 12.0, 22.0, 50.0, 60.0})
        EXPECT_EQ(found.levels[place++], std::nearbyint(level / found.step)) << level;
}

TEST(fit_levels, learned_ones_lie_nearer_than_uniform_ones_and_own_lists_nearer_than_one) {
    const std::int64_t rows = 40, columns = 300;
    const std::vector<float> weights = random_weights({int(rows), int(columns)}, 5);
    for (const char* width : {"w2a4", "w3a4", "w4a4"}) {
        const auto error = [&](const std::string& text) {
            return quantize_weights(weights, rows, columns, parse_scheme(text), 1).error.mse;
        };
        const std::string w = width;
        EXPECT_LT(error("levels:" + w + ":kmeans:d8"), 0.95 * error("symq:" + w)) << w;
        EXPECT_LT(error("levels:" + w + ":kmeans:channel:d8"), error("levels:" + w + ":kmeans:d8")) << w;
        EXPECT_LT(error("levels:" + w + ":lq:channel:d8"), error("levels:" + w + ":lq:d8")) << w;
        EXPECT_LT(error("levels:" + w + ":nf:d8"), 1.1 * error("symq:" + w)) << w;
    }
}

TEST(fit_levels, gives_every_weight_its_nearest_level_whatever_the_threads) {
    const std::int64_t rows = 35, columns = 60;
    std::vector<float> weights = random_weights({int(rows), int(columns)}, 6);
    std::fill(weights.begin(), weights.begin() + columns, 0.f);  // a channel of nothing
    for (const char* text :
         {"levels:w3a4:kmeans:d8", "levels:w3a4:kmeans:channel:d6", "levels:w2a4:lq:channel:d8", "levels:w4a4:e2m1:d5"}) {
        const quantized_weights one = quantize_weights(weights, rows, columns, parse_scheme(text), 1),
                                four = quantize_weights(weights, rows, columns, parse_scheme(text), 4);
        EXPECT_EQ(one.codes, four.codes) << text;
        EXPECT_EQ(one.step, four.step) << text;
        EXPECT_EQ(one.levels, four.levels) << text;
        const std::vector<double> values = dequantize(one);
        for (std::int64_t row = 1; row < rows; ++row)
            for (std::int64_t k = 0; k < columns; ++k) {
                const auto i = static_cast<std::size_t>(row * columns + k);
                double least = std::numeric_limits<double>::infinity();
                for (int code = 0; code < 1 << one.bits; ++code)
                    least = std::min(least, std::fabs(one.step[std::size_t(row)] * one.levels_of(row)[code] - double(weights[i])));
                ASSERT_NEAR(std::fabs(values[i] - double(weights[i])), least, 1e-12) << text << " " << i;
            }
    }
}

}  // namespace
}  // namespace symmetree
