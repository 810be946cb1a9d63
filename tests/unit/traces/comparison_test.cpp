#include <gmock/gmock.h>

#include <algorithm>

#include "tests/unit/traces/lines.h"
#include "tests/unit/traces/sample.h"
#include "traces/measures.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(comparison_table, has_one_row_per_run_with_ratios_to_the_baseline_at_its_widths) {
    EXPECT_THAT(section_of(to_table(sample_comparison()), "Results"),
                ElementsAre("                                                                                           BOPs  weights",
                            "platform  scheme             array  exactness  cycles   latency   power  energy    area  (DASQ)   stored  "
                            "latency  energy   power    area",
                            "                             W x A                           ms      mW      uJ     um2       M     bits   / "
                            "base  / base  / base  / base",
                            "--------  -----------------  -----  ---------  ------  --------  ------  ------  ------  ------  -------  "
                            "-------  ------  ------  ------",
                            "symq *    symq:w3a4          3 x 4  exact      34,000  0.068000  89.084  6.0577  16,000  87.059  311,440    "
                            "1.000   1.000   1.000   1.000",
                            "dasq      dasq:w3a4:sw4:p98  3 x 4  exact      35,000  0.070000  86.556  6.0589  20,000  87.059  311,440    "
                            "1.029   1.000   0.972   1.250",
                            "post      post:w3a4:g4       3 x 4  exact      35,000  0.070000       -       -       -       -  311,440    "
                            "1.029       -       -       -",
                            "symq *    symq:w8a8          8 x 8  exact      34,000  0.068000  89.084  6.0577  46,000  87.059  311,440    "
                            "1.000   1.000   1.000   1.000",
                            "dasq      dasq:w8a8:sw8:p98  8 x 8  exact      35,000  0.070000  86.556  6.0589  20,000  87.059  311,440    "
                            "1.029   1.000   0.972   0.435"));
}

TEST(comparison_table, tells_what_an_image_of_a_batch_takes) {
    comparison c = sample_comparison();
    EXPECT_THAT(to_table(c), Not(HasSubstr("per image")));
    for (report& run : c.runs) run.batch = 10;
    const std::vector<std::string> lines = lines_of(to_table(c));
    EXPECT_THAT(lines, Contains("batch           10 images; what is not said to be per image is of the batch"));
    // 0.068000 ms and 6.0577 uJ of the batch
    EXPECT_THAT(section_of(to_table(c), "Results"), Contains(testing::ContainsRegex("symq \\* +symq:w3a4 .* 10 +0\\.006800 +0\\.60577 ")));
}

TEST(comparison_table, takes_the_baseline_of_the_same_width_of_activations) {
    comparison c = sample_comparison();
    ASSERT_EQ(c.runs[0].platform, c.baseline);
    ASSERT_EQ(c.runs[3].platform, c.baseline);
    c.runs[3].array_weight_bits = c.runs[4].array_weight_bits = 3;  // 3 x 4 and 3 x 8: only the activations differ
    EXPECT_EQ(baseline_of(c, 1), 0u);
    EXPECT_EQ(baseline_of(c, 4), 3u);
    c.runs[4].array_activation_bits = 6;  // a width that the baseline did not run at
    EXPECT_EQ(baseline_of(c, 4), std::nullopt);
    EXPECT_FALSE(ratios_of(c, 4).area.has_value());
}

TEST(comparison_table, splits_cycles_energy_and_area_per_run) {
    const std::string table = to_table(sample_comparison());
    EXPECT_THAT(section_of(table, "Where the cycles go"),
                Contains("dasq      dasq:w3a4:sw4:p98  3 x 4   85.7      0.2      2.9    0.2     7.7     1.6     0.4    0.4      0.9"));
    EXPECT_THAT(section_of(table, "Where the energy goes"),
                Contains("symq *    symq:w3a4          3 x 4  0.53500         -  5.5227  0.000001"));
    EXPECT_THAT(section_of(table, "Where the area goes"), Contains("symq *    symq:w8a8          8 x 8  40,000       -  6,000.0"));
}

TEST(comparison_table, shows_how_outliers_are_spread_and_what_they_cost) {
    comparison c = sample_comparison();
    for (layer_report& layer : c.runs[0].layers) layer.outliers = {};
    for (layer_report& layer : c.runs[3].layers) layer.outliers = {};
    c.runs[4].layers[0].outliers.assignment = "pooled";
    c.runs[4].layers[0].outliers.fullest_lane = 2;
    for (layer_report& layer : c.runs[4].layers) layer.units.clear();
    EXPECT_THAT(section_of(to_table(c), "Outliers"),
                ElementsAre("                                                                                  fullest",
                            "                                              index                      sparse   lane of  cycles",
                            "platform  scheme             array    stored   each  stream  assignment   lanes    a tile    lost",
                            "                             W x A  outliers   bits    bits                      outliers       %",
                            "--------  -----------------  -----  --------  -----  ------  ----------  ------  --------  ------",
                            "dasq      dasq:w3a4:sw4:p98  3 x 4       737      8   9,000  row_banked       4         3     2.9",
                            "post      post:w3a4:g4       3 x 4       737      8   9,000  row_banked       4         3     2.9",
                            "dasq      dasq:w8a8:sw8:p98  8 x 8       737      8   9,000  pooled           -         2     2.9"));
}

TEST(comparison_table, shows_what_the_formats_lose_before_any_arithmetic) {
    comparison c = sample_comparison();
    c.runs.resize(2);
    c.runs[0].layers[0].weight_sqnr_db = 21.5;
    c.runs[0].layers[1].weight_sqnr_db = 18.25;
    c.runs[0].layers[2].weight_sqnr_db = 20.0;
    for (layer_report& layer : c.runs[1].layers) layer.weight_sqnr_db.reset();
    const std::string first = c.runs[0].layers[1].name;
    const std::vector<std::string> lines = section_of(to_table(c), "Weights against their floats, over the layers");
    ASSERT_GE(lines.size(), 2u);
    EXPECT_THAT(lines[lines.size() - 2], AllOf(HasSubstr("20.00  18.25"), HasSubstr(first)));
    EXPECT_THAT(lines.back(), HasSubstr(" - "));
    for (layer_report& layer : c.runs[0].layers) layer.weight_sqnr_db.reset();
    EXPECT_THAT(to_table(c), Not(HasSubstr("Weights against their floats")));
}

TEST(comparison_table, takes_the_upper_of_the_middle_two_as_the_median_of_an_even_count) {
    comparison c = sample_comparison();
    c.runs.resize(1);
    c.runs[0].layers.push_back(c.runs[0].layers[0]);
    const double sqnrs[] = {21.5, 18.25, 20.0, 19.0};
    for (std::size_t i = 0; i < 4; ++i) c.runs[0].layers[i].weight_sqnr_db = sqnrs[i];
    EXPECT_THAT(section_of(to_table(c), "Weights against their floats, over the layers").back(), HasSubstr("20.00  18.25"));
}

TEST(comparison_table, has_no_outlier_section_without_outliers) {
    comparison c = sample_comparison();
    for (report& run : c.runs)
        for (layer_report& layer : run.layers) layer.outliers = {};
    EXPECT_THAT(section_of(to_table(c), "Outliers"), ElementsAre());
}

TEST(comparison_table, tells_under_the_results_what_was_left_out_of_a_range) {
    comparison c = sample_comparison();
    EXPECT_THAT(lines_of(to_table(c)), Not(Contains(HasSubstr("left out"))));
    c.left_out = {"pot at weight bits 8: too wide", "post at weight bits 8: too\nwide"};
    const std::vector<std::string> lines = lines_of(to_table(c));
    const auto first = std::find(lines.begin(), lines.end(), "left out        pot at weight bits 8: too wide");
    ASSERT_NE(first, lines.end());
    EXPECT_EQ(*(first + 1), "                post at weight bits 8: too\\nwide");
    EXPECT_THAT(*(first - 2), HasSubstr("dasq:w8a8:sw8:p98"));
    EXPECT_LT(first, std::find(lines.begin(), lines.end(), "Where the cycles go"));
}

TEST(comparison_table, writes_common_notes_once_and_names_the_runs_of_the_others) {
    const std::vector<std::string> lines = lines_of(to_table(sample_comparison()));
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "notes           attention runs as symq"), 1);
    EXPECT_THAT(lines, Contains("                [post 3x4] no cost table"));
    EXPECT_THAT(lines, Contains("cost table      [symq 3x4, dasq 3x4, symq 8x8, dasq 8x8] published_45nm (published, scaled)"));
    EXPECT_THAT(lines, Contains("                [post 3x4] none: no energy, power or area"));
}

TEST(comparison_table, names_the_workload_of_each_row_when_there_are_several) {
    comparison c = sample_comparison();
    c.runs[1].workload = "another";
    EXPECT_THAT(section_of(to_table(c), "Results"), Contains(HasSubstr("another       dasq ")));
    EXPECT_THAT(section_of(to_table(sample_comparison()), "Results"), Not(Contains(HasSubstr("workload"))));
}

TEST(comparison_table, says_so_when_the_baseline_was_not_run) {
    comparison c = sample_comparison();
    c.baseline = "asymq";
    EXPECT_THAT(lines_of(to_table(c)), Contains("baseline        asymq (not among the runs: no ratios)"));
    EXPECT_FALSE(ratios_of(c, 0).latency.has_value());
}

TEST(baseline, is_the_run_at_the_same_widths) {
    const comparison c = sample_comparison();
    EXPECT_EQ(baseline_of(c, 1), 0u);
    EXPECT_EQ(baseline_of(c, 4), 3u);
}

TEST(baseline, of_a_single_width_serves_every_width) {
    comparison c = sample_comparison();
    c.runs.erase(c.runs.begin() + 3);  // symq at 8 x 8
    EXPECT_EQ(baseline_of(c, 3), 0u);
}

TEST(baseline, of_several_widths_serves_no_other_one) {
    comparison c = sample_comparison();
    c.runs[4].array_weight_bits = 5;
    EXPECT_FALSE(baseline_of(c, 4).has_value());
}

TEST(baseline, is_never_another_workload) {
    comparison c = sample_comparison();
    c.runs[1].workload = "another";
    EXPECT_FALSE(baseline_of(c, 1).has_value());
}

}  // namespace
}  // namespace symmetree
