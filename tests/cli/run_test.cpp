#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/timeline_reader.h"
#include "tests/unit/onnx/model_builder.h"

// `symmetree run`: every option, where its results go and what they say.

namespace symmetree {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::string small_on_symq = "run --workload small.yaml --platform symq";

/// The JSON report of a run that must go well and say nothing on stderr.
json report_of(const workbench& bench, const std::string& words) {
    const outcome result = bench.run(words + " --format json");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.err, IsEmpty());
    return json::parse(result.out);
}

json cycles_of(const json& report) {
    json cycles = json::array();
    for (const json& layer : report.at("layers"))
        cycles.push_back({layer.at("cycles"), layer.at("split"), layer.at("units"), layer.at("memories")});
    return cycles;
}

TEST(run, prints_the_table_unless_told_otherwise) {
    const workbench bench;
    const outcome result = bench.run(small_on_symq);
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(lines_of(result.out).front(), StartsWith("workload        small"));
    for (const char* section : {"Layers", "Where the cycles go", "Bytes moved", "Energy by unit", "Totals", "Configuration"})
        EXPECT_THAT(lines_of(result.out), Contains(section));
    EXPECT_EQ(bench.run(small_on_symq + " --format table").out, result.out);
}

TEST(run, prints_csv) {
    const workbench bench;
    const outcome result = bench.run(small_on_symq + " --format csv");
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.err, IsEmpty());
    EXPECT_THAT(lines_of(result.out), ElementsAre(StartsWith("name,scheme,unit,"), StartsWith("first,symq:w4a4,"),
                                                  StartsWith("second,symq:w4a4,"), StartsWith("total,")));
}

TEST(run, prints_json) {
    const workbench bench;
    const json report = report_of(bench, small_on_symq);
    EXPECT_EQ(report.at("workload"), "small");
    EXPECT_EQ(report.at("platform"), "symq");
    EXPECT_EQ(report.at("scheme"), "symq:w4a4");
    EXPECT_EQ(report.at("seed"), 1);
    EXPECT_EQ(report.at("passed"), true);
    EXPECT_EQ(report.at("total").at("macs"), 5 * 40 * 20 + 36 * 8 * 36);
    EXPECT_EQ(report.at("total").at("exact"), true);
    EXPECT_GT(report.at("total").at("energy_j").get<double>(), 0);
    ASSERT_EQ(report.at("layers").size(), 2u);
    EXPECT_EQ(report.at("layers")[1].at("name"), "second");
}

TEST(run, takes_a_platform_of_ones_own) {
    const workbench bench;
    EXPECT_EQ(report_of(bench, "run --workload small.yaml --platform mine.yaml").at("platform"), "mine");
}

TEST(run, takes_a_shipped_network_by_name) {
    const workbench bench;
    EXPECT_EQ(report_of(bench, "run --workload resnet20 --platform symq --timing-only").at("total").at("macs"), 40551040);
}

TEST(scheme, replaces_the_platforms_and_is_printed_in_its_canonical_form) {
    const workbench bench;
    EXPECT_EQ(report_of(bench, small_on_symq + " --scheme symq:w3a8").at("scheme"), "symq:w3a8");
    EXPECT_EQ(report_of(bench, "run --workload small.yaml --platform dasq --scheme dasq:p95").at("scheme"), "dasq:w4a4:sw4:p95");
    const json wide = report_of(bench, small_on_symq + " --scheme symq:w8a8");
    EXPECT_EQ(wide.at("array_weight_bits"), 4);
    EXPECT_EQ(wide.at("layers")[0].at("mapping").get<std::string>().substr(5), "m-block 5, passes 4");
    EXPECT_EQ(wide.at("passed"), true);
}

TEST(widths, set_array_and_scheme_together) {
    const workbench bench;
    const json report = report_of(bench, small_on_symq + " --weight-bits 3 --activation-bits 5");
    EXPECT_EQ(report.at("scheme"), "symq:w3a5");
    EXPECT_EQ(report.at("array_weight_bits"), 3);
    EXPECT_EQ(report.at("array_activation_bits"), 5);
    EXPECT_THAT(report.at("configuration").get<std::string>(), HasSubstr("weight_bits: 3\n  activation_bits: 5\n"));
    const json given = report_of(bench, small_on_symq + " --scheme symq:w8a8 --weight-bits 2");
    EXPECT_EQ(given.at("scheme"), "symq:w2a8");
    EXPECT_EQ(given.at("array_weight_bits"), 2);
}

TEST(widths, of_every_size_are_exact) {
    const workbench bench;
    for (int w = 2; w <= 8; ++w)
        EXPECT_EQ(report_of(bench, small_on_symq + " --weight-bits " + std::to_string(w) + " --activation-bits " + std::to_string(10 - w))
                      .at("passed"),
                  true);
}

TEST(batch, takes_more_cycles_and_less_energy_per_image) {
    const workbench bench;
    const json one = report_of(bench, small_on_symq), same = report_of(bench, small_on_symq + " --batch 1"),
               three = report_of(bench, small_on_symq + " --batch 3");
    EXPECT_EQ(one, same);
    EXPECT_EQ(one.at("batch"), 1);
    EXPECT_EQ(three.at("batch"), 3);
    EXPECT_TRUE(three.at("total").at("exact"));
    const auto total = [](const json& report, const char* name) { return report.at("total").at(name).get<double>(); };
    EXPECT_EQ(total(three, "macs"), 3 * total(one, "macs"));
    EXPECT_EQ(total(three, "parameters"), total(one, "parameters"));
    EXPECT_GT(total(three, "cycles"), total(one, "cycles"));
    EXPECT_LT(total(three, "latency_per_image_s"), total(one, "latency_s"));
    EXPECT_LT(total(three, "energy_per_image_j"), total(one, "energy_j"));
    const json timing = report_of(bench, small_on_symq + " --batch 3 --timing-only");
    EXPECT_EQ(cycles_of(timing), cycles_of(three));
}

TEST(batch, of_no_image_is_refused) {
    const workbench bench;
    for (const char* text : {"0", "-1", "1025", "x", "1.5"}) {
        const outcome result = bench.run(small_on_symq + " --batch " + text);
        EXPECT_EQ(result.code, 2);
        EXPECT_THAT(result.err, HasSubstr("--batch: a whole number from 1 to 1024 is wanted"));
    }
}

TEST(seed, decides_the_synthetic_weights) {
    const workbench bench;
    const json one = report_of(bench, small_on_symq), same = report_of(bench, small_on_symq + " --seed 1"),
               other = report_of(bench, small_on_symq + " --seed 2");
    EXPECT_EQ(one, same);
    EXPECT_EQ(other.at("seed"), 2);
    EXPECT_NE(one.at("layers")[0].at("weight_sqnr_db"), other.at("layers")[0].at("weight_sqnr_db"));
}

TEST(timing_only, gives_the_same_cycles_and_costs_and_checks_nothing) {
    const workbench bench;
    for (const char* platform : {"symq", "dasq", "asymq_row_sum", "post"}) {
        const std::string words = std::string("run --workload small.yaml --platform ") + platform;
        const json full = report_of(bench, words), timing = report_of(bench, words + " --timing-only");
        EXPECT_EQ(cycles_of(full), cycles_of(timing));
        EXPECT_EQ(full.at("total").at("energy_j"), timing.at("total").at("energy_j"));
        EXPECT_EQ(timing.at("timing_only"), true);
        EXPECT_TRUE(timing.at("total").at("exact").is_null());
    }
}

TEST(no_check, leaves_the_comparison_out_and_nothing_else) {
    const workbench bench;
    json full = report_of(bench, small_on_symq), unchecked = report_of(bench, small_on_symq + " --no-check");
    EXPECT_EQ(unchecked.at("timing_only"), false);
    EXPECT_TRUE(unchecked.at("total").at("exact").is_null());
    EXPECT_EQ(cycles_of(full), cycles_of(unchecked));
    EXPECT_THAT(bench.run(small_on_symq + " --no-check").out, HasSubstr("not checked"));
}

TEST(post, tells_how_far_it_is_from_exact_arithmetic) {
    const workbench bench;
    const json report = report_of(bench, "run --workload small.yaml --platform post");
    EXPECT_GT(report.at("layers")[0].at("arithmetic_sqnr_db").get<double>(), 10);
    EXPECT_TRUE(report_of(bench, "run --workload small.yaml --platform pot").at("layers")[0].at("arithmetic_sqnr_db").is_null());
}

TEST(output, takes_the_results_and_leaves_stdout_empty) {
    const workbench bench;
    for (const char* format : {"table", "csv", "json"}) {
        const std::string words = small_on_symq + " --format " + format;
        const outcome to_file = bench.run(words + " --output result.txt");
        EXPECT_EQ(to_file.code, 0);
        EXPECT_THAT(to_file.out, IsEmpty());
        EXPECT_THAT(to_file.err, IsEmpty());
        EXPECT_EQ(bench.content("result.txt"), bench.run(words).out);
    }
    EXPECT_THAT(bench.files(), ElementsAre("mine.yaml", "result.txt", "small.yaml"));
}

TEST(output, keeps_the_older_file_when_the_run_fails) {
    const workbench bench;
    bench.write("result.txt", "older");
    EXPECT_EQ(bench.run(small_on_symq + " --scheme dasq --output result.txt").code, 2);
    EXPECT_EQ(bench.content("result.txt"), "older");
    EXPECT_THAT(bench.files(), ElementsAre("mine.yaml", "result.txt", "small.yaml"));
}

TEST(cache, is_a_folder_that_can_be_chosen_and_changes_nothing) {
    const workbench bench;
    const std::string words = "run --workload small.yaml --platform dasq --format json";
    const std::string without = bench.run(words + " --no-cache", {{"SYMMETREE_CACHE", bench.path("unused")}}).out;
    EXPECT_THAT(bench.files(), ElementsAre("mine.yaml", "small.yaml"));
    const std::string cold = bench.run(words + " --cache kept", {{"SYMMETREE_CACHE", bench.path("unused")}}).out;
    EXPECT_THAT(bench.files(), ElementsAre("kept", "mine.yaml", "small.yaml"));
    const std::string warm = bench.run(words + " --cache kept").out;
    EXPECT_THAT(without, Not(IsEmpty()));
    EXPECT_EQ(cold, without);
    EXPECT_EQ(warm, without);
    EXPECT_EQ(bench.run(words, {{"SYMMETREE_CACHE", bench.path("by_environment")}}).out, without);
    EXPECT_THAT(bench.files(), ElementsAre("by_environment", "kept", "mine.yaml", "small.yaml"));
}

TEST(cache, that_is_damaged_is_made_anew) {
    const workbench bench;
    const std::string words = "run --workload small.yaml --platform dasq --format json --cache kept";
    const std::string cold = bench.run(words).out;
    int damaged = 0;
    for (const auto& entry : std::filesystem::directory_iterator(bench.path("kept"))) {
        if (!entry.is_regular_file()) continue;
        std::filesystem::resize_file(entry.path(), entry.file_size() / 2);
        ++damaged;
    }
    EXPECT_EQ(damaged, 2);
    const outcome again = bench.run(words);
    EXPECT_EQ(again.code, 0);
    EXPECT_EQ(again.out, cold);
}

TEST(vcd, is_written_beside_the_same_results) {
    const workbench bench;
    const outcome traced = bench.run(small_on_symq + " --vcd wave.vcd");
    EXPECT_EQ(traced.code, 0) << traced.err;
    EXPECT_THAT(traced.err, IsEmpty());
    EXPECT_EQ(traced.out, bench.run(small_on_symq).out);
    EXPECT_THAT(bench.files(), ElementsAre("mine.yaml", "small.yaml", "wave.vcd"));
    const std::string wave = bench.content("wave.vcd");
    EXPECT_THAT(wave, HasSubstr("$timescale 1 ps $end"));
    EXPECT_THAT(wave, HasSubstr("$enddefinitions"));
    EXPECT_THAT(wave, HasSubstr("sfirst "));
    EXPECT_THAT(wave, HasSubstr("ssecond "));
}

TEST(vcd, is_the_same_every_time) {
    const workbench bench;
    bench.run(small_on_symq + " --vcd one.vcd");
    bench.run(small_on_symq + " --vcd two.vcd");
    EXPECT_THAT(bench.content("one.vcd"), Not(IsEmpty()));
    EXPECT_EQ(bench.content("one.vcd"), bench.content("two.vcd"));
}

TEST(timeline, is_written_beside_the_same_results_and_the_waveform) {
    const workbench bench;
    const outcome traced = bench.run(small_on_symq + " --timeline time.json --vcd wave.vcd");
    EXPECT_EQ(traced.code, 0) << traced.err;
    EXPECT_THAT(traced.err, IsEmpty());
    EXPECT_EQ(traced.out, bench.run(small_on_symq).out);
    EXPECT_THAT(bench.files(), ElementsAre("mine.yaml", "small.yaml", "time.json", "wave.vcd"));
    const timeline_content both = read_timeline(bench.content("time.json"));
    EXPECT_EQ(both.other.at("platform"), "symq");
    EXPECT_EQ(both.other.at("workload"), "small");
    EXPECT_EQ(both.other.at("scheme"), "symq:w4a4");
    EXPECT_EQ(both.other.at("cycles"), report_of(bench, small_on_symq).at("total").at("cycles"));
    std::vector<std::string> layers;
    for (const auto& slice : both.slices.at("system/layer")) layers.push_back(slice.name);
    EXPECT_THAT(layers, ElementsAre("first", "second"));
    const std::string together = bench.content("time.json"), wave = bench.content("wave.vcd");
    bench.run(small_on_symq + " --timeline time.json");
    EXPECT_EQ(bench.content("time.json"), together);
    bench.run(small_on_symq + " --vcd wave.vcd");
    EXPECT_EQ(bench.content("wave.vcd"), wave);
}

TEST(timeline, keeps_the_older_file_when_the_run_fails) {
    const workbench bench;
    bench.write("time.json", "older");
    EXPECT_EQ(bench.run(small_on_symq + " --scheme dasq --timeline time.json").code, 2);
    EXPECT_EQ(bench.content("time.json"), "older");
    EXPECT_THAT(bench.files(), ElementsAre("mine.yaml", "small.yaml", "time.json"));
}

TEST(timeline, keeps_odd_layer_names_inert) {
    const workbench bench;
    bench.write("odd.yaml",
                "name: \"o<d>d\"\nlayers:\n  - {name: \"</script>\\\"&\\\\\", linear: {tokens: 4, in: 8, out: 8}, input: dense}\n");
    const outcome traced = bench.run("run --workload odd.yaml --platform symq --timeline time.json");
    EXPECT_EQ(traced.code, 0) << traced.err;
    EXPECT_THAT(bench.content("time.json"), Not(HasSubstr("<")));
    const timeline_content content = read_timeline(bench.content("time.json"));
    EXPECT_EQ(content.slices.at("system/layer")[0].name, "</script>\"&\\");
    EXPECT_EQ(content.other.at("workload"), "o<d>d");
}

TEST(onnx, model_is_run_and_what_is_not_simulated_is_named) {
    const workbench bench;
    testing_files::model_builder model;
    model.input("x", {1, 3, 6, 6}).output("y", {1, 4});
    model.weights("w", {8, 3, 3, 3});
    model.weights("v", {128, 4});
    testing_files::model_builder::set_all(model.node("Conv", {"x", "w"}, "c", "stem"), "kernel_shape", {3, 3});
    model.node("Relu", {"c"}, "r");
    model.node("Flatten", {"r"}, "f");
    model.node("MatMul", {"f", "v"}, "m", "head");
    model.node("Softmax", {"m"}, "y");
    bench.write("net.onnx", model.bytes());
    const json report = report_of(bench, "run --workload net.onnx --platform symq");
    ASSERT_EQ(report.at("layers").size(), 2u);
    EXPECT_EQ(report.at("layers")[0].at("name"), "stem");
    EXPECT_EQ(report.at("layers")[1].at("name"), "head");
    EXPECT_EQ(report.at("total").at("macs"), 16 * 27 * 8 + 128 * 4);
    EXPECT_EQ(report.at("passed"), true);
    EXPECT_EQ(report.at("not_simulated"), json({"Relu x1", "Softmax x1"}));
    const std::vector<std::string> table = lines_of(bench.run("run --workload net.onnx --platform symq").out);
    EXPECT_THAT(table, Contains("not simulated   Relu x1"));
    EXPECT_THAT(table, Contains("                Softmax x1"));
}

TEST(layers_alone, are_kept_on_the_chip_or_prefetched) {
    const workbench bench;
    bench.write("p.yaml", "name: p\nscheme: symq\nscratchpad: {bytes: 65536}\nmapping: {keep: both, prefetch: weights}\n");
    const outcome run = bench.run("run --workload small.yaml --platform p.yaml");
    EXPECT_EQ(run.code, 2);
    EXPECT_THAT(run.err, AllOf(HasSubstr("mapping.keep"), HasSubstr("evaluate the whole network")));
}

TEST(weights, come_from_a_tensor_file) {
    const workbench bench;
    const std::string header = R"({"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";
    std::string file(8, '\0');
    file[0] = static_cast<char>(header.size());
    file += header;
    for (const float value : {0.5f, -1.f, 1.5f, 2.f, -2.5f, 3.f}) {
        char raw[4];
        std::memcpy(raw, &value, 4);
        file.append(raw, 4);
    }
    bench.write("w.safetensors", file);
    bench.write(
        "net.yaml",
        "name: net\nlayers:\n  - {name: a, linear: {tokens: 4, in: 3, out: 2}, input: dense, weights: {file: w.safetensors, tensor: w}}\n");
    const json report = report_of(bench, "run --workload net.yaml --platform symq --weight-bits 8");
    EXPECT_EQ(report.at("passed"), true);
    EXPECT_GT(report.at("layers")[0].at("weight_sqnr_db").get<double>(), 40);
    for (const json& note : report.at("notes")) EXPECT_THAT(note.get<std::string>(), Not(HasSubstr("synthetic")));
}

}  // namespace
}  // namespace symmetree
