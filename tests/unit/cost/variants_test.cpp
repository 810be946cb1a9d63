#include "models/cost/variants.h"

#include <gtest/gtest.h>

#include <algorithm>

// Shares of composite variants, by hand; what a table lacks.
namespace symmetree {
namespace {

std::string section(const std::string& unit, const std::string& classes, const std::string& columns, const std::string& rows) {
    return "  - {unit: " + unit + ", rule: r, source: s, classes: [" + classes + "], streams: [dense, outlier], columns: [" + columns +
           "], rows: [" + rows + "]}\n";
}

const std::string costs = "held_pj, load_pj, clock_pj, leakage_uw, area_um2, delay_ns";

/// Numbers that are easy to tell apart in a sum.
std::string logic() {
    const std::string tree = "weight_bits, " + costs;
    return "name: made_up\nlabel: made up\nnot_modelled: []\nunits:\n" +
           section("mac_tree", "relu", tree, "[3, 8, 4, 1, 0, 1600, 3], [4, 16, 8, 1, 0, 3200, 4]") +
           section("widened_tree", "relu", tree, "[5, 24, 10, 1, 0, 4000, 4.5]") +
           section("port_subtractor", "relu", tree, "[4, 7, 0, 0, 0, 800, 1]") +
           section("activation_sum_tree", "relu", costs, "[4, 0, 2, 0, 160, 2]") +
           section("correction_every_cycle", "relu", tree, "[3, 1, 1, 1, 0, 50, 5], [4, 2, 1, 1, 0, 100, 6]") +
           section("correction_at_drain", "relu", tree, "[3, 9, 9, 9, 0, 9, 9], [4, 12, 6, 3, 0, 200, 9]") +
           section("sparse_lane", "relu", costs, "[5, 0, 1, 0, 250, 7]") +
           section("outlier_list", "relu", costs, "[2, 3, 0.5, 0, 150, 3]") +
           section("sparse_bank_adder", "relu", costs, "[6, 0, 2, 0, 300, 1]");
}

cost_table without_storage() {
    return cost_table::parse(logic() + section("accumulator", "relu", "delay_ns", "[8]") + "memories: []\n", "t.yaml");
}
cost_table with_storage() {
    return cost_table::parse(logic() + section("accumulator", "relu", costs, "[32, 0, 4, 0, 1600, 8]") + "memories: []\n", "t.yaml");
}

/// 10 lanes, 4 trees, 20 codes at the port, 2 drain lanes, 3 vectors per output, 2 sparse lanes, 0.4 outliers per tree and vector.
variant_sizes sizes() {
    variant_sizes s;
    s.lanes = 10;
    s.trees = 4;
    s.drain_lanes = 2;
    s.inputs = 30;
    s.sparse_lanes = 2;
    s.outlier_share = 0.04;
    s.port_codes = 20;
    return s;
}

TEST(variants, a_tree_alone) {
    const variant_cost c = cost_of(tree_variant::symq, 4, sizes(), with_storage());
    EXPECT_DOUBLE_EQ(c.area_um2.value(), 3200);
    EXPECT_DOUBLE_EQ(c.delay_ns.value(), 4);
    EXPECT_DOUBLE_EQ(c.held_pj_per_mac.value(), 16 / 10.0);
    EXPECT_DOUBLE_EQ(c.streamed_pj_per_mac.value(), 24 / 10.0);
    EXPECT_FALSE(c.luts || c.flip_flops || c.carries || c.dsps);
}

TEST(variants, widened_codes_are_stored_in_one_bit_more) {
    EXPECT_DOUBLE_EQ(cost_of(tree_variant::widened, 4, sizes(), with_storage()).area_um2.value(), 4000);
    EXPECT_FALSE(cost_of(tree_variant::widened, 5, sizes(), with_storage()).area_um2.has_value());
}

TEST(variants, subtractors_at_the_port_work_while_weights_load) {
    const variant_cost c = cost_of(tree_variant::port_subtract, 4, sizes(), with_storage());
    EXPECT_DOUBLE_EQ(c.area_um2.value(), 4000 + 800 / 4.0);
    EXPECT_DOUBLE_EQ(c.delay_ns.value(), 4.5);
    EXPECT_DOUBLE_EQ(c.held_pj_per_mac.value(), 24 / 10.0);
    EXPECT_DOUBLE_EQ(c.streamed_pj_per_mac.value(), (24 + 10 + 7 / 2.0) / 10);
}

TEST(variants, row_sum_every_cycle_shares_the_sum_among_trees) {
    const variant_cost c = cost_of(tree_variant::row_sum_every_cycle, 4, sizes(), with_storage());
    EXPECT_DOUBLE_EQ(c.area_um2.value(), 3200 + 160 / 4.0 + 100);
    EXPECT_DOUBLE_EQ(c.delay_ns.value(), 6);
    EXPECT_DOUBLE_EQ(c.held_pj_per_mac.value(), (16 + 4 / 4.0 + 2) / 10.0);
    EXPECT_DOUBLE_EQ(c.streamed_pj_per_mac.value(), (16 + 4 / 4.0 + 2 + 8 + 1) / 10.0);
}

TEST(variants, row_sum_at_drain_idles_between_outputs_and_stores_its_sums) {
    const variant_cost c = cost_of(tree_variant::row_sum_at_drain, 4, sizes(), with_storage());
    EXPECT_DOUBLE_EQ(c.area_um2.value(), 3200 + 160 / 4.0 + 200 / 2.0 + 1600 / 4.0);
    EXPECT_DOUBLE_EQ(c.delay_ns.value(), 9);
    const double held = 16 + 4 / 4.0 + 12 / 3.0 + (1 / 2.0 - 1 / 3.0) * 3 + 32 / 4.0;
    EXPECT_NEAR(c.held_pj_per_mac.value(), held / 10, 1e-12);
    EXPECT_NEAR(c.streamed_pj_per_mac.value(), (held + 8 + 6 / 3.0) / 10, 1e-12);
    EXPECT_TRUE(c.left_out.empty());
}

TEST(variants, say_which_storage_a_table_does_not_have) {
    const variant_cost c = cost_of(tree_variant::row_sum_at_drain, 4, sizes(), without_storage());
    EXPECT_DOUBLE_EQ(c.area_um2.value(), 3200 + 160 / 4.0 + 200 / 2.0);
    EXPECT_EQ(c.left_out, std::vector<std::string>{"accumulator"});
}

TEST(variants, dasq_pays_for_lanes_lists_and_bank_adders) {
    const variant_cost c = cost_of(tree_variant::dasq, 4, sizes(), with_storage());
    EXPECT_DOUBLE_EQ(c.area_um2.value(), 3200 + 400 / 2.0 + 300);
    EXPECT_DOUBLE_EQ(c.delay_ns.value(), 7);
    const double held = 16 + 0.4 * (5 + 2) + (0.5 - 0.4) * (1 + 0.5) + 0.4 * 6 + 0.6 * 2;
    EXPECT_NEAR(c.held_pj_per_mac.value(), held / 10, 1e-12);
    EXPECT_NEAR(c.streamed_pj_per_mac.value(), (held + 8 + 0.4 * 3) / 10, 1e-12);
}

TEST(variants, are_absent_where_a_part_has_no_row) {
    for (const tree_variant v : {tree_variant::pot, tree_variant::post, tree_variant::pre_subtract}) {
        const variant_cost c = cost_of(v, 4, sizes(), with_storage());
        EXPECT_FALSE(c.area_um2 || c.delay_ns || c.held_pj_per_mac || c.streamed_pj_per_mac) << to_string(v);
    }
    variant_sizes dense = sizes();
    dense.input = activation_class::dense;
    EXPECT_FALSE(cost_of(tree_variant::symq, 4, dense, with_storage()).area_um2.has_value());
    EXPECT_FALSE(cost_of(tree_variant::symq, 5, sizes(), with_storage()).area_um2.has_value());
}

// The platform file's defaults and the shipped platforms are what the shares assume.
TEST(variants, of_a_shipped_table_have_all_measures_that_it_has) {
    const cost_table osu = cost_table::load("osu018", SYMMETREE_ROOT "/models/cost/tables");
    for (const tree_variant v : enumerators<tree_variant>()) {
        const variant_cost c = cost_of(v, 4, {}, osu);
        EXPECT_TRUE(c.area_um2 && c.delay_ns && c.held_pj_per_mac && c.streamed_pj_per_mac) << to_string(v);
        EXPECT_FALSE(c.luts.has_value()) << to_string(v);
        EXPECT_EQ(c.left_out.empty(), v != tree_variant::row_sum_at_drain);
    }
}

}  // namespace
}  // namespace symmetree
