// What pages, figures and tables derive from a study: headings, scales, ratios, labels.
#include "traces/study_view.h"

#include <gmock/gmock.h>

#include "tests/unit/traces/sample.h"
#include "traces/measures.h"

namespace symmetree {
namespace {

using testing::ElementsAre;

/// One metric column over some rows, seen by a reader.
column_view view_of_values(const study_column& column, const std::vector<cell>& values) {
    study s;
    s.columns = {column};
    for (const cell& value : values) s.rows.push_back({value});
    return view_of(s).front();
}

study two_axes(const std::string& baseline, const std::vector<std::vector<cell>>& rows) {
    study s;
    s.baseline = baseline;
    s.columns = {{"platform", column_role::axis, ""},
                 {"scheme", column_role::axis, ""},
                 {"memory", column_role::axis, ""},
                 {"energy_j", column_role::metric, "J"}};
    s.rows = rows;
    return s;
}

std::vector<cell> last_column(const study& s) {
    std::vector<cell> values;
    for (const auto& row : s.rows) values.push_back(row.back());
    return values;
}

TEST(column, has_one_unit_from_its_largest_value) {
    const column_view energy = view_of_values({"energy_j", column_role::metric, "J"}, {8.4e-5, 1e-6, cell()});
    EXPECT_EQ(energy.heading(), "energy (uJ)");
    EXPECT_EQ(energy.text(cell(8.4e-5)), "84.000");
    EXPECT_EQ(energy.text(cell(1e-12)), "<0.001");
    EXPECT_EQ(energy.text(cell()), "-");
    EXPECT_EQ(view_of_values({"latency_s", column_role::metric, "s"}, {0.037}).heading(), "latency (ms)");
    EXPECT_EQ(view_of_values({"clock_hz", column_role::metric, "Hz"}, {5e8}).text(cell(5e8)), "500.00");
    EXPECT_EQ(view_of_values({"area_um2", column_role::metric, "um2"}, {1.5e6}).heading(), "area (mm2)");
    EXPECT_EQ(view_of_values({"utilization", column_role::metric, ""}, {0.5}).text(cell(0.25)), "25.00");
    EXPECT_EQ(view_of_values({"power_w", column_role::metric, "W"}, {0.0}).heading(), "power (W)");
}

TEST(column, counts_are_written_out_and_axes_keep_their_names) {
    const column_view macs = view_of_values({"macs", column_role::metric, ""}, {std::int64_t{1234567}});
    EXPECT_EQ(macs.text(cell(std::int64_t{1234567})), "1,234,567");
    EXPECT_EQ(view_of_values({"cycles", column_role::metric, "cycles"}, {std::int64_t{1}}).heading(), "cycles");
    EXPECT_EQ(view_of_values({"dma.burst_bytes", column_role::axis, "B"}, {std::int64_t{64}}).heading(), "dma.burst_bytes (B)");
    EXPECT_EQ(view_of_values({"dram_read_bytes", column_role::metric, "B"}, {std::int64_t{64}}).title, "dram read bytes");
}

TEST(column, of_text_and_numbers_is_text) {
    const column_view mixed = view_of_values({"bits", column_role::axis, ""}, {std::int64_t{4}, std::string("auto")});
    EXPECT_FALSE(mixed.numeric);
    EXPECT_TRUE(mixed.varies);
}

TEST(column, without_any_value_is_not_present) {
    EXPECT_FALSE(view_of_values({"energy_j", column_role::metric, "J"}, {cell(), cell()}).present);
}

TEST(column, that_nobody_knows_is_shown_and_accuracy_is_best_when_large) {
    const column_view accuracy = view_of_values({"accuracy_top1", column_role::metric, "%"}, {70.5});
    EXPECT_TRUE(accuracy.shown);
    EXPECT_TRUE(accuracy.larger_is_better);
    EXPECT_FALSE(view_of_values({"drain_slots", column_role::metric, "cycles"}, {std::int64_t{1}}).shown);
    EXPECT_FALSE(view_of_values({"latency_s", column_role::metric, "s"}, {1.0}).larger_is_better);
}

TEST(ratios, of_a_comparison_are_those_of_its_tables) {
    const comparison c = sample_comparison();
    const study s = with_ratios(study_of(c));
    for (std::size_t i = 0; i < c.runs.size(); ++i) {
        const run_ratios expected = ratios_of(c, i);
        const auto same = [&](const char* name, const std::optional<double>& ratio) {
            const std::optional<double> ours = number_of(s.rows[i][*find_column(s, name)]);
            ASSERT_EQ(ours.has_value(), ratio.has_value()) << name << ' ' << i;
            if (ratio) {
                EXPECT_DOUBLE_EQ(*ours, *ratio) << name << ' ' << i;
            }
        };
        same("latency_ratio", expected.latency);
        same("energy_ratio", expected.energy);
        same("power_ratio", expected.power);
        same("area_ratio", expected.area);
    }
}

TEST(ratios, compare_rows_that_agree_in_every_other_axis) {
    const study s = with_ratios(two_axes("symq", {{"symq", "a", std::int64_t{1}, 2.0},
                                                  {"symq", "a", std::int64_t{2}, 4.0},
                                                  {"dasq", "b", std::int64_t{2}, 3.0},
                                                  {"dasq", "b", std::int64_t{3}, 3.0}}));
    EXPECT_THAT(last_column(s), ElementsAre(cell(1.0), cell(1.0), cell(0.75), cell()));
}

TEST(ratios, prefer_the_baseline_of_the_same_scheme_and_are_absent_where_it_is_ambiguous) {
    const study s = with_ratios(
        two_axes("symq", {{"symq", "a", cell(), 2.0}, {"symq", "b", cell(), 4.0}, {"dasq", "b", cell(), 4.0}, {"dasq", "c", cell(), 4.0}}));
    EXPECT_THAT(last_column(s), ElementsAre(cell(1.0), cell(1.0), cell(1.0), cell()));
}

TEST(ratios, need_a_baseline_that_is_not_zero) {
    EXPECT_EQ(with_ratios(two_axes("", {{"symq", "a", cell(), 2.0}})).columns.size(), 4u);
    EXPECT_THAT(last_column(with_ratios(two_axes("symq", {{"symq", "a", cell(), 0.0}}))), ElementsAre(cell()));
}

TEST(label, is_made_of_the_axes_that_vary) {
    const study s = study_of(sample_comparison());
    EXPECT_EQ(label_of(s, view_of(s), 1), "dasq, dasq:w3a4:sw4:p98");
    const study one = study_of({"", {}, {sample_report()}});
    EXPECT_EQ(label_of(one, view_of(one), 0), "dasq");
    EXPECT_THAT(shared_axes(s, view_of(s)), ElementsAre("workload: three_layers"));
}

}  // namespace
}  // namespace symmetree
