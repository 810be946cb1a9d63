#include <gmock/gmock.h>

#include "tests/unit/traces/sample.h"

namespace symmetree {
namespace {

using verdict = exactness::verdict;

TEST(report_total, adds_counts_splits_energies_and_measures) {
    const report r = sample_report();
    const layer_report total = r.total();
    EXPECT_EQ(total.name, "total");
    EXPECT_EQ(total.macs, 7225344u + 393216u + 64000u);
    EXPECT_EQ(total.parameters, 36864u + 64000u);
    EXPECT_EQ(total.weight_bits_stored, 119440u + 192000u);
    EXPECT_EQ(total.cycles, 35000u);
    EXPECT_EQ(total.split.total(), total.cycles);
    EXPECT_EQ(total.split.memory, 2700u);
    EXPECT_EQ(total.memories.at(memory_kind::dram).read_bytes, 40000u + 3072u + 24032u);
    EXPECT_EQ(total.memories.at(memory_kind::dram).write_accesses, 49u + 24u + 2u);
    EXPECT_EQ(total.energy_pj.at("mac_tree"), 500000.25 + 30000.5 + 5000);
    EXPECT_EQ(total.operations.bops_dasq, 80e6 + 6291456 + 768000);
    EXPECT_EQ(total.outliers.listed, 737u);
    EXPECT_EQ(total.outliers.assignment, "row_banked");
    EXPECT_EQ(total.scheme, "mixed");
}

TEST(report_total, one_difference_is_not_forgotten_behind_layers_without_a_scheme) {
    report r = sample_report();
    r.layers.resize(2);
    for (layer_report& layer : r.layers) layer.scheme.clear();  // as operators of the vector unit have none
    r.layers[0].check = {verdict::differs, "image 0"};
    r.layers[1].check.result = verdict::exact;
    EXPECT_EQ(r.total().check.result, verdict::differs);
}

TEST(report_total, of_groups_adds_layers_whose_names_begin_alike) {
    report r = sample_report();
    r.layers.push_back(r.layers.front());
    r.layers.back().name = "/block/last";
    const std::vector<layer_report> groups = r.groups();
    ASSERT_EQ(groups.size(), 3u);
    EXPECT_EQ(groups[0].name, "block");
    EXPECT_EQ(groups[0].macs, 2 * 7225344u);
    EXPECT_EQ(groups[0].scheme, r.layers[0].scheme);
    EXPECT_EQ(groups[0].operations.bops_dasq, 160e6);
    EXPECT_EQ(groups[1].name, "block, activations");
    EXPECT_EQ(groups[1].cycles, r.layers[1].cycles);
    EXPECT_EQ(groups[2].name, "head");
}

TEST(report_total, adds_the_activity_of_equal_units_and_keeps_the_number_of_instances) {
    const layer_report total = sample_report().total();
    const unit_counters& mac = total.units.at({unit_kind::mac_tree, 3, 4, 16, activation_class::relu, false});
    EXPECT_EQ(mac.instances, 16u);
    EXPECT_EQ(mac.vectors, 451584u + 4032u);
    EXPECT_EQ(total.units.size(), 2u);
}

TEST(report_total, the_fullest_lane_is_that_of_the_fullest_layer) {
    report r = sample_report();
    r.layers[0].outliers.fullest_lane = 3;
    r.layers[1].outliers.fullest_lane = 7;
    r.layers[2].outliers.fullest_lane = 5;
    EXPECT_EQ(r.total().outliers.fullest_lane, 7u);
}

TEST(report_total, one_difference_outweighs_unchecked_layers_and_names_its_layer) {
    report r = sample_report();
    r.layers[0].check = {verdict::not_checked, ""};
    r.layers[1].check = {verdict::differs, "repeat 0 channel 3 vector 17: 41, reference 40 (accumulator)"};
    r.layers[2].check = {verdict::differs, "later"};
    EXPECT_EQ(r.total().check.result, verdict::differs);
    EXPECT_EQ(r.total().check.first_difference, "block.0.attn.qk: repeat 0 channel 3 vector 17: 41, reference 40 (accumulator)");
    EXPECT_FALSE(r.passed());
}

TEST(report_total, an_unchecked_layer_after_exact_ones_leaves_the_run_unchecked_but_passed) {
    report r = sample_report();
    EXPECT_EQ(r.total().check.result, verdict::exact);
    r.layers[2].check = {verdict::not_checked, ""};
    EXPECT_EQ(r.total().check.result, verdict::not_checked);
    EXPECT_TRUE(r.passed());
}

TEST(report_total, nothing_simulated_is_nothing_checked) {
    EXPECT_EQ(report{}.total().check.result, verdict::not_checked);
    EXPECT_EQ(report{}.latency_s(), 0);
    EXPECT_EQ(report{}.power_w(), 0);
}

TEST(report_total, layers_that_assign_outliers_differently_are_mixed) {
    report r = sample_report();
    r.layers[2].outliers = {10, 10, 9, 300, 7, "pooled"};
    const outlier_report sum = r.total().outliers;
    EXPECT_EQ(sum.assignment, "mixed");
    EXPECT_EQ(sum.index_bits, 9);
    EXPECT_EQ(sum.fullest_lane, 7u);
    EXPECT_EQ(sum.stream_bits, 9300u);
}

TEST(report_total, latency_energy_power_and_area_follow_from_it) {
    const report r = sample_report();
    EXPECT_DOUBLE_EQ(r.latency_s(), 70e-6);
    EXPECT_DOUBLE_EQ(r.energy_j(), 6058924.125e-12);
    EXPECT_DOUBLE_EQ(r.power_w(), 6058924.125e-12 / 70e-6);
    EXPECT_EQ(r.total_area_um2(), 20000);
    EXPECT_EQ(r.energy_j(), r.total().energy_total_pj() * 1e-12);
}

}  // namespace
}  // namespace symmetree
