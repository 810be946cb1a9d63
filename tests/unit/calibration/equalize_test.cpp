// Channels divided behind one layer or layer norm and multiplied before the next: the same network, in other ranges.
#include "workloads/calibration/equalize.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"
#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// Convolutions a and b, b of so many groups, and a linear layer behind their mean. `between` makes the tensor `x` that b reads of a.
std::string chain_text(const std::string& between, const std::string& behind_b = "", int groups = 1) {
    return "name: chain\nlayers:\n"
           "  - {name: a, conv: {in: [2, 4, 4], out_channels: 4, kernel: 3, padding: 1}, input: dense}\n"
           "  - {name: b, conv: {in: [4, 4, 4], out_channels: 4, kernel: 3, padding: 1, groups: " +
           std::to_string(groups) +
           "}, input: dense}\n"
           "  - {name: head, linear: {tokens: 1, in: 4, out: 3}, input: dense}\n"
           "graph:\n  - {op: input, name: image, shape: [1, 2, 4, 4]}\n  - {op: product, layer: a}\n" +
           between + "  - {op: product, layer: b, from: x}\n" + behind_b +
           "  - {op: relu}\n  - {op: mean, first_axis: 2, axes: 2}\n  - {op: product, layer: head}\n";
}
const std::string relu = "  - {op: relu, name: x}\n";

workload parsed(const std::string& text) {
    const testing_files::temporary_directory directory;
    return load_workload_yaml(directory.write("net.yaml", text));
}

std::vector<float> image_of(const workload& network, std::int64_t index) {
    const random_stream stream(static_cast<std::uint64_t>(index) + 1, "image");
    std::vector<float> pixels(static_cast<std::size_t>(elements_of(network.graph->nodes[network.graph->input].shape)));
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(stream.normal(i));
    return pixels;
}

std::vector<float> scores_of(const workload& network) {
    return float_executor(network, float_weights_of(network, 1)).run(image_of(network, 0).data());
}

std::vector<std::string> scalable_names(const workload& network) {
    std::vector<std::string> names;
    for (const scalable_tensor& t : scalable_tensors(network)) names.push_back(network.graph->nodes[t.node].name);
    return names;
}

/// Factors from 1/30 to 30 for every tensor that takes some.
channel_factors wild_factors(const workload& network) {
    channel_factors factors;
    const random_stream stream(7, "factors");
    std::size_t next = 0;
    for (const scalable_tensor& t : scalable_tensors(network))
        for (std::size_t c = 0; c < t.channels; ++c)
            factors[network.graph->nodes[t.node].name].push_back(std::pow(30, 2 * stream.uniform(next++) - 1));
    return factors;
}

void expect_same_scores(const workload& found, const workload& wanted) {
    const std::vector<float> a = scores_of(found), b = scores_of(wanted);
    float greatest = 0;
    for (const float v : b) greatest = std::max(greatest, std::abs(v));
    for (std::size_t i = 0; i < b.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-5F * greatest) << i;
}

struct left_case {
    const char* what;
    std::string text;
    std::vector<std::string> scalable;
};
void PrintTo(const left_case& c, std::ostream* out) { *out << c.what; }

class a_chain : public testing::TestWithParam<left_case> {};

TEST_P(a_chain, can_be_scaled_where_only_operators_that_let_factors_through_stand_between_layers) {
    const workload network = parsed(GetParam().text);
    EXPECT_EQ(scalable_names(network), GetParam().scalable);
    expect_same_scores(with_scaled_channels(network, wild_factors(network), 1), network);
}

const std::string side_by_side =
    "  - {op: transpose, name: t, permutation: [0, 2, 3, 1]}\n  - {op: clip, least: 0, name: r}\n"
    "  - {op: transpose, name: x, permutation: [0, 3, 1, 2]}\n";
INSTANTIATE_TEST_SUITE_P(
    with, a_chain,
    testing::Values(left_case{"relu", chain_text(relu), {"a", "b"}}, left_case{"groups", chain_text(relu, "", 2), {"a", "b"}},
                    left_case{"depthwise", chain_text(relu, "", 4), {"a", "b"}},
                    left_case{"transposes", chain_text(side_by_side), {"a", "b"}},
                    left_case{"max_pool", chain_text("  - {op: max_pool, name: x, kernel: 3, padding: 1}\n"), {"a", "b"}},
                    left_case{"mean_pool", chain_text("  - {op: mean_pool, name: x, kernel: 3, padding: 1}\n"), {"a", "b"}},
                    left_case{"scale", chain_text("  - {op: scale, name: x, factor: 0.5}\n"), {"a", "b"}},
                    left_case{"relu6", chain_text("  - {op: clip, name: x, greatest: 6}\n"), {"b"}},
                    left_case{"gelu", chain_text("  - {op: gelu, name: x}\n"), {"b"}},
                    left_case{"pixels_as_channels",
                              chain_text("  - {op: transpose, name: t, permutation: [0, 2, 1, 3]}\n  - {op: relu, name: x}\n"),
                              {"b"}},
                    left_case{"residual", chain_text(relu, "  - {op: add, from: [b, x]}\n"), {}}),
    [](const auto& tested) { return std::string(tested.param.what); });

TEST(a_flattened_tensor, gives_each_column_of_the_layer_behind_it_the_factor_of_its_channel) {
    const workload network = parsed(
        "name: flat\nlayers:\n  - {name: a, conv: {in: [2, 4, 4], out_channels: 4, kernel: 3}, input: dense}\n"
        "  - {name: head, linear: {tokens: 1, in: 16, out: 3}, input: relu}\n"
        "graph:\n  - {op: input, name: image, shape: [1, 2, 4, 4]}\n  - {op: product, layer: a}\n  - {op: relu}\n"
        "  - {op: reshape, shape: [1, 16]}\n  - {op: product, layer: head}\n");
    EXPECT_THAT(scalable_names(network), ElementsAre("a"));
    expect_same_scores(with_scaled_channels(network, wild_factors(network), 1), network);
}

struct exported_case {
    const char* file;
    std::size_t layers, norms;  ///< scalable tensors that these make
};
void PrintTo(const exported_case& c, std::ostream* out) { *out << c.file; }

class an_exported_network : public testing::TestWithParam<exported_case> {
protected:
    workload network = load_workload_onnx(SYMMETREE_ROOT "/tests/data/networks/" + std::string(GetParam().file) + ".onnx");
};

TEST_P(an_exported_network, has_the_same_scores_whatever_its_channels_are_divided_by) {
    std::size_t norms = 0;
    const std::vector<scalable_tensor> all = scalable_tensors(network);
    for (const scalable_tensor& t : all) norms += layer_norm_of(network.graph->nodes[t.node]) != nullptr;
    EXPECT_EQ(norms, GetParam().norms);
    EXPECT_EQ(all.size() - norms, GetParam().layers);
    expect_same_scores(with_scaled_channels(network, wild_factors(network), 1), network);
}

TEST_P(an_exported_network, has_the_same_scores_equalized_and_smoothed) {
    const workload equal = equalized(
        network, equalization::layers, smoothing::norms, 1, [&](std::int64_t i) { return image_of(network, i); }, 4, 2);
    EXPECT_THAT(equal.channel_factors, SizeIs(GetParam().layers + GetParam().norms));
    EXPECT_THAT(scaling_notes(equal), SizeIs(GetParam().layers + GetParam().norms));
    expect_same_scores(equal, network);
}

INSTANTIATE_TEST_SUITE_P(named, an_exported_network,
                         testing::Values(exported_case{"small_resnet18", 8, 0}, exported_case{"small_mobilenet_v2", 2, 0},
                                         exported_case{"small_deit", 0, 5}, exported_case{"small_swin", 0, 7},
                                         exported_case{"small_hiera", 0, 8}),
                         [](const auto& tested) { return std::string(tested.param.file); });

TEST(equalized_layers, have_the_same_range_in_every_channel_on_both_sides) {
    const workload chain = parsed(chain_text(relu, "", 4));
    const workload network = with_scaled_channels(chain, equalizing_factors(chain, 1), 1);
    scaled_weights weights(network, 1);
    const std::vector<scalable_tensor> tensors = scalable_tensors(network);
    ASSERT_THAT(tensors, SizeIs(2));
    std::vector<std::vector<double>> ranges;  // of the convolution, of the depthwise one on both sides, of the head
    for (const scalable_tensor& t : tensors) {
        ranges.push_back(weights.greatest_made(t));
        ranges.push_back(weights.greatest_read(t));
    }
    for (const std::vector<double>& side : ranges)
        for (std::size_t c = 0; c < side.size(); ++c) EXPECT_NEAR(side[c], ranges[0][c], 0.01 * ranges[0][c]) << c;
}

TEST(equalized_layers, do_not_depend_on_how_their_channels_were_scaled_before) {
    const workload chain = parsed(chain_text(relu));
    workload wild = with_scaled_channels(chain, wild_factors(chain), 1);
    const std::vector<std::vector<float>> wanted = float_weights_of(with_scaled_channels(chain, equalizing_factors(chain, 1), 1), 1);
    const std::vector<std::vector<float>> found = float_weights_of(with_scaled_channels(wild, equalizing_factors(wild, 1), 1), 1);
    for (std::size_t l = 0; l < wanted.size(); ++l)
        for (std::size_t i = 0; i < wanted[l].size(); ++i) EXPECT_NEAR(found[l][i], wanted[l][i], 0.01 * std::abs(wanted[l][i]));
}

TEST(a_channel_without_weights, keeps_its_scale) {
    workload chain = parsed(chain_text(relu));
    std::vector<float> weights = materialize_weights(chain.layers[0], 1);
    std::fill_n(weights.begin(), 18, 0.0F);
    chain.layers[0].weights = loaded_weights{std::make_shared<const std::vector<float>>(weights)};
    EXPECT_EQ(equalizing_factors(chain, 1).at("a")[0], 1);
    EXPECT_NE(equalizing_factors(chain, 1).at("a")[1], 1);
}

TEST(smoothed_norms, have_factors_that_do_not_depend_on_threads) {
    const workload network = load_workload_onnx(SYMMETREE_ROOT "/tests/data/networks/small_deit.onnx");
    const image_source image = [&](std::int64_t i) { return image_of(network, i); };
    EXPECT_EQ(smoothing_factors(network, 1, image, 6, 1), smoothing_factors(network, 1, image, 6, 3));
}

TEST(given_factors, are_refused_where_they_fit_no_tensor) {
    const workload chain = parsed(chain_text(relu));
    const testing_files::temporary_directory directory;
    const auto problem = [&](const channel_factors& factors) {
        return testing_files::error_of(directory, [&] { with_scaled_channels(chain, factors, 1); });
    };
    EXPECT_THAT(problem({{"head", {1, 1, 1}}}), HasSubstr("head: the network has no tensor of that name whose channels can be divided"));
    EXPECT_THAT(problem({{"a", {1, 1, 1}}}), HasSubstr("a: 3 channels are divided, it has 4"));
    EXPECT_THAT(problem({{"a", {1, 1, 0, 1}}}), HasSubstr("a: factors are above 0 and finite, given 0"));
}

}  // namespace
}  // namespace symmetree
