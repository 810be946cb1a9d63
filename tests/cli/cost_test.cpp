#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/cli/program.h"

// `cost`: what trees cost by width and variant.

namespace symmetree {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
    return cells;
}

TEST(cost, tells_every_variant_by_width_with_ratios) {
    const workbench bench;
    const outcome result = bench.run("cost --table osu018");
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(result.out, StartsWith("osu018: synthesised, osu018_stdcells, pre-layout, logic only\n"));
    for (const char* text : {"area per tree, um2", "delay, ns", "weights held", "new weights for every vector", "over symq at the same k",
                             "over the same at k - 1", "row_sum_at_drain without its accumulator", "not in this table: LUTs"})
        EXPECT_THAT(result.out, HasSubstr(text));
}

TEST(cost, of_csv_has_a_row_for_each_variant_and_width) {
    const workbench bench;
    const std::vector<std::string> lines = lines_of(bench.run("cost --table osu018 --format csv").out);
    ASSERT_THAT(lines, SizeIs(1 + 11 * 8));
    EXPECT_THAT(
        lines[0],
        StartsWith("table,variant,weight_bits,activation_bits,lanes,activations,area_um2,area_um2_over_symq,area_um2_over_narrower,"));
    // mac_tree [4, 4, 16]: 60360 um2; at 3 bits 46384 um2.
    const std::vector<std::string> symq = cells_of(lines[3]);
    EXPECT_THAT(std::vector<std::string>(symq.begin(), symq.begin() + 8),
                testing::ElementsAre("osu018", "symq", "4", "4", "16", "relu", "60360.0", "1.0"));
    EXPECT_NEAR(std::stod(symq[8]), 60360.0 / 46384, 1e-9);
    EXPECT_THAT(lines[8], StartsWith("osu018,symq,9,4,16,relu,129440.0,1.0,"));
    EXPECT_THAT(lines[16], StartsWith("osu018,pre_subtract,9,4,16,relu,,,"));  // no row of 9 bits
}

TEST(cost, of_json_says_what_it_takes_for_granted) {
    const workbench bench;
    ASSERT_EQ(bench.run("cost --table ratio_45nm --activations dense --format json --output cost.json").code, 0);
    const nlohmann::json all = nlohmann::json::parse(bench.content("cost.json"));
    EXPECT_EQ(all.at("table"), "ratio_45nm");
    EXPECT_THAT(all.at("assumptions").dump(), HasSubstr("16 trees share one activation sum"));
    EXPECT_THAT(all.at("rows"), SizeIs(11 * 8));
    EXPECT_TRUE(all.at("rows").at(2).at("delay_ns").is_null());
    EXPECT_GT(all.at("rows").at(2).at("held_pj_per_mac").get<double>(), 0);
}

TEST(cost, of_a_table_of_ones_own) {
    const workbench bench;
    bench.write("fpga.yaml",
                "name: board\nlabel: made up\nnot_modelled: []\nunits:\n  - {unit: mac_tree, rule: r, source: s, classes: [relu], streams: "
                "[dense], columns: [weight_bits, luts, "
                "flip_flops, carries, dsps], rows: [[2, 100, 30, 8, 0], [4, 200, 40, 12, 0]]}\nmemories: []\n");
    const outcome result = bench.run("cost --table fpga.yaml");
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("LUTs per tree"));
    EXPECT_THAT(result.out, Not(HasSubstr("\ndelay, ns\n  ")));
    EXPECT_THAT(result.out, HasSubstr("150"));  // interpolated at 3 bits
}

TEST(shipped_tables, serve_the_shipped_platforms) {
    const workbench bench;
    for (const std::string table : {"published_45nm", "ratio_45nm", "osu018", "xc7"})
        for (const std::string name :
             {"symq", "asymq_port_subtract", "asymq_pre_subtract", "asymq_widened", "asymq_row_sum", "dasq", "dasq_row_sum", "pot", "post",
              "apot", "levels", "levels_per_channel", "dasq_fpga", "symq_fpga", "asymq_fpga"}) {
            std::ifstream in(SYMMETREE_ROOT "/platforms/presets/" + name + ".yaml");
            std::string text(std::istreambuf_iterator<char>(in), {});
            const std::string line = name.find("_fpga") == std::string::npos ? "cost_table: ratio_45nm" : "cost_table: xc7";
            ASSERT_NE(text.find(line), std::string::npos) << name;
            text.replace(text.find(line), line.size(), "cost_table: " + table);
            bench.write("p.yaml", text);
            const outcome run = bench.run("run --workload small.yaml --platform p.yaml --timing-only");
            EXPECT_EQ(run.code, 0) << name << " by " << table << ": " << run.err;
        }
}

// A table without memories: what it has stands beside dashes, and no total is made of a part.
TEST(logic_only_table, prices_units_and_no_totals_in_every_report) {
    const workbench bench;
    bench.write("logic.yaml", "name: logic\nscheme: symq\ncost_table: osu018\n");
    const std::string words = " --workload small.yaml --platform logic.yaml";
    const outcome run = bench.run("run" + words);
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(lines_of(run.out),
                testing::IsSupersetOf(
                    {"energy          -", "average power   -",
                     "costs           logic alone, synthesised with osu018_stdcells; no memories, so that no total stands beside it"}));
    EXPECT_THAT(run.out, HasSubstr("Energy by unit"));
    EXPECT_THAT(run.out, testing::ContainsRegex("\nmac_tree +[0-9.,]+ +- +synthesised\n"));
    EXPECT_THAT(run.out, testing::ContainsRegex("\nweight_buffer +- +- +-\n"));

    ASSERT_EQ(bench.run("compare" + words + " --format json --output c.json").code, 0);
    const nlohmann::json compared = nlohmann::json::parse(bench.content("c.json")).at("runs").at(0);
    EXPECT_GT(compared.at("area_um2").at("mac_tree").get<double>(), 0);
    EXPECT_TRUE(compared.at("area_um2").at("weight_buffer").is_null());
    EXPECT_GT(compared.at("layers").at(0).at("energy_pj").at("mac_tree").get<double>(), 0);
    EXPECT_TRUE(compared.at("layers").at(0).at("energy_pj").at("dram").is_null());
    EXPECT_TRUE(compared.at("total").at("energy_j").is_null());
    EXPECT_TRUE(compared.at("total").at("area_um2").is_null());

    const outcome page = bench.run("report c.json --format csv");
    ASSERT_EQ(page.code, 0) << page.err;
    const std::vector<std::string> lines = lines_of(page.out);
    const auto value = [&](const std::string& column) {
        const std::vector<std::string> names = cells_of(lines.at(0)), values = cells_of(lines.at(1));
        return values.at(std::size_t(std::find(names.begin(), names.end(), column) - names.begin()));
    };
    EXPECT_EQ(value("energy_j"), "");
    EXPECT_EQ(value("weight_buffer_area_um2"), "");
    EXPECT_NE(value("mac_tree_area_um2"), "");
    EXPECT_NE(value("mac_tree_energy_j"), "");
    const outcome html = bench.run("report c.json");
    EXPECT_EQ(html.code, 0);
    EXPECT_THAT(html.out, HasSubstr("costs: logic alone, synthesised"));
}

TEST(cost, says_which_units_are_not_rows) {
    const workbench bench;
    EXPECT_THAT(bench.run("cost --lanes 64").out, HasSubstr("* composed: mac_tree"));
    EXPECT_THAT(bench.run("cost").out, Not(HasSubstr("* composed:")));
    EXPECT_THAT(bench.run("cost --lanes 8").out, HasSubstr("* interpolated: mac_tree, "));
}

TEST(cost, refuses_what_no_table_answers) {
    const workbench bench;
    for (const auto& [words, message] : std::vector<std::pair<std::string, std::string>>{
             {"cost --table osu019", "cost_table: a path or one of osu018, published_45nm, ratio_45nm, xc7"},
             {"cost --lanes 65", "--lanes: a whole number from 1 to 64 is wanted, given '65'"},
             {"cost --activation-bits 9", "--activation-bits: a whole number from 2 to 8 is wanted, given '9'"},
             {"cost --activations tanh", "--activations: one of relu, gelu, dense is wanted, given 'tanh'"},
             {"cost --format xml", "--format: one of table, csv, json is wanted"},
             {"cost --table xc7 --lanes 64",
              "mac_tree: no cost for weight_bits 4, activation_bits 4, lanes 64 (relu activations); the table covers"}}) {
        const outcome result = bench.run(words);
        EXPECT_EQ(result.code, 2) << words;
        EXPECT_THAT(result.out, IsEmpty());
        EXPECT_THAT(result.err, HasSubstr(message));
    }
}

}  // namespace
}  // namespace symmetree
