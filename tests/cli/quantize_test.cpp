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
    const outcome result =
        bench.run("quantize --workload net.yaml --scheme dasq:w3a3:sw4:p98 --layer-scheme block.*=symq:w6a5 --format csv");
    EXPECT_EQ(result.code, 0) << result.err;
    const std::vector<std::string> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_THAT(lines[0], StartsWith("layer,scheme,channels,inputs,mse,sqnr,worst_channel,cosine,max_error,codes,unused_codes,"));
    EXPECT_THAT(lines[1], StartsWith("first,dasq:w3a3:sw4:p98,20,40,"));
    EXPECT_THAT(lines[2], StartsWith("block.0,symq:w6a5,20,20,"));
    EXPECT_THAT(lines[3], StartsWith("last,dasq:w3a3:sw4:p98,10,20,"));
}

TEST(quantize, tells_how_outliers_crowd_under_a_bound) {
    const quantize_bench bench;
    const outcome result = bench.run("quantize --workload net.yaml --scheme dasq:w3a3:p80:max2per16 --report errors");
    EXPECT_EQ(result.code, 0) << result.err;
    const auto all = nlohmann::json::parse(bench.content("errors/report.json"));
    EXPECT_EQ(all.at("layers").at(0).at("scheme"), "dasq:w3a3:sw4:p80:max2per16");
    EXPECT_EQ(all.at("layers").at(0).at("fullest_cell"), 2);
    EXPECT_LE(all.at("layers").at(0).at("fullest_channel"), 6);  // 40 inputs are three cells
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
    ASSERT_EQ(bench.run("quantize --workload net.yaml --scheme dasq:w3a3:sw4:p90 --layer-scheme first=symq:w3a3 --output q.yaml").code, 0);
    EXPECT_THAT(bench.files(), testing::IsSupersetOf({"q.yaml", "q.safetensors", "q.network.yaml"}));
    const outcome before = bench.run("run --workload net.yaml --platform dasq --scheme dasq:w3a3:sw4:p90 --format csv");
    const outcome after = bench.run("run --workload q.yaml --platform dasq --scheme symq:w4a4 --format csv");
    EXPECT_EQ(after.code, 0) << after.err;
    EXPECT_THAT(after.out, HasSubstr("exact"));
    const std::vector<std::string> a = lines_of(before.out), b = lines_of(after.out);
    ASSERT_EQ(a.size(), b.size());
}

const std::string resnet = SYMMETREE_ROOT "/tests/data/networks/small_resnet18.onnx",
                  deit = SYMMETREE_ROOT "/tests/data/networks/small_deit.onnx";

TEST(quantize, keeps_what_evaluate_finds_in_the_model_itself) {
    const quantize_bench bench;
    const std::string rest = " --platform symq --scheme symq:w4a4 --images random:6 --check -1 --jobs 1 --format csv";
    const outcome direct = bench.run("evaluate --workload " + resnet + rest);
    EXPECT_EQ(direct.code, 0) << direct.err;
    const outcome kept = bench.run("quantize --workload " + resnet + " --scheme symq:w4a4 --calibration random:4 --output q.yaml");
    EXPECT_EQ(kept.code, 0) << kept.err;
    EXPECT_THAT(bench.files(), testing::IsSupersetOf({"q.yaml", "q.safetensors", "q.network.onnx"}));
    const outcome later = bench.run("evaluate --workload q.yaml" + rest);
    EXPECT_EQ(later.code, 0) << later.err;
    EXPECT_EQ(later.out, direct.out);
    EXPECT_THAT(later.out, HasSubstr("exact on 6"));
    const outcome run = bench.run("run --workload q.yaml --platform symq --format csv"),
                  compared = bench.run("compare --workload q.yaml --platform symq --platform asymq_row_sum --format csv");
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("exact"), HasSubstr("symq:w4a4")));
    EXPECT_EQ(compared.code, 0) << compared.err;
}

TEST(quantize, keeps_the_channels_that_evaluate_divides) {
    const quantize_bench bench;
    for (const auto& [network, option, note] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {resnet, " --equalize layers", "Equalized: 4 channels from /layer1/layer1.0/conv1/Conv to /layer1/layer1.0/conv2/Conv"},
             {deit, " --smooth norms", "Smoothed: 32 channels from /encoder/ln/Add_1 to /heads/head/Gemm"}}) {
        const std::string rest = " --platform symq --scheme symq:w4a4 --images random:6 --check -1 --jobs 1";
        const outcome direct = bench.run("evaluate --workload " + network + rest + option);
        EXPECT_EQ(direct.code, 0) << direct.err;
        EXPECT_THAT(direct.out, HasSubstr(note));
        const outcome kept =
            bench.run("quantize --workload " + network + " --scheme symq:w4a4 --calibration random:4 --output q.yaml" + option);
        EXPECT_EQ(kept.code, 0) << kept.err;
        EXPECT_THAT(kept.out, HasSubstr(note));
        const outcome later = bench.run("evaluate --workload q.yaml" + rest);
        EXPECT_EQ(later.code, 0) << later.err;
        EXPECT_EQ(lines_of(later.out).at(6), lines_of(direct.out).at(6));
        EXPECT_THAT(later.out, AllOf(HasSubstr(note), HasSubstr("exact on 6")));
    }
    const outcome twice = bench.run("quantize --workload q.yaml --scheme symq:w4a4 --equalize layers");
    EXPECT_EQ(twice.code, 2);
    EXPECT_THAT(twice.err,
                HasSubstr("--equalize: the codes and formats that small_deit brings are those of its weights as they are; give the "
                          "network that it was quantized from"));
}

TEST(quantize, reports_tensors_alone_and_along_the_network) {
    const quantize_bench bench;
    const outcome result =
        bench.run("quantize --workload " + resnet + " --scheme symq:w4a4 --calibration random:4 --error-images 2 --report errors");
    EXPECT_EQ(result.code, 0) << result.err;
    const std::vector<std::string> tensors = lines_of(bench.content("errors/tensors.csv"));
    EXPECT_THAT(tensors[0], StartsWith("tensor,bits,step,zero_point,least,greatest,clipped,mse,sqnr,accumulated_mse,accumulated_sqnr,"));
    const auto all = nlohmann::json::parse(bench.content("errors/report.json"));
    ASSERT_EQ(all.at("tensors").size(), tensors.size() - 1);
    double first_values = 0, first_codes = 0;
    const auto& input = all.at("tensors").at(0);
    for (const auto& row : all.at("tensor_values"))
        if (row.at("tensor") == input.at("tensor")) first_values += row.at("values").get<double>();
    for (const auto& row : all.at("tensor_codes"))
        if (row.at("tensor") == input.at("tensor")) first_codes += row.at("values").get<double>();
    EXPECT_EQ(first_values, first_codes);
    EXPECT_EQ(static_cast<int>(first_values) % 4, 0);
    // The image has no error but its own; the last tensor has all that came before.
    EXPECT_NEAR(input.at("sqnr").get<double>(), input.at("accumulated_sqnr").get<double>(), 1.5);
    EXPECT_LT(all.at("tensors").back().at("accumulated_sqnr").get<double>(), all.at("tensors").back().at("sqnr").get<double>());
    for (const char* name : {"sqnr_by_tensor", "values_before", "codes_after", "level_sets"})
        EXPECT_THAT(bench.content(std::string("errors/") + name + ".png"), StartsWith("\x89PNG")) << name;
}

TEST(quantize, chooses_formats_within_a_budget) {
    const quantize_bench bench;
    const outcome result =
        bench.run("quantize --workload net.yaml --scheme symq:w4a4 --candidates symq:w2a4,symq:w4a4 --budget-bops 80% --report mixed");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(" BOPs of a budget of "));
    const std::vector<std::string> rows = lines_of(bench.content("mixed/mixed_precision.csv"));
    ASSERT_EQ(rows.size(), 1u + 3 * 2 + 1);
    const auto all = nlohmann::json::parse(bench.content("mixed/report.json"));
    double chosen = 0, whole = 0;
    for (const auto& row : all.at("mixed_precision")) {
        const bool is_usual = row.at("scheme") == "symq:w4a4";
        if (is_usual) whole += row.at("cost").get<double>();
        if (row.at("chosen") == "yes") chosen += row.at("cost").get<double>();
    }
    EXPECT_LE(chosen, 0.8 * whole);
    EXPECT_GT(chosen, 0.5 * whole);
}

TEST(quantize, refuses_wrong_words) {
    const quantize_bench bench;
    for (const auto& [words, message] : std::vector<std::pair<std::string, std::string>>{
             {"--workload net.yaml", "'--scheme' is required"},
             {"--workload net.yaml --scheme fp8", "scheme: family"},
             {"--workload net.yaml --scheme symq --layer-scheme first", "--layer-scheme: PATTERN=SCHEME is wanted, given 'first'"},
             {"--workload net.yaml --scheme symq --layer-scheme conv*=symq:w8a8", "--layer-scheme: no layer has a name like 'conv*'"},
             {"--workload net.yaml --scheme symq --layer-scheme first=int4", "\"int4\""},
             {"--workload net.yaml --scheme symq --layer-scheme first=dasq", "layer first: can't run on platform symq"},
             {"--workload net.yaml --scheme symq --calibration random:4", "--calibration: net can't be run as a whole network"},
             {"--workload net.yaml --scheme symq --equalize layers", "--equalize: net can't be run as a whole network"},
             {"--workload " + resnet + " --scheme symq --equalize all", "--equalize: one of none, layers is wanted, given 'all'"},
             {"--workload " + resnet + " --scheme symq --smooth norms",
              "--smooth: norms wants the images of --calibration, which is not given"},
             {"--workload net.yaml --scheme symq --range mse", "--range: is for --calibration, which is not given"},
             {"--workload " + resnet + " --scheme symq --calibration random:4 --calibration-images 5",
              "--calibration-images: 5 are wanted, the set has 4"},
             {"--workload net.yaml --scheme symq --budget-bops 50%", "--budget-bops: is for --candidates, which is not given"},
             {"--workload net.yaml --scheme symq --candidates symq:w2a4",
              "--candidates: one budget is wanted, --budget-bops or --budget-energy"},
             {"--workload net.yaml --scheme symq --candidates symq:w2a4 --budget-bops half",
              "--budget-bops: a number above 0, or a share such as 50%, is wanted, given 'half'"},
             {"--workload net.yaml --scheme symq --candidates symq:w4a4 --budget-bops 10%", "--budget-bops: the cheapest formats cost"},
             {"--workload net.yaml --scheme symq --candidates post:w4a4 --budget-bops 90%",
              "layer first: post:w4a4:g4 can't run on platform symq"},
             {"--workload net.yaml --scheme symq --output q.json", "--output: a .yaml file is wanted, given 'q.json'"}}) {
        const outcome result = bench.run("quantize " + words);
        EXPECT_EQ(result.code, 2) << words;
        EXPECT_THAT(result.out, IsEmpty()) << words;
        EXPECT_THAT(result.err, HasSubstr(message)) << words;
    }
}

/// The masked scores of shifted windows had a step of 0.85 where the mask's -100 set it, and the probabilities an SQNR of 15.5 dB.
TEST(quantize, an_attention_mask_leaves_the_scores_their_resolution) {
    const quantize_bench bench;
    const outcome result = bench.run("quantize --workload " SYMMETREE_ROOT
                                     "/tests/data/networks/small_swin.onnx --scheme symq:w8a8 --calibration random:16 --report errors");
    ASSERT_EQ(result.code, 0) << result.err;
    const nlohmann::json tensors = nlohmann::json::parse(bench.content("errors/report.json")).at("tensors");
    const auto row = [&](const std::string& name) {
        for (const nlohmann::json& t : tensors)
            if (t.at("tensor") == "/features/features.1/features.1.1/attn/" + name) return t;
        return nlohmann::json();
    };
    EXPECT_LT(row("Add_11").at("step").get<double>(), 0.15);
    EXPECT_GT(row("Add_11").at("least").get<double>(), -40);
    EXPECT_GT(row("Softmax").at("accumulated_sqnr").get<double>(), 19);
}

/// Codes, formats and fitted adapters come back: the scores are those of the network itself, without calibration images.
TEST(quantize, adaptive_activations_bring_their_adapters) {
    const quantize_bench bench;
    bench.write("lanes.yaml", bench.content("mine.yaml") + "vector_unit: {lanes: 16}\n");
    const std::string network = "--workload resnet20 ", scheme = "--scheme symq:w4a4:asq ",
                      images = "--images random:6 --platform lanes.yaml --format csv --check 1 ";
    const outcome kept =
        bench.run("quantize " + network + scheme + "--calibration random:12 --adapters fit --output q.yaml --report errors");
    ASSERT_EQ(kept.code, 0) << kept.err;
    EXPECT_THAT(kept.err, HasSubstr("the report has no tensors: those of :asq have another step for each image"));
    // By hand: tensors of C channels have C H + H + H + 1 parameters, H = C / 16: 7 of 16, 6 of 32, 5 of 64 channels.
    EXPECT_THAT(kept.out, HasSubstr("18 adapters with 1872 parameters: "));
    EXPECT_THAT(bench.content("q.yaml"), HasSubstr("\nadapters:\n  - {node: "));
    const outcome direct = bench.run("evaluate " + network + scheme + "--calibration random:12 --adapters fit " + images);
    const outcome later = bench.run("evaluate --workload q.yaml " + scheme + images);
    EXPECT_EQ(later.code, 0) << later.err;
    EXPECT_EQ(later.out, direct.out);
    EXPECT_NE(bench.run("evaluate --workload q.yaml --adapters identity " + scheme + images).out.find("exact on 1"), std::string::npos);
    const outcome plain = bench.run("quantize " + network + scheme + "--calibration random:12 --output plain.yaml");
    ASSERT_EQ(plain.code, 0) << plain.err;
    EXPECT_EQ(bench.run("evaluate --workload plain.yaml " + scheme + images).out,
              bench.run("evaluate " + network + scheme + "--calibration random:12 " + images).out);
    const outcome refused_word = bench.run("quantize " + network + scheme + "--calibration random:12 --adapters none --output plain.yaml");
    EXPECT_EQ(refused_word.code, 2);
    EXPECT_THAT(refused_word.err, HasSubstr("none"));
    // What the file brings is kept, with and without calibration images, and the report sees it.
    for (const std::string words : {"", "--calibration random:12 --rounding nearest "}) {
        const outcome again = bench.run("quantize --workload q.yaml " + scheme + words + "--output again.yaml");
        ASSERT_EQ(again.code, 0) << again.err;
        EXPECT_EQ(bench.run("evaluate --workload again.yaml " + scheme + images).out, direct.out) << words;
    }

    std::string text = bench.content("q.yaml");
    const std::size_t list = text.find("\nadapters:"), bits = text.find("bits: 4", list);
    bench.write("narrow.yaml", text.replace(bits, 7, "bits: 5"));
    const outcome refused = bench.run("evaluate --workload narrow.yaml " + scheme + images);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("it has 5 bits in the file, and what reads it takes 4"));
}

}  // namespace
}  // namespace symmetree
