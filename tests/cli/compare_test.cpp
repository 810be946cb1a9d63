#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

// `symmetree compare`: rows, ratios, ranges of widths, and the same bytes however it is run.

namespace symmetree {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string small = "compare --workload small.yaml";

json comparison_of(const workbench& bench, const std::string& words) {
    const outcome result = bench.run(words + " --format json");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    return json::parse(result.out);
}

std::vector<std::string> texts(const json& runs, const std::string& field) {
    std::vector<std::string> all;
    for (const json& run : runs) all.push_back(run.at(field).get<std::string>());
    return all;
}

TEST(compare, puts_the_platforms_side_by_side_with_ratios_to_the_first) {
    const workbench bench;
    const json result = comparison_of(bench, small + " --platform symq --platform dasq --platform mine.yaml");
    EXPECT_EQ(result.at("baseline"), "symq");
    EXPECT_THAT(texts(result.at("runs"), "platform"), ElementsAre("symq", "dasq", "mine"));
    for (const char* ratio : {"latency", "energy", "power", "area"}) EXPECT_EQ(result.at("runs")[0].at("ratios").at(ratio), 1.0);
    EXPECT_GT(result.at("runs")[1].at("ratios").at("area").get<double>(), 1.0);
    EXPECT_EQ(
        result.at("runs")[1].at("ratios").at("latency").get<double>(),
        result.at("runs")[1].at("total").at("latency_s").get<double>() / result.at("runs")[0].at("total").at("latency_s").get<double>());
}

TEST(compare, agrees_with_run) {
    const workbench bench;
    json compared = comparison_of(bench, small + " --platform symq --platform post").at("runs")[1];
    const json alone = json::parse(bench.run("run --workload small.yaml --platform post --format json").out);
    compared.erase("ratios");
    compared["format_version"] = alone.at("format_version");
    EXPECT_EQ(compared, alone);
}

TEST(baseline, is_any_of_the_platforms_by_name_or_as_given) {
    const workbench bench;
    EXPECT_EQ(
        comparison_of(bench, small + " --platform symq --platform dasq --baseline dasq").at("runs")[0].at("ratios").at("baseline_run"), 1);
    EXPECT_EQ(comparison_of(bench, small + " --platform symq --platform mine.yaml --baseline mine").at("baseline"), "mine");
    EXPECT_EQ(comparison_of(bench, small + " --platform symq --platform mine.yaml --baseline mine.yaml").at("baseline"), "mine");
}

TEST(baseline, that_is_none_of_the_platforms_is_refused) {
    const workbench bench;
    for (const char* chosen : {"pot", "nothing", "./mine.yaml"}) {
        const outcome result = bench.run(small + " --platform symq --platform mine.yaml --baseline " + chosen);
        EXPECT_EQ(result.code, 2);
        EXPECT_THAT(result.out, IsEmpty());
        EXPECT_THAT(result.err, HasSubstr("symmetree: --baseline: one of the platforms compared is wanted (symq, mine)"));
    }
}

TEST(compare, refuses_two_platforms_of_one_name) {
    const workbench bench;
    bench.write("copy.yaml", "name: symq\nscheme: symq\n");
    for (const char* second : {"symq", "copy.yaml"}) {
        const outcome result = bench.run(small + " --platform symq --platform " + second);
        EXPECT_EQ(result.code, 2);
        EXPECT_THAT(result.out, IsEmpty());
        EXPECT_THAT(result.err, HasSubstr("a second platform of the name symq"));
    }
}

TEST(width_range, gives_a_row_per_width_with_area_power_and_latency) {
    const workbench bench;
    const json runs = comparison_of(bench, small + " --platform symq --platform dasq --weight-bits 2..8").at("runs");
    ASSERT_EQ(runs.size(), 14u);
    for (int i = 0; i < 14; ++i) {
        const json& run = runs[std::size_t(i)];
        EXPECT_EQ(run.at("platform"), i < 7 ? "symq" : "dasq");
        EXPECT_EQ(run.at("array_weight_bits"), i % 7 + 2);
        EXPECT_THAT(run.at("scheme").get<std::string>(), HasSubstr(":w" + std::to_string(i % 7 + 2) + "a4"));
        EXPECT_EQ(run.at("passed"), true);
        EXPECT_EQ(run.at("ratios").at("baseline_run"), i % 7);
        EXPECT_GT(run.at("total").at("power_w").get<double>(), 0);
        EXPECT_GT(run.at("total").at("latency_s").get<double>(), 0);
        if (i % 7 == 0) continue;
        EXPECT_GT(run.at("total").at("area_um2").get<double>(), runs[std::size_t(i) - 1].at("total").at("area_um2").get<double>());
    }
    const std::vector<std::string> table = lines_of(bench.run(small + " --platform symq --weight-bits 2..8").out);
    EXPECT_THAT(table, Contains(StartsWith("symq *    symq:w2a4  2 x 4  exact ")));
    EXPECT_THAT(table, Contains(StartsWith("symq *    symq:w8a4  8 x 4  exact ")));
}

TEST(width_range, of_both_operands_gives_every_pair) {
    const workbench bench;
    const json runs = comparison_of(bench, small + " --platform symq --weight-bits 3..4 --activation-bits 6..8").at("runs");
    EXPECT_THAT(texts(runs, "scheme"), ElementsAre("symq:w3a6", "symq:w3a7", "symq:w3a8", "symq:w4a6", "symq:w4a7", "symq:w4a8"));
}

TEST(width_range, leaves_out_what_a_platform_cannot_have_and_says_why) {
    const workbench bench;
    const std::string words = small + " --platform symq --platform pot --platform post --weight-bits 7..8",
                      why = "at 8 x 4 (W x A): weight_bits: a whole number from 2 to 7 is wanted for an array of kind ",
                      pot = "pot " + why + "pot, given 8", post = "post " + why + "post, given 8";
    const json result = comparison_of(bench, words);
    EXPECT_THAT(texts(result.at("runs"), "scheme"), ElementsAre("symq:w7a4", "symq:w8a4", "pot:w7a4:g4", "post:w7a4:g4"));
    EXPECT_EQ(result.at("left_out"), json({pot, post}));
    const outcome table = bench.run(words);
    EXPECT_THAT(table.err, IsEmpty());
    EXPECT_THAT(lines_of(table.out), Contains("left out        " + pot));
    EXPECT_THAT(lines_of(table.out), Contains("                " + post));
    const outcome csv = bench.run(words + " --format csv");
    EXPECT_EQ(csv.code, 0);
    EXPECT_EQ(lines_of(csv.out).size(), 5u);
    EXPECT_EQ(csv.err, "symmetree: left out: " + pot + "\nsymmetree: left out: " + post + "\n");
}

TEST(width_range, that_leaves_nothing_is_refused) {
    const workbench bench;
    for (const char* widths : {"8", "8..8"}) {
        const outcome result = bench.run(small + " --platform pot --weight-bits " + widths);
        EXPECT_EQ(result.code, 2);
        EXPECT_THAT(result.out, IsEmpty());
        EXPECT_THAT(result.err, HasSubstr("pot"));
        EXPECT_THAT(result.err, HasSubstr("a whole number from 2 to 7 is wanted for an array of kind pot, given 8"));
    }
}

TEST(one_width, that_a_platform_cannot_have_is_refused_by_its_name) {
    const workbench bench;
    const outcome result = bench.run(small + " --platform symq --platform post --weight-bits 8");
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err,
              "symmetree: platform post: weight_bits: a whole number from 2 to 7 is wanted for an array of kind post, given 8\n");
}

TEST(compare, is_the_same_bytes_for_any_number_of_jobs_and_any_cache) {
    const workbench bench;
    const std::string words = small + " --platform symq --platform dasq --platform post --platform asymq_widened";
    for (const std::string format : {" --format table", " --format csv", " --format json"}) {
        const outcome one = bench.run(words + format + " --jobs 1");
        EXPECT_EQ(one.code, 0) << one.err;
        EXPECT_THAT(one.out, Not(IsEmpty()));
        EXPECT_EQ(bench.run(words + format + " --jobs 2").out, one.out);
        EXPECT_EQ(bench.run(words + format + " --jobs 7").out, one.out);
        EXPECT_EQ(bench.run(words + format + " --no-cache").out, one.out);
        EXPECT_EQ(bench.run(words + format + " --output kept.txt").code, 0);
        EXPECT_EQ(bench.content("kept.txt"), one.out);
    }
}

TEST(compare, of_every_shipped_platform_is_exact) {
    const workbench bench;
    const json runs =
        comparison_of(
            bench,
            small +
                " --platform symq --platform asymq_pre_subtract --platform asymq_port_subtract --platform "
                "asymq_widened --platform asymq_row_sum --platform dasq "
                "--platform dasq_row_sum --platform pot --platform post --platform dasq_fpga --platform symq_fpga --platform asymq_fpga")
            .at("runs");
    ASSERT_EQ(runs.size(), 12u);
    for (const json& run : runs) EXPECT_EQ(run.at("total").at("exact"), true) << run.at("platform");
}

// The published FPGA design's size: resources in place of energy, and the rate that the outliers leave.
TEST(compare, of_the_fpga_platforms_has_resources_and_rates) {
    const workbench bench;
    const std::string words = "compare --workload resnet18 --timing-only --platform symq_fpga --platform asymq_fpga --platform dasq_fpga";
    const json runs = comparison_of(bench, words).at("runs");
    ASSERT_EQ(runs.size(), 3u);
    const auto total = [&](std::size_t run, const char* what) {
        double sum = 0;
        for (const auto& [unit, part] : runs[run].at("fpga").items()) sum += part.at(what).get<double>();
        return sum;
    };
    for (std::size_t run = 0; run < runs.size(); ++run) {
        EXPECT_EQ(runs[run].at("peak_ops"), 25.6e9);
        EXPECT_GT(runs[run].at("reached_ops").get<double>(), 25e9) << runs[run].at("platform");
        EXPECT_TRUE(runs[run].at("total").at("power_w").is_null());
        EXPECT_EQ(total(run, "dsps"), 0);
        EXPECT_GE(total(run, "luts"), total(0, "luts"));
        // Two banks of 128 bits: 64 KiB are 15 blocks of 36 Kbit, 2 KiB at 64 bits two halves; 256 sums of 16 bits, twice, half a block per
        // tree.
        EXPECT_EQ(runs[run].at("fpga").at("weight_buffer").at("block_rams"), 2 * 15.0);
        EXPECT_EQ(runs[run].at("fpga").at("output_buffer").at("block_rams"), 2 * 2 * 0.5);
        EXPECT_EQ(runs[run].at("fpga").at("accumulator").at("block_rams"), (run == 1 ? 9 : 8) * 0.5);
    }
    EXPECT_THAT(bench.run(words).out, testing::ContainsRegex("\nFPGA resources\n"));
}

TEST(compare, shows_the_outliers_of_the_runs_that_have_some) {
    const workbench bench;
    const std::vector<std::string> table = lines_of(bench.run(small + " --platform symq --platform dasq").out);
    const auto section = std::find(table.begin(), table.end(), "Outliers");
    ASSERT_NE(section, table.end());
    EXPECT_THAT(*(section + 6), HasSubstr("--------"));
    EXPECT_THAT(*(section + 7), StartsWith("dasq      dasq:w4a4:sw4:p98  4 x 4 "));
    EXPECT_THAT(*(section + 7), HasSubstr("pooled"));
    EXPECT_THAT(lines_of(bench.run(small + " --platform symq --platform pot").out), Not(Contains("Outliers")));
}

TEST(compare, names_the_layers_that_run_in_another_format) {
    const workbench bench;
    bench.write("mixed.yaml",
                "name: mixed\nlayers:\n"
                "  - {name: a, linear: {tokens: 4, in: 8, out: 8}, input: relu}\n"
                "  - {name: b, conv: {in: [4, 5, 5], out_channels: 4, kernel: 3, groups: 4}, input: relu, instead_of_dasq: [asymq, symq]}\n"
                "  - {name: c, matmul: {rows: 4, inner: 8, columns: 4, count: 2}, input: dense}\n");
    const std::vector<std::string> table =
        lines_of(bench.run("compare --workload mixed.yaml --platform dasq --platform dasq_row_sum --platform pot").out);
    EXPECT_THAT(table, Contains(HasSubstr("[dasq 4x4] symq:w4a4 instead of dasq:w4a4:sw4:p98 in layers with a format of their own (1)")));
    EXPECT_THAT(table,
                Contains(HasSubstr("[dasq_row_sum 4x4] asymq:w4a4 instead of dasq:w4a4:sw4:p98 in layers with a format of their own (1)")));
    EXPECT_THAT(table, Contains(HasSubstr("[pot 4x4] symq:w4a4 on the side array instead of pot:w4a4:g4 in products of activations (1)")));
}

}  // namespace
}  // namespace symmetree
