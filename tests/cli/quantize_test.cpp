#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

// `symmetree quantize`: codes of a network, what they lose, and a workload that keeps them.

namespace symmetree {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// A workbench with net.yaml: three layers with weights and a product of activations.
struct quantize_bench : workbench {
    quantize_bench() {
        write("net.yaml",
              "name: net\nlayers:\n"
              "  - {name: first, linear: {tokens: 5, in: 40, out: 20}, input: dense}\n"
              "  - {name: block.0, linear: {tokens: 5, in: 20, out: 20}, input: relu}\n"
              "  - {name: block.scores, matmul: {rows: 5, inner: 8, columns: 5}, input: dense}\n"
              "  - {name: last, linear: {tokens: 5, in: 20, out: 10}, input: relu}\n");
    }
};

TEST(quantize, has_a_row_for_every_layer_with_weights) {
    const quantize_bench bench;
    const outcome result = bench.run("quantize --workload net.yaml --scheme dasq:w3a3:sw4:p98 --layer block.*=symq:w6a5 --format csv");
    EXPECT_EQ(result.code, 0) << result.err;
    const std::vector<std::string> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_THAT(lines[0], StartsWith("layer,scheme,channels,inputs,mse,sqnr,worst_channel,cosine,max_error,codes,unused_codes,"));
    EXPECT_THAT(lines[1], StartsWith("first,dasq:w3a3:sw4:p98,20,40,"));
    EXPECT_THAT(lines[2], StartsWith("block.0,symq:w6a5,20,20,"));
    EXPECT_THAT(lines[3], StartsWith("last,dasq:w3a3:sw4:p98,10,20,"));
}

TEST(quantize, reports_layers_channels_levels_and_figures) {
    const quantize_bench bench;
    const outcome result = bench.run("quantize --workload net.yaml --scheme apot:w4a4 --report errors");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(lines_of(bench.content("errors/layers.csv")).size(), 1u + 3);
    EXPECT_EQ(lines_of(bench.content("errors/channels.csv")).size(), 1u + 50);
    EXPECT_THAT(lines_of(bench.content("errors/levels.csv")), AllOf(testing::SizeIs(1 + 3 * 15), Contains(StartsWith("first,0,1.25,"))));
    const auto all = nlohmann::json::parse(bench.content("errors/report.json"));
    EXPECT_EQ(all.at("channels").size(), 50u);
    EXPECT_EQ(all.at("levels").at(0).at("layer"), "first");
    for (const char* name : {"sqnr_by_layer", "sqnr_by_channel", "codes"}) {
        EXPECT_THAT(bench.content(std::string("errors/") + name + ".svg"), HasSubstr("</svg>")) << name;
        EXPECT_THAT(bench.content(std::string("errors/") + name + ".png"), StartsWith("\x89PNG")) << name;
    }
}

TEST(quantize, writes_a_workload_that_runs_to_the_same_bits) {
    const quantize_bench bench;
    ASSERT_EQ(bench.run("quantize --workload net.yaml --scheme dasq:w3a3:sw4:p90 --layer first=symq:w3a3 --output q.yaml").code, 0);
    EXPECT_THAT(bench.files(), testing::IsSupersetOf({"q.yaml", "q.safetensors", "q.network.yaml"}));
    const outcome before = bench.run("run --workload net.yaml --platform dasq --scheme dasq:w3a3:sw4:p90 --format csv");
    const outcome after = bench.run("run --workload q.yaml --platform dasq --scheme symq:w4a4 --format csv");
    EXPECT_EQ(after.code, 0) << after.err;
    EXPECT_THAT(after.out, HasSubstr("exact"));
    const std::vector<std::string> a = lines_of(before.out), b = lines_of(after.out);
    ASSERT_EQ(a.size(), b.size());
}

TEST(quantize, refuses_wrong_words) {
    const quantize_bench bench;
    for (const auto& [words, message] : std::vector<std::pair<std::string, std::string>>{
             {"--workload net.yaml", "'--scheme' is required"},
             {"--workload net.yaml --scheme fp8", "scheme: family"},
             {"--workload net.yaml --scheme symq --layer first", "--layer: PATTERN=SCHEME is wanted, given 'first'"},
             {"--workload net.yaml --scheme symq --layer conv*=symq:w8a8", "--layer: no layer has a name like 'conv*'"},
             {"--workload net.yaml --scheme symq --layer first=int4", "\"int4\""},
             {"--workload net.yaml --scheme symq --layer first=dasq", "layer first: can't run on platform symq"},
             {"--workload net.yaml --scheme symq --output q.json", "--output: a .yaml file is wanted, given 'q.json'"}}) {
        const outcome result = bench.run("quantize " + words);
        EXPECT_EQ(result.code, 2) << words;
        EXPECT_THAT(result.out, IsEmpty()) << words;
        EXPECT_THAT(result.err, HasSubstr(message)) << words;
    }
}

}  // namespace
}  // namespace symmetree
