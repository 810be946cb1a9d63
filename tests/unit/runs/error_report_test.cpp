// The report of `quantize`: its tables and figures, before anything is drawn or written.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "compile/requantized_network.h"
#include "runs/activation_formats.h"
#include "runs/error_tables.h"
#include "runs/quantize_workload.h"
#include "tests/unit/quantized_network/small_network.h"

namespace symmetree {
namespace {

struct quantized_small_network : testing::Test {
    small_network small;
    platform_config platform = platform_named("symq");
    const scheme run = parse_scheme("symq:w4a4");
    quantized_workload q{small.network, small.file, runnable_schemes(small.network, platform, run, {}), {}, {}, {}, 1, "test"};
    const std::vector<weight_error_report> errors = keep_weights(q, small.cache, 1);
    const image_source image = small_image;
    const measured_images images{small.executor, small.seen, {}, image, 2};

    std::vector<tensor_error_report> tensors() const {
        return tensor_errors_of(small.network, platform, run, {}, images, small.cache, 1, 1);
    }
};

std::vector<std::string> names_of(const std::vector<named_content>& files) {
    std::vector<std::string> names;
    for (const named_content& f : files) names.push_back(f.name);
    return names;
}

TEST_F(quantized_small_network, keeps_the_weights_that_the_cache_gives) {
    ASSERT_EQ(q.weights.size(), 5u);
    for (std::size_t i = 0; i < q.weights.size(); ++i) {
        EXPECT_EQ(q.weights[i].codes, small.cache.get(small.network.layers[i], 1, q.schemes[i], 1).codes) << i;
        EXPECT_EQ(errors.at(i).layer, small.network.layers[i].name);
    }
    EXPECT_EQ(q.weights[0].bits, 8);  // an end
    EXPECT_EQ(q.weights[1].bits, 4);
}

TEST_F(quantized_small_network, has_a_report_of_layers_channels_and_levels) {
    const error_report report = error_report_of(errors, {});
    const std::vector<named_content> files = table_files(report);
    EXPECT_THAT(names_of(files), testing::ElementsAre("layers.csv", "channels.csv", "levels.csv", "report.json"));
    const auto json = nlohmann::json::parse(files.back().content);
    EXPECT_EQ(json.at("layers").size(), 5u);
    EXPECT_EQ(json.at("channels").size(), 8u + 8u + 8u + 12u + 5u);
    EXPECT_EQ(json.at("layers").at(1).at("scheme"), "symq:w4a4");
    EXPECT_EQ(std::count(files[0].content.begin(), files[0].content.end(), '\n'), 6);
    std::vector<std::string> figures;
    for (const figure& f : report.figures) figures.push_back(f.name);
    EXPECT_THAT(figures, testing::ElementsAre("sqnr_by_layer", "sqnr_by_channel", "codes", "level_sets"));
}

TEST_F(quantized_small_network, adds_tensors_and_the_choice_of_schemes_where_there_are_some) {
    study schemes;
    schemes.columns = {{"layer", column_role::axis, ""}};
    schemes.rows = {{std::string("stem")}};
    const error_report report = error_report_of(errors, tensors(), {{"mixed_precision", schemes}});
    EXPECT_THAT(names_of(table_files(report)),
                testing::ElementsAre("layers.csv", "channels.csv", "levels.csv", "tensors.csv", "tensor_values.csv", "tensor_codes.csv",
                                     "mixed_precision.csv", "report.json"));
    EXPECT_EQ(report.figures.back().name, "codes_after");
    const auto json = nlohmann::json::parse(table_files(report).back().content);
    EXPECT_EQ(json.at("mixed_precision").at(0).at("layer"), "stem");
    EXPECT_EQ(json.at("tensors").size(), tensors().size());
    EXPECT_EQ(json.at("tensors").at(0).at("tensor"), "image");
}

TEST_F(quantized_small_network, keeps_a_format_for_every_tensor_that_chooses_one) {
    keep_formats(q, platform, run, {true, residual_width::narrow}, images, identity_adapters, small.cache, 1);
    const auto wanted = formats_of(small.network, platform, run, small.chooser_for(small.network), {});
    ASSERT_EQ(q.formats.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        ASSERT_EQ(q.formats[i].has_value(), wanted[i].has_value()) << i;
        if (!wanted[i]) continue;
        EXPECT_EQ(q.formats[i]->step, wanted[i]->step) << i;
    }
    EXPECT_TRUE(q.adapters.empty());
}

TEST_F(quantized_small_network, keeps_both_formats_of_a_tensor_that_an_addition_reads) {
    keep_formats(q, platform, run, {}, images, identity_adapters, small.cache, 1);
    const graph_node& stem = small.network.graph->nodes[2];
    ASSERT_EQ(stem.name, "stem.relu");
    EXPECT_EQ(q.formats[2]->bits, 8);
    ASSERT_EQ(q.narrowed.size(), 1u);
    EXPECT_EQ(q.narrowed.at("stem.relu").bits, 4);
    const std::vector<tensor_error_report> reports = tensors();
    const auto named = [&](const std::string& name) {
        return *std::find_if(reports.begin(), reports.end(), [&](const tensor_error_report& r) { return r.tensor == name; });
    };
    EXPECT_EQ(named("stem.relu").format.bits, 8);
    EXPECT_EQ(named("stem.relu.narrow").format.bits, 4);
    EXPECT_GT(named("stem.relu").accumulated.sqnr_db, named("stem.relu.narrow").accumulated.sqnr_db + 10);

    for (std::size_t i = 0; i < q.schemes.size(); ++i) q.weights[i] = small.cache.get(small.network.layers[i], 1, q.schemes[i], 1);
    write_quantized_workload(small.directory.file("q.yaml"), q);
    const workload read = load_workload_yaml(small.directory.file("q.yaml"));
    EXPECT_EQ(read.formats[2]->step, q.formats[2]->step);
    EXPECT_EQ(read.narrowed.at("stem.relu").step, q.narrowed.at("stem.relu").step);
    const requantized_network copied = with_requantized_tensors(read, q.schemes, residual_width::wide);
    const calibration none;
    const format_chooser from_file = copies_chooser(read, copied, none, {});
    ASSERT_EQ(copied.narrowed.size(), 1u);
    EXPECT_EQ(from_file(copied.narrowed[0], 4, activation_coding::signed_zero_point).step, q.narrowed.at("stem.relu").step);
    EXPECT_EQ(from_file(2, 8, activation_coding::signed_zero_point).bits, 8);
    EXPECT_THROW(
        load_workload_yaml(small.directory.write(
            "w.yaml", "network: small.yaml\nnarrowed:\n  - {node: nowhere, step: 1, bits: 4, zero_point: -8, least: -8, greatest: 7}\n")),
        input_error);
}

TEST_F(quantized_small_network, names_every_layer_that_the_platform_cannot_run) {
    try {
        runnable_schemes(small.network, platform, parse_scheme("pot:w4a4"), {false});
        FAIL();
    } catch (const input_error& e) {
        EXPECT_EQ(e.problems().size(), 5u);
        EXPECT_EQ(e.problems()[1].field, "layer body/a");
    }
}

TEST(usual_platform, is_that_of_the_family_at_the_schemes_widths) {
    const platform_config pot = platform_for(parse_scheme("pot:w3a5"), "", SYMMETREE_ROOT "/platforms/presets");
    EXPECT_EQ(pot.array.kind, array_kind::pot);
    EXPECT_EQ(pot.array.weight_bits, 3);
    EXPECT_EQ(pot.array.activation_bits, 5);
    EXPECT_GE(pot.vector_unit.lanes, 1);
    EXPECT_EQ(platform_for(parse_scheme("pot:w3a5"), "symq", SYMMETREE_ROOT "/platforms/presets").array.weight_bits, 4);
}

}  // namespace
}  // namespace symmetree
