#include "workloads/quantize/error_report.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "random_weights.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/quantize.h"

namespace symmetree {
namespace {

weight_error_report reported(const std::string& text, const std::vector<float>& weights, std::int64_t rows) {
    const scheme s = parse_scheme(text);
    const auto columns = static_cast<std::int64_t>(weights.size()) / rows;
    return report_errors("layer", s, weights, quantize_weights(weights, rows, columns, s, 1), 1);
}

TEST(error_report, counts_every_weight_once_among_the_codes_there_are) {
    const std::vector<float> weights = random_weights({20, 33}, 2);
    for (const auto& [text, codes] : std::vector<std::pair<std::string, std::size_t>>{{"symq:w3a4", 8},
                                                                                      {"asymq:w4a4", 16},
                                                                                      {"dasq:w3a3:p90", 8},
                                                                                      {"pot:w4a4", 15},
                                                                                      {"post:w7a4", 127},
                                                                                      {"apot:w5a4", 31},
                                                                                      {"symq:w8a8", 256}}) {
        const weight_error_report r = reported(text, weights, 20);
        EXPECT_EQ(r.levels.size(), codes) << text;
        std::int64_t sum = 0;
        for (const level_use& l : r.levels) sum += l.count;
        EXPECT_EQ(sum, 20 * 33) << text;
        EXPECT_EQ(r.channels.size(), 20u);
        double squared = 0;
        for (const channel_errors& c : r.channels) squared += c.error.mse;
        EXPECT_NEAR(squared / 20, r.error.mse, 1e-9 * r.error.mse) << text;
    }
}

TEST(error_report, names_levels_in_steps_and_those_without_weights) {
    const weight_error_report pot = reported("pot:w3a4", {1, -0.5f, 0.25f, 0}, 1);
    ASSERT_EQ(pot.levels.size(), 7u);
    EXPECT_EQ(pot.levels[0].steps, 1);
    EXPECT_EQ(pot.levels[5].steps, -0.5);
    EXPECT_EQ(pot.levels[5].count, 1);
    EXPECT_EQ(pot.unused_levels(), 3);  // -1, 0.5, -0.25
    const weight_error_report symq = reported("symq:w2a4:minmax", {1, 0, -1, -1}, 1);
    EXPECT_EQ(symq.levels[0].code, -2);
    EXPECT_EQ(symq.levels[0].count, 0);
    EXPECT_EQ(symq.levels[1].steps, -1);
    EXPECT_EQ(symq.levels[1].count, 2);
    EXPECT_EQ(symq.unused_levels(), 1);
}

TEST(error_report, has_no_common_level_where_zero_points_differ) {
    EXPECT_FALSE(reported("asymq:w4a4", {0, 1, 2, 3, -3, -2, -1, 0}, 2).levels[0].steps);
    EXPECT_TRUE(reported("asymq:w4a4:tensor", {0, 1, 2, 3, -3, -2, -1, 0}, 2).levels[0].steps);
}

TEST(error_report, midranges_of_channels_average_to_that_of_the_layer) {
    const std::vector<float> weights = random_weights({23, 64}, 3);
    const scheme s = parse_scheme("dasq:w3a3:p90");
    const quantized_weights q = quantize_weights(weights, 23, 64, s, 1);
    const weight_error_report r = report_errors("layer", s, weights, q, 1);
    double all = 0, rest = 0;
    for (const channel_errors& c : r.channels) {
        all += c.midrange / 23;
        rest += c.midrange_after / 23;
    }
    EXPECT_NEAR(all, r.symmetry.midrange, 1e-9);
    EXPECT_NEAR(rest, mean_midrange(weights, 23, 64, q.outliers) / r.symmetry.deviation, 1e-9);
    EXPECT_EQ(r.outliers_stored, static_cast<std::int64_t>(q.outliers.size()));
    EXPECT_EQ(r.symmetry.removed, r.outliers_listed);
}

TEST(error_report, names_how_outliers_crowd) {
    const std::vector<float> weights = random_weights({20, 40}, 3);
    const auto report = [&](const std::string& text) {
        const scheme s = parse_scheme(text);
        return report_errors("layer", s, weights, quantize_weights(weights, 20, 40, s, 1, 10), 1, 10);
    };
    const quantized_weights q = quantize_weights(weights, 20, 40, parse_scheme("dasq:w3a3:p80"), 1);
    std::vector<std::int64_t> of_channel(20, 0);
    for (const outlier& o : q.outliers) ++of_channel[o.row];
    EXPECT_EQ(report("dasq:w3a3:p80").fullest_channel, *std::max_element(of_channel.begin(), of_channel.end()));
    EXPECT_EQ(report("dasq:w3a3:p80").fullest_cell, std::nullopt);
    EXPECT_EQ(report("dasq:w3a3:p80:max2per16").fullest_cell, 2);
    EXPECT_EQ(report("dasq:w3a3:p80:max9per16x16").fullest_cell, 9);
    EXPECT_EQ(report("dasq:w3a3:p80:max3perchannel").fullest_channel, 3);
    EXPECT_EQ(report("symq:w3a3").fullest_channel, 0);
}

}  // namespace
}  // namespace symmetree
