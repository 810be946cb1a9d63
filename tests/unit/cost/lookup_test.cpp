#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/enumerators.h"
#include "core/error.h"
#include "tests/unit/cost/shipped_table.h"

namespace symmetree {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A table whose numbers are easy to interpolate by eye: held = 10 k + 100 a + lanes on the grid.
const std::string small_table = R"(name: small
label: made up
not_modelled: [everything]
units:
  - unit: mac_tree
    rule: none
    source: none
    classes: [relu]
    streams: [dense]
    columns: [lanes, weight_bits, area_um2, held_pj, load_pj, clock_pj, leakage_uw]
    rows:
      - [4, 2, 1, 24, 0, 0, 0]
      - [4, 4, 2, 44, 0, 0, 0]
      - [8, 2, 3, 28, 0, 0, 0]
      - [8, 4, 9, 48, 0, 0, 0]
  - unit: mac_tree
    rule: none
    source: none
    classes: [gelu]
    streams: [dense, outlier]
    columns: [lanes, area_um2, held_pj, load_pj, clock_pj, leakage_uw]
    rows: [[1, 5, 500, 5, 5, 5], [3, 5, 700, 5, 5, 5]]
memories:
  - memory: sram
    rule: none
    source: none
    columns: [port_bits, capacity_bytes, read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2]
    rows: [[8, 100, 1, 2, 3, 4], [8, 200, 3, 6, 9, 12]]
  - memory: dram
    rule: none
    source: none
    columns: [read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2]
    rows: [[20, 21, 0, 0]]
)";

const cost_table& small() {
    static const cost_table table = cost_table::parse(small_table, "small.yaml");
    return table;
}

unit_key mac(int weight_bits, int lanes, activation_class input = activation_class::relu, bool sparse = false) {
    return {unit_kind::mac_tree, weight_bits, 4, lanes, input, sparse};
}

template <class Lookup>
std::string refusal(Lookup lookup) {
    try {
        lookup();
    } catch (const input_error& e) {
        return e.what();
    }
    return "not refused";
}

TEST(lookup, finds_rows_whatever_the_order_of_columns) {
    EXPECT_EQ(small().unit(mac(2, 8)).held->value, 28);
    EXPECT_EQ(small().unit(mac(4, 8)).area->value, 9);
}

TEST(lookup, interpolates_linearly_between_rows_on_each_axis) {
    EXPECT_DOUBLE_EQ(small().unit(mac(2, 5)).held->value, 25);
    EXPECT_DOUBLE_EQ(small().unit(mac(3, 4)).held->value, 34);
    EXPECT_DOUBLE_EQ(small().unit(mac(3, 7)).held->value, 37);
    // Bilinear where the corners are no plane: (1 + 2 + 3 + 9) / 4.
    EXPECT_DOUBLE_EQ(small().unit(mac(3, 6)).area->value, 3.75);
    EXPECT_DOUBLE_EQ(small().memory(memory_kind::output_buffer, {bytes(150), 8}).write_per_bit->value, 4);
}

TEST(lookup, wants_wires_for_several_banks) {
    const auto banks = [](const cost_table& table, std::uint64_t capacity, int count) {
        return table.memory(memory_kind::scratchpad, {bytes(capacity), 8, dram_kind{}, count});
    };
    EXPECT_THAT(refusal([&] { banks(small(), 400, 4); }), AllOf(HasSubstr("scratchpad"), HasSubstr("no memory section wire")));
    const cost_table wired =
        cost_table::parse(small_table + "  - {memory: wire, rule: none, source: none, pj_per_bit_mm: 500}\n", "wired.yaml");
    // Four banks of 4 um2, two by two: 2 um more than one bank's edge.
    const memory_cost four = banks(wired, 400, 4);
    EXPECT_DOUBLE_EQ(four.read_per_bit->value, 1 + 500 * 0.002);
    EXPECT_DOUBLE_EQ(four.write_per_bit->value, 2 + 500 * 0.002);
    EXPECT_DOUBLE_EQ(four.leakage->value, 12);
    EXPECT_DOUBLE_EQ(four.area->value, 16);
    EXPECT_DOUBLE_EQ(banks(wired, 100, 1).read_per_bit->value, 1);
    EXPECT_THAT(refusal([&] { banks(wired, 4000, 4); }),
                AllOf(HasSubstr("no cost for banks of capacity_bytes 1000"), HasSubstr("100..200")));
}

TEST(lookup, prefers_the_rows_of_the_class_and_stream) {
    EXPECT_EQ(small().unit(mac(99, 2, activation_class::gelu, true)).held->value, 600);  // no column for widths: ignored
    EXPECT_THAT(refusal([] { small().unit(mac(2, 4, activation_class::dense)); }),
                AllOf(HasSubstr("small.yaml"), HasSubstr("mac_tree"), HasSubstr("dense activations")));
    EXPECT_THAT(refusal([] { small().unit(mac(2, 4, activation_class::relu, true)); }), HasSubstr("the outlier stream"));
}

TEST(lookup, never_extrapolates) {
    for (const auto& widths : {std::pair(1, 4), std::pair(5, 4), std::pair(2, 3), std::pair(2, 9)}) {
        const int weight_bits = widths.first, lanes = widths.second;
        const std::string message = refusal([&] { small().unit(mac(weight_bits, lanes)); });
        EXPECT_THAT(message, AllOf(HasSubstr("mac_tree"), HasSubstr("weight_bits " + std::to_string(weight_bits)),
                                   HasSubstr("lanes " + std::to_string(lanes)), HasSubstr("weight_bits 2..4"), HasSubstr("lanes 4..8")));
    }
    EXPECT_THAT(refusal([] {
                    small().memory(memory_kind::weight_buffer, {bytes(201), 8});
                }),
                AllOf(HasSubstr("weight_buffer"), HasSubstr("capacity_bytes 100..200")));
    EXPECT_THAT(refusal([] { small().memory(memory_kind::weight_buffer, {bytes(150), 9}); }), HasSubstr("port_bits 8..8"));
    EXPECT_THAT(refusal([] { small().memory(memory_kind::weight_buffer, {bytes(~std::uint64_t{0}), 8}); }), HasSubstr("no cost"));
    EXPECT_EQ(small().memory(memory_kind::dram, {bytes(~std::uint64_t{0}), -1}).write_per_bit->value, 21);
}

TEST(lookup, of_a_dram_is_by_its_kind) {
    const auto write = [](const cost_table& table, dram_kind kind) {
        return table.memory(memory_kind::dram, {bytes(0), 0, kind}).write_per_bit->value;
    };
    for (const dram_kind kind : enumerators<dram_kind>()) EXPECT_EQ(write(small(), kind), 21) << "a section without a kind prices all";
    std::string text = small_table;
    text.replace(text.find("  - memory: dram\n"), 17, "  - memory: dram\n    kind: lpddr5\n");
    const cost_table one = cost_table::parse(text, "one.yaml");
    EXPECT_EQ(write(one, dram_kind::lpddr5), 21);
    EXPECT_THAT(refusal([&] { write(one, dram_kind::lpddr4); }), HasSubstr("dram: no cost for lpddr4; the table covers lpddr5"));
}

TEST(lookup, a_unit_without_rows_is_refused_by_name) {
    EXPECT_THAT(refusal([] {
                    small().unit({unit_kind::post_tree, 4, 4, 16, activation_class::relu, false});
                }),
                HasSubstr("post_tree: no rows"));
}

TEST(lookup, the_shipped_table_says_what_it_is) {
    EXPECT_EQ(shipped_table().name(), "published_45nm");
    EXPECT_EQ(shipped_table().label(), "published, scaled");
    EXPECT_GE(shipped_table().not_modelled().size(), 5u);
    EXPECT_THAT(shipped_table().file(), HasSubstr("published_45nm.yaml"));
}

TEST(lookup, an_unknown_table_names_the_shipped_ones) {
    EXPECT_THAT(refusal([] { cost_table::load("published_46nm", SYMMETREE_ROOT "/models/cost/tables"); }),
                AllOf(HasSubstr("published_46nm"), HasSubstr("published_45nm"), HasSubstr("cost_table")));
    EXPECT_THAT(refusal([] { cost_table::load("/no/such/table.yaml", ""); }), HasSubstr("/no/such/table.yaml"));
    EXPECT_EQ(cost_table::load(SYMMETREE_ROOT "/models/cost/tables/published_45nm.yaml", "").name(), "published_45nm");
}

}  // namespace
}  // namespace symmetree
