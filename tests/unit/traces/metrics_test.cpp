// The values by which whole runs are compared: one list for sweeps, pages and tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/traces/sample.h"
#include "traces/study.h"

namespace symmetree {
namespace {

cell value_of(const report& r, const std::string& name) {
    for (const metric& m : metrics_of(r))
        if (m.name == name) return m.value;
    ADD_FAILURE() << "no metric " << name;
    return {};
}

TEST(metrics, are_the_totals_of_the_run) {
    const report r = sample_report();
    const layer_report total = r.total();
    EXPECT_EQ(value_of(r, "cycles"), cell(std::int64_t(total.cycles)));
    EXPECT_EQ(value_of(r, "latency_s"), cell(r.latency_s()));
    EXPECT_EQ(value_of(r, "energy_j"), cell(r.energy_j()));
    EXPECT_EQ(value_of(r, "area_um2"), cell(r.total_area_um2()));
    EXPECT_EQ(value_of(r, "multipliers"), cell(std::int64_t{256}));
    EXPECT_EQ(value_of(r, "drain_slots"), cell(std::int64_t(total.split.drain)));
}

TEST(metrics, what_has_no_value_is_absent_and_never_zero) {
    report r = sample_report();
    r.area_um2.clear();
    for (layer_report& layer : r.layers) {
        layer.energy_pj.clear();
        layer.operations = {};
        layer.weight_sqnr_db.reset();
    }
    for (const char* name :
         {"area_um2", "energy_j", "power_w", "bops_dasq", "weight_sqnr_median_db", "mac_tree_energy_j", "mac_tree_area_um2"})
        EXPECT_EQ(value_of(r, name), cell()) << name;
}

TEST(metrics, a_total_that_lacks_a_part_is_absent_and_the_other_parts_are_not) {
    report r = sample_report();
    r.area_um2["weight_buffer"].reset();
    r.layers[1].energy_pj["dram"].reset();
    for (const char* name : {"area_um2", "energy_j", "power_w", "dram_energy_j", "weight_buffer_area_um2"})
        EXPECT_EQ(value_of(r, name), cell()) << name;
    EXPECT_EQ(value_of(r, "mac_tree_area_um2"), cell(12000.5));
    EXPECT_EQ(value_of(r, "mac_tree_energy_j"), cell(r.total().energy_pj.at("mac_tree").value() * 1e-12));
}

TEST(metrics, the_median_of_an_even_count_lies_between_the_middle_two) {
    report r = sample_report();
    r.layers.push_back(r.layers[0]);
    const double sqnrs[] = {30, 10, 21, 14};
    for (std::size_t i = 0; i < 4; ++i) r.layers[i].weight_sqnr_db = sqnrs[i];
    EXPECT_EQ(value_of(r, "weight_sqnr_median_db"), cell(17.5));
    EXPECT_EQ(value_of(r, "weight_sqnr_least_db"), cell(10.0));
    r.layers.pop_back();
    EXPECT_EQ(value_of(r, "weight_sqnr_median_db"), cell(21.0));
}

TEST(metrics, every_run_has_the_same_names_once) {
    report bare;
    std::set<std::string> names;
    const auto ours = metrics_of(sample_report()), theirs = metrics_of(bare);
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
        EXPECT_EQ(ours[i].name, theirs[i].name);
        EXPECT_EQ(ours[i].unit, theirs[i].unit);
        EXPECT_TRUE(names.insert(ours[i].name).second) << ours[i].name;
    }
}

TEST(metrics, energies_and_areas_of_the_units_add_up_to_the_totals) {
    const report r = sample_report();
    double energy = 0, area = 0;
    for (const metric& m : metrics_of(r)) {
        const auto ends_with = [&](const std::string& end) {
            return m.name.size() > end.size() && m.name.compare(m.name.size() - end.size(), end.size(), end) == 0;
        };
        if (!std::holds_alternative<double>(m.value)) continue;
        if (ends_with("_energy_j")) energy += std::get<double>(m.value);
        if (ends_with("_area_um2")) area += std::get<double>(m.value);
    }
    EXPECT_NEAR(energy, r.energy_j(), 1e-12 * r.energy_j());
    EXPECT_NEAR(area, r.total_area_um2(), 1e-9 * r.total_area_um2());
}

TEST(study, of_a_comparison_has_a_row_and_a_report_for_every_run) {
    const comparison c = sample_comparison();
    const study s = study_of(c);
    ASSERT_EQ(s.rows.size(), c.runs.size());
    ASSERT_EQ(s.details.size(), c.runs.size());
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
        EXPECT_EQ(s.rows[i].size(), s.columns.size());
        EXPECT_EQ(s.rows[i][1], cell(c.runs[i].platform));
        EXPECT_EQ(s.detail_rows[i], i);
    }
    EXPECT_EQ(s.baseline, c.baseline);
    EXPECT_THAT(s.notes, testing::Contains(testing::HasSubstr("clock tree")));
}

}  // namespace
}  // namespace symmetree
