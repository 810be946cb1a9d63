#include <gtest/gtest.h>

#include "core/error.h"
#include "models/cost/cost_table.h"

// Energies and areas of activity that is small enough to add up by hand.
namespace symmetree {
namespace {

const cost_table& table() {
    static const cost_table t = cost_table::parse(R"(name: hand
label: made up
not_modelled: []
units:
  - {unit: mac_tree, rule: r, source: s, classes: [relu], streams: [dense], columns: [held_pj, load_pj, clock_pj, leakage_uw, area_um2], rows: [[2, 3, 0.5, 10, 100]]}
  - {unit: mac_tree, rule: r, source: s, classes: [gelu, dense], streams: [dense], columns: [held_pj, load_pj, clock_pj, leakage_uw, area_um2], rows: [[4, 3, 0.5, 10, 100]]}
  - {unit: sparse_lane, rule: r, source: s, classes: [relu, gelu, dense], streams: [dense, outlier], columns: [held_pj, load_pj, clock_pj, leakage_uw, area_um2], rows: [[7, 1, 0.25, 1, 30]]}
memories:
  - {memory: sram, rule: r, source: s, columns: [capacity_bytes, port_bits, read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2], rows: [[1024, 64, 1, 2, 5, 1000], [2048, 64, 3, 4, 9, 3000]]}
  - {memory: dram, rule: r, source: s, columns: [read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2], rows: [[20, 30, 77, 88]]}
)",
                                                  "hand.yaml");
    return t;
}

const unit_key relu_tree{unit_kind::mac_tree, 4, 4, 16, activation_class::relu, false};
const unit_key gelu_tree{unit_kind::mac_tree, 4, 4, 16, activation_class::gelu, false};
const unit_key installed_tree{unit_kind::mac_tree, 4, 4, 16, activation_class::dense, false};
const unit_key installed_lane{unit_kind::sparse_lane, 4, 4, 16, activation_class::dense, true};

unit_counters instances(std::uint64_t n) {
    unit_counters c;
    c.instances = n;
    return c;
}

const unit_activity installed{{installed_tree, instances(2)}, {installed_lane, instances(3)}};
const priced_platform platform{
    {{memory_kind::dram, {}}, {memory_kind::weight_buffer, {bytes(1024), 64}}, {memory_kind::output_buffer, {bytes(1536), 64}}}, 1e6};

TEST(energy, adds_up_by_hand) {
    unit_activity units;
    units[relu_tree] = {2, 100, 7, 100, 60, 40};  // 2 instances * 100 cycles
    memory_activity memories;
    memories[memory_kind::dram] = {10, 1, 99, 99};
    memories[memory_kind::weight_buffer] = {4, 8, 99, 99};
    memories[memory_kind::output_buffer] = {0, 2, 99, 99};

    const auto energy = energy_of(units, memories, cycles(100), installed, platform, table());
    EXPECT_DOUBLE_EQ(energy.at("mac_tree").value(), 100 * 2 + 7 * 3 + (60 + 40) * 0.5);
    EXPECT_DOUBLE_EQ(energy.at("sparse_lane").value(), 3 * 100 * 0.25);  // not used: idles for the whole layer
    EXPECT_DOUBLE_EQ(energy.at("dram").value(), 10 * 8 * 20 + 1 * 8 * 30);
    EXPECT_DOUBLE_EQ(energy.at("weight_buffer").value(), 4 * 8 * 1 + 8 * 8 * 2);
    EXPECT_DOUBLE_EQ(energy.at("output_buffer").value(), 2 * 8 * 3);  // half-way between the two capacities
    // 2 trees, 3 lanes, 5 and 7 uW of SRAM, for 100 us; DRAM's 77 uW is not on the chip.
    EXPECT_DOUBLE_EQ(energy.at("leakage").value(), (2 * 10 + 3 * 1 + 5 + 7) * 100.0);
    EXPECT_EQ(energy.size(), 6u);
}

TEST(energy, classes_are_priced_apart_and_share_their_circuit) {
    unit_activity units;
    units[relu_tree] = {2, 10, 0, 10, 0, 0};
    units[gelu_tree] = {2, 20, 0, 20, 0, 0};
    const auto energy = energy_of(units, {}, cycles(50), installed, platform, table());
    // 2 * 50 instance-cycles, 30 of them accounted for: 70 idle ones.
    EXPECT_DOUBLE_EQ(energy.at("mac_tree").value(), 10 * 2 + 20 * 4 + 70 * 0.5);
}

TEST(energy, a_stalled_cycle_costs_as_much_as_an_idle_one_and_a_busy_one_only_its_vector) {
    unit_activity busy, stalled, idle;
    busy[relu_tree] = {2, 5, 0, 200, 0, 0};
    stalled[relu_tree] = {2, 5, 0, 120, 80, 0};
    idle[relu_tree] = {2, 5, 0, 120, 0, 80};
    const auto tree_pj = [](const unit_activity& units) {
        return energy_of(units, {}, cycles(100), installed, platform, table()).at("mac_tree").value();
    };
    EXPECT_DOUBLE_EQ(tree_pj(busy), 10);
    EXPECT_DOUBLE_EQ(tree_pj(stalled), 50);
    EXPECT_DOUBLE_EQ(tree_pj(idle), tree_pj(stalled));
}

TEST(energy, nothing_installed_and_nothing_done_is_nothing) {
    const auto energy = energy_of({}, {}, cycles(100), {}, {{}, 1e9}, table());
    EXPECT_EQ(energy, (priced_parts{{"leakage", 0.0}}));
}

TEST(energy, activity_of_something_that_is_not_installed_is_a_model_fault) {
    unit_activity units;
    units[relu_tree] = {2, 1, 0, 1, 0, 0};
    EXPECT_THROW(energy_of(units, {}, cycles(1), {}, platform, table()), model_fault);
    unit_activity wider{{unit_key{unit_kind::mac_tree, 8, 4, 16, activation_class::relu, false}, {2, 1, 0, 1, 0, 0}}};
    EXPECT_THROW(energy_of(wider, {}, cycles(1), installed, platform, table()), model_fault);
    memory_activity memories{{memory_kind::activation_buffer, {1, 0, 0, 0}}};
    EXPECT_THROW(energy_of({}, memories, cycles(1), installed, platform, table()), model_fault);
    EXPECT_THROW(energy_of({}, {}, cycles(1), installed, {{}, 0}, table()), model_fault);
}

TEST(energy, area_counts_what_is_on_the_chip) {
    const auto area = area_of(installed, platform, table());
    EXPECT_EQ(area, (priced_parts{{"mac_tree", 200}, {"sparse_lane", 90}, {"weight_buffer", 1000}, {"output_buffer", 2000}}));
}

}  // namespace
}  // namespace symmetree
