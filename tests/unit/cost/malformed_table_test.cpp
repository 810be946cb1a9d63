#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "models/cost/cost_table.h"

// Each test breaks one thing in a table that is otherwise good.
namespace symmetree {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string good = R"(name: good
label: made up
not_modelled: []
units:
  - unit: mac_tree
    rule: by hand
    source: nobody
    classes: [relu, dense]
    streams: [dense]
    columns: [weight_bits, lanes, held_pj, load_pj, clock_pj, leakage_uw, area_um2]
    rows:
      - [2, 4, 0.5, 0.25, 0, 1, 2]
      - [2, 8, 1.5, 0.25, 0, 1, 2]
memories:
  - memory: sram
    rule: by hand
    source: nobody
    columns: [capacity_bytes, port_bits, read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2]
    rows: [[1024, 64, 1, 1, 1, 1]]
  - memory: dram
    rule: by hand
    source: nobody
    columns: [read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2]
    rows: [[20, 20, 0, 0]]
)";

/// What the reader says to the good table with `from` replaced by `to`.
std::string complaint(const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    text.replace(place, from.size(), to);
    try {
        cost_table::parse(text, "t.yaml");
    } catch (const input_error& e) {
        return e.what();
    }
    return "no complaint";
}

TEST(malformed_table, the_good_one_is_good) { EXPECT_NO_THROW(cost_table::parse(good, "t.yaml")); }

TEST(malformed_table, unknown_unit) {
    EXPECT_THAT(complaint("unit: mac_tree", "unit: mac_bush"),
                AllOf(HasSubstr("t.yaml:5:11"), HasSubstr("post_tree"), HasSubstr("'mac_bush'")));
}

TEST(malformed_table, missing_cost_column) {
    EXPECT_THAT(complaint("clock_pj, ", ""), AllOf(HasSubstr("t.yaml:10:14"), HasSubstr("columns"), HasSubstr("missing column: clock_pj")));
    EXPECT_THAT(complaint("port_bits, ", ""), HasSubstr("missing column: port_bits"));
}

TEST(malformed_table, energies_come_together_or_not_at_all) {
    for (const std::string column : {"held_pj, ", "load_pj, ", "leakage_uw, "})
        EXPECT_THAT(complaint(column, ""), HasSubstr("missing column: " + column.substr(0, column.size() - 2)));
    EXPECT_THAT(complaint("held_pj, load_pj, clock_pj, leakage_uw, area_um2]", "residual]"), HasSubstr("at least one of held_pj"));
}

TEST(malformed_table, absent_units_that_are_none_or_have_rows) {
    EXPECT_THAT(complaint("not_modelled: []", "not_modelled: []\nabsent: [vector_lame]"),
                AllOf(HasSubstr("t.yaml:4:9"), HasSubstr("absent"), HasSubstr("'vector_lame'")));
    EXPECT_THAT(complaint("not_modelled: []", "not_modelled: []\nabsent: [mac_tree]"), HasSubstr("the table calls this unit absent"));
}

TEST(malformed_table, one_memory_without_the_other) {
    EXPECT_THAT(complaint(good.substr(good.find("  - memory: dram")), ""), HasSubstr("a section for dram is missing"));
}

TEST(malformed_table, a_check_that_is_no_number) {
    EXPECT_THAT(complaint("leakage_uw, area_um2]", "spread, area_um2]"), HasSubstr("missing column: leakage_uw"));
    EXPECT_THAT(complaint("lanes, held_pj", "residual, held_pj"), Not(HasSubstr("no such column")));
}

TEST(malformed_table, unknown_or_repeated_column) {
    EXPECT_THAT(complaint("lanes,", "lines,"), AllOf(HasSubstr("t.yaml:10:14"), HasSubstr("no such column: lines")));
    EXPECT_THAT(complaint("lanes,", "weight_bits,"), HasSubstr("column given twice: weight_bits"));
}

TEST(malformed_table, bad_costs) {
    for (const std::string bad : {"-0.5", "nan", ".nan", "inf", "1e999", "0,5e", "half", "[1]", "''"})
        EXPECT_THAT(complaint("1.5", bad), AllOf(HasSubstr("t.yaml:13"), HasSubstr("units[0].rows"))) << bad;
    EXPECT_THAT(complaint("1.5", "-0.5"), AllOf(HasSubstr("t.yaml:13:16"), HasSubstr("'-0.5'")));
}

TEST(malformed_table, bad_axis_values) {
    for (const std::string bad : {"0", "-2", "8.5", "x", "99999999999999999999"})
        EXPECT_THAT(complaint("[2, 8,", "[2, " + bad + ","), AllOf(HasSubstr("t.yaml:13:13"), HasSubstr("lanes"))) << bad;
}

TEST(malformed_table, a_row_of_another_length) {
    EXPECT_THAT(complaint("[2, 8, 1.5,", "[2, 8,"), AllOf(HasSubstr("t.yaml:13:9"), HasSubstr("7 numbers")));
    EXPECT_THAT(complaint("- [2, 8, 1.5, 0.25, 0, 1, 2]", "- 5"), AllOf(HasSubstr("t.yaml:13:9"), HasSubstr("7 numbers")));
}

TEST(malformed_table, duplicate_row) {
    EXPECT_THAT(complaint("[2, 8,", "[2, 4,"), AllOf(HasSubstr("t.yaml:13:9"), HasSubstr("a second row for weight_bits 2, lanes 4")));
    EXPECT_THAT(complaint("[[20, 20, 0, 0]]", "[[20, 20, 0, 0], [1, 1, 0, 0]]"), HasSubstr("a second row"));
}

TEST(malformed_table, a_hole_in_the_grid) {
    EXPECT_THAT(complaint("[2, 8,", "[3, 8,"), AllOf(HasSubstr("t.yaml:12"), HasSubstr("none for weight_bits 3, lanes 4")));
}

TEST(malformed_table, no_rows) {
    EXPECT_THAT(complaint("[[1024, 64, 1, 1, 1, 1]]", "[]"), AllOf(HasSubstr("t.yaml:19:11"), HasSubstr("at least one row")));
    EXPECT_THAT(complaint("    rows: [[20, 20, 0, 0]]\n", ""), AllOf(HasSubstr("memories[1]"), HasSubstr("at least one row")));
}

TEST(malformed_table, classes_and_streams) {
    EXPECT_THAT(complaint("[relu, dense]", "[relu, sigmoid]"), AllOf(HasSubstr("t.yaml:8:14"), HasSubstr("'sigmoid'")));
    EXPECT_THAT(complaint("[relu, dense]", "[]"), HasSubstr("at least one of relu, gelu, dense"));
    EXPECT_THAT(complaint("streams: [dense]", "streams: [sparse]"), AllOf(HasSubstr("t.yaml:9:14"), HasSubstr("'sparse'")));
}

TEST(malformed_table, sections_that_answer_the_same_key) {
    const std::size_t from = good.find("  - unit"), to = good.find("memories");
    const std::string section = good.substr(from, to - from);
    EXPECT_THAT(complaint("memories:\n", section + "memories:\n"), AllOf(HasSubstr("t.yaml:14:11"), HasSubstr("a second section")));
    std::string other_class = section;
    other_class.replace(other_class.find("[relu, dense]"), 13, "[gelu]");
    EXPECT_EQ(complaint("memories:\n", other_class + "memories:\n"), "no complaint");
    EXPECT_THAT(complaint("memory: dram", "memory: sram"), HasSubstr("a second section for the same memory"));
    const std::string dram = good.substr(good.find("  - memory: dram"));
    const auto of_kind = [&](const char* kind) {
        return "  - memory: dram\n    kind: " + std::string(kind) + dram.substr(dram.find("\n"));
    };
    EXPECT_EQ(complaint(dram, of_kind("lpddr4") + of_kind("lpddr5")), "no complaint");
    EXPECT_THAT(complaint(dram, of_kind("lpddr4") + of_kind("lpddr4")), HasSubstr("a second section for the same memory"));
    EXPECT_THAT(complaint(dram, dram + of_kind("lpddr4")), HasSubstr("a second section for the same memory"));
    EXPECT_THAT(complaint(dram, of_kind("lpddr6")),
                AllOf(HasSubstr("t.yaml:21:11"), HasSubstr("one of ddr3_1600, lpddr4, lpddr5 is wanted, given 'lpddr6'")));
}

TEST(malformed_table, wires_without_a_number_or_twice) {
    const std::string wire = "  - memory: wire\n    rule: none\n    source: none\n    pj_per_bit_mm: 0.1\n";
    EXPECT_EQ(complaint("memories:\n", "memories:\n" + wire), "no complaint");
    EXPECT_THAT(complaint("memories:\n", "memories:\n" + wire + wire), HasSubstr("a second section for the same memory"));
    EXPECT_THAT(complaint("memories:\n", "memories:\n" + wire.substr(0, wire.find("    pj_per"))), HasSubstr("memories[0].pj_per_bit_mm"));
    EXPECT_THAT(complaint("memories:\n", "memories:\n" + wire + "    rows: []\n"), HasSubstr("unknown key"));
}

TEST(malformed_table, missing_provenance_or_memory) {
    EXPECT_THAT(complaint("    rule: by hand\n", ""), AllOf(HasSubstr("units[0].rule"), HasSubstr("is missing")));
    EXPECT_THAT(complaint("    source: nobody\n", ""), HasSubstr("units[0].source"));
    EXPECT_THAT(complaint(good.substr(good.find("  - memory: dram")), ""), HasSubstr("a section for dram is missing"));
}

TEST(malformed_table, unknown_keys_and_no_yaml) {
    EXPECT_THAT(complaint("label:", "lable:"), AllOf(HasSubstr("t.yaml:2:1"), HasSubstr("lable")));
    EXPECT_THAT(complaint("    streams:", "    stream:"), AllOf(HasSubstr("t.yaml:9:5"), HasSubstr("unknown key")));
    EXPECT_THAT(complaint("[2, 8,", "[2, 8"), HasSubstr("t.yaml"));
    EXPECT_THAT(complaint(good, "just text"), HasSubstr("a mapping is wanted"));
}

TEST(malformed_table, all_problems_are_reported_at_once) {
    const std::string text = complaint("[2, 4, 0.5, 0.25, 0, 1, 2]\n      - [2, 8, 1.5,", "[2, 4, -1, 0.25, 0, 1, 2]\n      - [2, 8, -2,");
    EXPECT_THAT(text, AllOf(HasSubstr("t.yaml:12:16"), HasSubstr("t.yaml:13:16")));
}

}  // namespace
}  // namespace symmetree
