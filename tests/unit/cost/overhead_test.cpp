#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "models/cost/cost_rows.h"
#include "models/cost/cost_table.h"

// What a chip has beside its units: a share of the rest, apart from it, only where it is asked for.
namespace symmetree {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string columns = "held_pj, load_pj, clock_pj, leakage_uw, area_um2";

std::string table_with(const std::string& overhead, const std::string& tree_columns = columns,
                       const std::string& tree_row = "2, 3, 0.5, 10, 100") {
    return "name: t\nlabel: l\nnot_modelled: []\n" + overhead +
           "units:\n"
           "  - {unit: mac_tree, rule: r, source: s, classes: [relu], streams: [dense], columns: [" +
           tree_columns + "], rows: [[" + tree_row +
           "]]}\n"
           "memories:\n"
           "  - {memory: sram, rule: r, source: s, columns: [capacity_bytes, port_bits, read_pj_per_bit, write_pj_per_bit, leakage_uw, "
           "area_um2], rows: [[1024, 64, 1, 2, 5, 1000]]}\n"
           "  - {memory: dram, rule: r, source: s, columns: [read_pj_per_bit, write_pj_per_bit, leakage_uw, area_um2], rows: [[20, 30, 0, "
           "0]]}\n";
}

const std::string shares = "overhead: {area: 0.5, energy: 0.25, rule: r, source: s}\n";
const unit_activity trees{{{unit_kind::mac_tree, 4, 4, 16, activation_class::relu, false}, unit_counters{}}};

unit_activity two_trees() {
    unit_activity installed = trees;
    installed.begin()->second.instances = 2;
    return installed;
}

priced_platform platform(bool overhead) {
    priced_platform p{{{memory_kind::weight_buffer, {bytes(1024), 64}}}, 1e9};
    p.overhead = overhead;
    return p;
}

priced_parts energies(const cost_table& table, bool overhead) {
    memory_activity memories;
    memories[memory_kind::weight_buffer].read_bytes = 10;
    memories[memory_kind::dram].read_bytes = 1000;
    return energy_of({}, memories, cycles(100), two_trees(), platform(overhead), table);
}

TEST(overhead, is_its_share_of_the_parts_on_the_chip) {
    const cost_table table = cost_table::parse(table_with(shares), "t.yaml");
    priced_parts area = area_of(two_trees(), platform(true), table), energy = energies(table, true);
    EXPECT_DOUBLE_EQ(area.at("overhead").value(), 0.5 * (2 * 100 + 1000));
    // Two idle trees, 80 bits read on the chip, leakage of trees and buffer; the 8000 bits of DRAM don't count.
    EXPECT_DOUBLE_EQ(energy.at("overhead").value(), 0.25 * (2 * 100 * 0.5 + 80 * 1 + (2 * 10 + 5) * 100e-9 * 1e6));
    EXPECT_DOUBLE_EQ(energy.at("dram").value(), 8000 * 20);
    area.erase("overhead");
    energy.erase("overhead");
    EXPECT_EQ(area, area_of(two_trees(), platform(false), table)) << "the other parts are as without it";
    EXPECT_EQ(energy, energies(table, false));
    EXPECT_EQ(origins_of(two_trees(), platform(true), table).at("overhead"), price_origin::published);
    EXPECT_EQ(origins_of(two_trees(), platform(false), table).count("overhead"), 0u);
}

TEST(overhead, of_a_part_without_a_price_is_absent) {
    const cost_table table = cost_table::parse(table_with(shares, "area_um2", "100"), "t.yaml");
    EXPECT_TRUE(area_of(two_trees(), platform(true), table).at("overhead").has_value());
    EXPECT_EQ(energies(table, true).at("overhead"), std::nullopt);
}

TEST(overhead, is_refused_where_the_table_has_none) {
    const cost_table table = cost_table::parse(table_with(""), "t.yaml");
    EXPECT_NO_THROW(area_of(two_trees(), platform(false), table));
    try {
        area_of(two_trees(), platform(true), table);
        FAIL();
    } catch (const input_error& e) {
        EXPECT_THAT(e.what(), AllOf(HasSubstr("t.yaml"), HasSubstr("cost_overhead"), HasSubstr("ratio_45nm and published_45nm")));
    }
}

TEST(overhead, of_a_table_is_checked) {
    const auto complaint = [](const std::string& overhead) -> std::string {
        try {
            cost_table::parse(table_with(overhead), "t.yaml");
        } catch (const input_error& e) {
            return e.what();
        }
        return "no complaint";
    };
    EXPECT_THAT(complaint("overhead: {area: -0.5, energy: 0.25, rule: r, source: s}\n"),
                AllOf(HasSubstr("t.yaml:4:18"), HasSubstr("overhead.area")));
    EXPECT_THAT(complaint("overhead: {area: 0.5, rule: r, source: s}\n"), HasSubstr("overhead.energy"));
    EXPECT_THAT(complaint("overhead: {area: 0.5, energy: 0.5, source: s}\n"), HasSubstr("overhead.rule"));
    EXPECT_THAT(complaint("overhead: {area: 0.5, energy: 0.5, rule: r, source: s, power: 1}\n"), HasSubstr("power"));
}

/// Least relative squares over NVDLA's seven sizes by another way than the script's: a search that halves its steps.
TEST(overhead, of_the_shipped_tables_is_what_the_published_sizes_give) {
    struct size {
        double multipliers, kilobytes, mm2, frames, mw;
    };
    const size sizes[] = {{2048, 512, 5.5, 269, 291}, {1024, 256, 3.0, 153, 143}, {512, 256, 2.3, 93, 80}, {256, 256, 1.7, 46, 48},
                          {128, 256, 1.4, 20, 31},    {64, 128, 0.91, 7.3, 21},   {32, 128, 0.85, 3.6, 17}};
    const auto fit = [&](auto error, std::vector<double> at) {
        const auto sum = [&](const std::vector<double>& c) {
            double total = 0;
            for (const size& s : sizes) total += error(c, s) * error(c, s);
            return total;
        };
        std::vector<double> step = at;
        for (int round = 0; round < 200000; ++round) {
            bool better = false;
            for (std::size_t i = 0; i < at.size(); ++i)
                for (const double sign : {1.0, -1.0}) {
                    std::vector<double> next = at;
                    next[i] += sign * step[i];
                    if (sum(next) >= sum(at)) continue;
                    at = next;
                    better = true;
                }
            if (!better)
                for (double& s : step) s /= 2;
            if (step[0] < 1e-9 * at[0]) break;
        }
        return at;
    };
    const auto area = fit([](const auto& c, const size& s) { return (c[0] + c[1] * s.multipliers + c[2] * s.kilobytes) / s.mm2 - 1; },
                          {0.5, 0.002, 0.002});
    const auto power = fit([](const auto& c, const size& s) { return (c[0] + c[1] * s.frames) / s.mw - 1; }, {10.0, 1.0});
    for (const char* name : {"ratio_45nm", "published_45nm"}) {
        const cost_table table = cost_table::load(name, SYMMETREE_ROOT "/models/cost/tables");
        EXPECT_NEAR(table.overhead()->area, area[0] / (area[1] * 256 + area[2] * 256), 0.005 + 1e-4) << name;
        EXPECT_NEAR(table.overhead()->energy, power[0] / (power[1] * 46), 0.005 + 1e-4) << name;
    }
    for (const char* name : {"osu018", "xc7"}) EXPECT_FALSE(cost_table::load(name, SYMMETREE_ROOT "/models/cost/tables").overhead());
}

}  // namespace
}  // namespace symmetree
