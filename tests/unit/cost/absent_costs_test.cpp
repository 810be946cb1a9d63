#include <gtest/gtest.h>

#include "core/error.h"
#include "models/cost/cost_table.h"

// A table of logic alone, as a standard-cell library or an FPGA gives it: what it does not have is absent, never 0.
namespace symmetree {
namespace {

const cost_table& logic_only() {
    static const cost_table t = cost_table::parse(R"(name: logic
label: made up
provenance: ["library: none", "seed: 1"]
not_modelled: [memories]
absent: [vector_lane]
units:
  - {unit: mac_tree, rule: r, source: s, classes: [relu, gelu, dense], streams: [dense], columns: [weight_bits, held_pj, load_pj, clock_pj, leakage_uw, area_um2, delay_ns, residual, spread, checked], rows: [[4, 2, 3, 0.5, 10, 100, 2.5, 0.01, 0.04, 96], [8, 4, 5, 0.5, 20, 300, 3.5, 0.01, 0.04, 96]]}
  - {unit: accumulator, rule: r, source: s, classes: [relu, gelu, dense], streams: [dense], columns: [delay_ns], rows: [[7]]}
  - {unit: pot_tree, rule: r, source: s, classes: [relu, gelu, dense], streams: [dense], columns: [luts, flip_flops, carries, dsps], rows: [[120, 36, 8, 0]]}
circuits:
  - {circuit: something_else, rule: r, source: s, columns: [weight_bits, area_um2], rows: [[4, 1]]}
memories: []
)",
                                                  "logic.yaml");
    return t;
}

unit_key key(unit_kind unit, int weight_bits) { return {unit, weight_bits, 4, 16, activation_class::dense, false}; }

unit_activity installed(std::initializer_list<unit_kind> units) {
    unit_activity all;
    for (const unit_kind unit : units) all[key(unit, 4)].instances = 2;
    return all;
}

TEST(absent_costs, columns_that_a_section_lacks) {
    const unit_cost tree = logic_only().unit(key(unit_kind::mac_tree, 6));
    EXPECT_DOUBLE_EQ(tree.held->value, 3);
    EXPECT_DOUBLE_EQ(tree.delay_ns.value(), 3);
    EXPECT_TRUE(tree.has_energy());
    EXPECT_FALSE(tree.luts.has_value());

    const unit_cost accumulator = logic_only().unit(key(unit_kind::accumulator, 32));
    EXPECT_FALSE(accumulator.has_energy());
    EXPECT_FALSE(accumulator.held || accumulator.load || accumulator.clock || accumulator.leakage || accumulator.area);
    EXPECT_EQ(accumulator.delay_ns, 7);

    const unit_cost shifters = logic_only().unit(key(unit_kind::pot_tree, 4));
    EXPECT_EQ(shifters.luts, 120);
    EXPECT_EQ(shifters.flip_flops, 36);
    EXPECT_EQ(shifters.carries, 8);
    EXPECT_EQ(shifters.dsps, 0);
    EXPECT_FALSE(shifters.area.has_value());
}

TEST(absent_costs, units_that_the_table_calls_absent) {
    const unit_cost lane = logic_only().unit(key(unit_kind::vector_lane, 0));
    EXPECT_FALSE(lane.held || lane.load || lane.clock || lane.leakage || lane.area || lane.delay_ns);
    EXPECT_THROW(logic_only().unit(key(unit_kind::vector_norm, 0)), input_error);
}

TEST(absent_costs, memories_of_a_table_without_any) {
    for (const memory_kind kind : {memory_kind::dram, memory_kind::weight_buffer}) {
        const memory_cost cost = logic_only().memory(kind, {bytes(65536), 128});
        EXPECT_FALSE(cost.has_energy() || cost.read_per_bit || cost.write_per_bit || cost.leakage || cost.area);
    }
}

TEST(absent_costs, a_part_without_price_is_absent_beside_the_others) {
    const auto energy = [](std::initializer_list<unit_kind> units, const memory_activity& memories, const priced_platform& platform) {
        return energy_of({}, memories, cycles(10), installed(units), platform, logic_only());
    };
    const double idle = 2 * 10 * 0.5, leaking = 2 * 10 * 1e-8 * 1e6;  // pJ; two trees of 10 uW for 10 ns
    const priced_parts tree = energy({unit_kind::mac_tree}, {}, {{}, 1e9});
    EXPECT_DOUBLE_EQ(tree.at("mac_tree").value(), idle);
    EXPECT_DOUBLE_EQ(tree.at("leakage").value(), leaking);
    EXPECT_EQ(energy({unit_kind::mac_tree, unit_kind::accumulator}, {}, {{}, 1e9}),
              (priced_parts{{"mac_tree", idle}, {"accumulator", std::nullopt}, {"leakage", std::nullopt}}));
    EXPECT_EQ(energy({unit_kind::mac_tree}, {}, {{{memory_kind::weight_buffer, {bytes(64), 8}}}, 1e9}),
              (priced_parts{{"mac_tree", idle}, {"leakage", std::nullopt}}));
    EXPECT_EQ(energy({unit_kind::mac_tree}, {{memory_kind::dram, {1, 1, 1, 1}}}, {{}, 1e9}),
              (priced_parts{{"mac_tree", idle}, {"dram", std::nullopt}, {"leakage", tree.at("leakage")}}));

    EXPECT_EQ(area_of(installed({unit_kind::mac_tree}), {{}, 1e9}, logic_only()), (priced_parts{{"mac_tree", 200}}));
    EXPECT_EQ(area_of(installed({unit_kind::mac_tree, unit_kind::pot_tree}), {{}, 1e9}, logic_only()),
              (priced_parts{{"mac_tree", 200}, {"pot_tree", std::nullopt}}));
    EXPECT_EQ(area_of(installed({unit_kind::mac_tree}), {{{memory_kind::weight_buffer, {bytes(64), 8}}}, 1e9}, logic_only()),
              (priced_parts{{"mac_tree", 200}, {"weight_buffer", std::nullopt}}));
}

TEST(absent_costs, the_mix_of_families_is_a_line_of_the_provenance) {
    EXPECT_EQ(logic_only().mix(), "");
    for (const char* name : {"published_45nm", "ratio_45nm", "osu018"}) {
        const cost_table table = cost_table::load(name, SYMMETREE_ROOT "/models/cost/tables");
        EXPECT_GT(table.mix().size(), 20u) << name;
        EXPECT_EQ(table.mix().find("mix:"), std::string::npos);
    }
}

TEST(absent_costs, provenance_is_kept_for_the_reader) {
    EXPECT_EQ(logic_only().provenance(), (std::vector<std::string>{"library: none", "seed: 1"}));
}

}  // namespace
}  // namespace symmetree
