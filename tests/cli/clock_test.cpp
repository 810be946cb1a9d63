#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

// A clock that follows from the delays of a cost table: slower variants take longer.

namespace symmetree {
namespace {

using testing::HasSubstr;

std::string delays(double tree_ns, double subtracting_ns) {
    const auto unit = [](const std::string& name, double ns) {
        return "  - {unit: " + name +
               ", rule: r, source: s, classes: [relu, gelu, dense], streams: [dense], columns: [delay_ns], rows: [[" + std::to_string(ns) +
               "]]}\n";
    };
    return "name: delays\nlabel: made up\nnot_modelled: []\nunits:\n" + unit("mac_tree", tree_ns) +
           unit("pre_subtract_tree", subtracting_ns) + unit("accumulator", 8) + unit("requantizer", 20) + "memories: []\n";
}

std::string platform(const std::string& name, const std::string& clock) {
    return "name: " + name + "\nscheme: " + (name == "symmetric" ? "symq" : "asymq\nzero_point: {unit: pre_subtract}") +
           "\nclock_hz: " + clock + "\n";
}

TEST(auto_clock, is_the_slowest_unit_before_the_accumulators_and_a_margin) {
    const workbench bench;
    bench.write("delays.yaml", delays(4, 5));
    bench.write("s.yaml", platform("symmetric", "{table: delays.yaml, margin_percent: 25}"));
    const outcome array = bench.run("describe --platform s.yaml");
    EXPECT_EQ(array.code, 0) << array.err;
    EXPECT_THAT(array.out, HasSubstr("clock 200 MHz"));
    EXPECT_THAT(array.out, HasSubstr("clock auto: mac_tree takes 4 ns in delays, 25 % margin"));
    bench.write("s.yaml", platform("symmetric", "{table: delays.yaml, margin_percent: 25, units: chip}"));
    EXPECT_THAT(bench.run("describe --platform s.yaml").out, HasSubstr("clock 40 MHz"));
}

TEST(auto_clock, makes_a_slower_variant_slower) {
    const workbench bench;
    bench.write("delays.yaml", delays(4, 5));
    bench.write("s.yaml", platform("symmetric", "{table: delays.yaml}"));
    bench.write("z.yaml", platform("subtracting", "{table: delays.yaml}"));
    const outcome result = bench.run("compare --workload small.yaml --platform s.yaml --platform z.yaml --format json");
    ASSERT_EQ(result.code, 0) << result.err;
    const nlohmann::json runs = nlohmann::json::parse(result.out).at("runs");
    EXPECT_NEAR(runs.at(0).at("clock_hz").get<double>() / runs.at(1).at("clock_hz").get<double>(), 5.0 / 4, 1e-9);
    EXPECT_THAT(
        runs.at(1).at("notes").dump(),
        HasSubstr("clock auto: pre_subtract_tree takes 5 ns in delays, 10 % margin; bandwidth and latency of the DRAM are in cycles"));
    EXPECT_THAT(bench.run("compare --workload small.yaml --platform s.yaml --platform z.yaml").out, HasSubstr("1.250"));
}

TEST(auto_clock, leaves_a_memory_in_real_units_as_fast_as_it_is) {
    const workbench bench;
    const auto bytes_per_s = [&](const std::string& tree_ns, const std::string& memory) {
        bench.write("delays.yaml", delays(std::stod(tree_ns), 5));
        bench.write("s.yaml", platform("symmetric", "{table: delays.yaml, margin_percent: 0}") + memory);
        const outcome result = bench.run("run --workload small.yaml --platform s.yaml --timing-only --format json");
        EXPECT_EQ(result.code, 0) << result.err;
        const nlohmann::json report = nlohmann::json::parse(result.out);
        EXPECT_EQ(report.at("notes").dump().find("follow the clock") == std::string::npos, !memory.empty());
        return report.at("dram_bytes_per_cycle").get<double>() * report.at("clock_hz").get<double>();
    };
    const std::string real = "dram: {kind: lpddr4, bandwidth: auto, latency_cycles: auto}\n";
    EXPECT_NEAR(bytes_per_s("4", real), 6.4e9, 1);
    EXPECT_NEAR(bytes_per_s("7", real), 6.4e9, 64) << "to a Hz of the clock";
    EXPECT_NEAR(bytes_per_s("4", ""), 16 * 250e6, 1);
}

TEST(auto_clock, follows_the_widths_of_the_run) {
    const workbench bench;
    bench.write("s.yaml", platform("symmetric", "{table: osu018}"));
    const auto clock = [&](const std::string& bits) {
        const outcome result = bench.run("run --workload small.yaml --platform s.yaml --timing-only --format json --weight-bits " + bits);
        return nlohmann::json::parse(result.out).at("clock_hz").get<double>();
    };
    EXPECT_NEAR(clock("4"), 1e9 / (3.65 * 1.1), 1);  // mac_tree 4 x 4 x 16
    EXPECT_LT(clock("8"), clock("4"));
}

TEST(auto_clock, is_refused_without_delays_or_outside_the_range_of_clocks) {
    const workbench bench;
    bench.write("s.yaml", platform("symmetric", "auto"));  // ratio_45nm
    bench.write("delays.yaml", delays(4000, 5));
    bench.write("slow.yaml", platform("symmetric", "{table: delays.yaml}"));
    for (const std::string command : {"describe", "run --workload small.yaml"}) {
        const outcome none = bench.run(command + " --platform s.yaml");
        EXPECT_EQ(none.code, 2);
        EXPECT_THAT(none.err,
                    HasSubstr("clock_hz: auto needs delays, and cost table ratio_45nm has none for mac_tree; clock_hz: {table: osu018}"));
        const outcome slow = bench.run(command + " --platform slow.yaml");
        EXPECT_EQ(slow.code, 2);
        EXPECT_THAT(slow.err, HasSubstr("clock_hz: auto gives 227273 Hz from a delay of 4000 ns; wanted is 1e+06 to 5e+09"));
    }
}

}  // namespace
}  // namespace symmetree
