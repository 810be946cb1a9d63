#include <gmock/gmock.h>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing_files::temporary_directory;

workload read(const std::string& text) {
    const temporary_directory directory;
    return load_workload_yaml(directory.write("net.yaml", text));
}

TEST(workload_yaml, reads_every_field) {
    const workload w = read(R"(
name: tiny
source: a paper
not_simulated: [Relu x1]
defaults: {input: relu, weights: {student_t: {degrees_of_freedom: 7}}}
layers:
  - {name: a, conv: {in: [4, 9, 8], out_channels: 6, kernel: [3, 2], stride: [2, 1], padding: [1, 0, 2, 1], dilation: [1, 2], groups: 2},
     input: dense, weight_bits: 8, activation_bits: 6, family: asymq, weights: {gaussian: {}}}
  - {name: b, linear: {tokens: 5, in: 7, out: 3}, instead_of_dasq: [asymq, symq], weights: {skewed_outliers: {share: 0.01, scale: 8, skew: 1}}}
  - {name: c, matmul: {rows: 4, inner: 8, columns: 6, count: 3}, input: gelu, activation_bits: 5}
)");
    EXPECT_EQ(w.name, "tiny");
    EXPECT_EQ(w.source, "a paper");
    EXPECT_THAT(w.not_simulated, ElementsAre("Relu x1"));
    ASSERT_EQ(w.layers.size(), 3u);

    const layer& a = w.layers[0];
    const auto& conv = std::get<conv_shape>(a.shape);
    EXPECT_EQ(conv.in_channels, 4);
    EXPECT_EQ(conv.in_height, 9);
    EXPECT_EQ(conv.in_width, 8);
    EXPECT_EQ(conv.kernel_height, 3);
    EXPECT_EQ(conv.kernel_width, 2);
    EXPECT_EQ(conv.stride_height, 2);
    EXPECT_EQ(conv.stride_width, 1);
    EXPECT_EQ(conv.pad_top, 1);
    EXPECT_EQ(conv.pad_left, 0);
    EXPECT_EQ(conv.pad_bottom, 2);
    EXPECT_EQ(conv.pad_right, 1);
    EXPECT_EQ(conv.dilation_height, 1);
    EXPECT_EQ(conv.dilation_width, 2);
    EXPECT_EQ(conv.out_height(), 5);
    EXPECT_EQ(conv.out_width(), 7);
    EXPECT_EQ(a.input, activation_class::dense);
    EXPECT_EQ(a.weight_bits, 8);
    EXPECT_EQ(a.activation_bits, 6);
    EXPECT_EQ(a.family, scheme_family::asymq);
    EXPECT_EQ(std::get<seeded_weights>(a.weights).distribution, seeded_weights::kind::gaussian);
    EXPECT_EQ(a.place.line, 7);
    const product_shape p = product_of(a);
    EXPECT_EQ(p.m, 35);
    EXPECT_EQ(p.n, 3);
    EXPECT_EQ(p.k, 12);
    EXPECT_EQ(p.repeat, 2);

    const layer& b = w.layers[1];
    EXPECT_EQ(b.input, activation_class::relu);
    EXPECT_THAT(b.instead_of_dasq, ElementsAre(scheme_family::asymq, scheme_family::symq));
    const auto& skewed = std::get<seeded_weights>(b.weights);
    EXPECT_EQ(skewed.distribution, seeded_weights::kind::skewed_outliers);
    EXPECT_EQ(skewed.outlier_share, 0.01);
    EXPECT_EQ(skewed.outlier_scale, 8);
    EXPECT_EQ(skewed.outlier_skew, 1);
    EXPECT_FALSE(b.weight_bits.has_value());

    const layer& c = w.layers[2];
    EXPECT_TRUE(is_attention_product(c));
    EXPECT_EQ(product_of(c).macs(), 4 * 8 * 6 * 3);
    EXPECT_EQ(c.activation_bits, 5);
}

TEST(workload_yaml, short_forms_stand_for_both_axes) {
    const workload w = read(R"(
name: tiny
layers:
  - {name: a, conv: {in: [3, 8, 8], out_channels: 4, kernel: 3, stride: 2, padding: 1}, input: dense}
  - {name: b, conv: {in: [3, 8, 8], out_channels: 4, kernel: 3, padding: [0, 2]}, input: dense}
)");
    const auto& a = std::get<conv_shape>(w.layers[0].shape);
    EXPECT_EQ(a.kernel_width, 3);
    EXPECT_EQ(a.stride_width, 2);
    EXPECT_EQ(a.pad_bottom, 1);
    EXPECT_EQ(a.pad_right, 1);
    const auto& b = std::get<conv_shape>(w.layers[1].shape);
    EXPECT_EQ(b.pad_top, 0);
    EXPECT_EQ(b.pad_left, 2);
    EXPECT_EQ(b.pad_bottom, 0);
    EXPECT_EQ(b.pad_right, 2);
    EXPECT_EQ(std::get<seeded_weights>(w.layers[1].weights).distribution, seeded_weights::kind::gaussian);
}

TEST(workload_yaml, default_weights_hold_where_a_layer_names_none) {
    const workload w = read(
        "name: t\ndefaults: {input: dense, weights: {student_t: {degrees_of_freedom: 9}}}\nlayers:\n  - {name: a, linear: {tokens: 1, in: "
        "2, out: 3}}\n");
    EXPECT_EQ(std::get<seeded_weights>(w.layers[0].weights).degrees_of_freedom, 9);
}

TEST(workload_yaml, depthwise_means_one_channel_per_group) {
    const workload w = read(R"(
name: t
defaults: {input: relu}
layers:
  - {name: depthwise, conv: {in: [8, 4, 4], out_channels: 8, kernel: 3, groups: 8}}
  - {name: grouped, conv: {in: [8, 4, 4], out_channels: 8, kernel: 3, groups: 4}}
  - {name: multiplier, conv: {in: [8, 4, 4], out_channels: 16, kernel: 3, groups: 8}}
  - {name: single, conv: {in: [1, 4, 4], out_channels: 1, kernel: 3}}
)");
    EXPECT_TRUE(is_depthwise(w.layers[0]));
    EXPECT_FALSE(is_depthwise(w.layers[1]));
    EXPECT_FALSE(is_depthwise(w.layers[2]));
    EXPECT_FALSE(is_depthwise(w.layers[3]));
}

TEST(load_workload, takes_names_and_paths) {
    const temporary_directory directory;
    const std::string path =
        directory.write("own.yaml", "name: own\nlayers:\n  - {name: a, linear: {tokens: 1, in: 2, out: 3}, input: dense}\n");
    EXPECT_EQ(load_workload(path, testing_files::shipped_directory).name, "own");
    EXPECT_EQ(load_workload("resnet20", testing_files::shipped_directory).name, "resnet20");
    EXPECT_EQ(load_workload("fashion_vit", testing_files::shipped_directory).name, "fashion_vit");
}

TEST(load_workload, lists_the_shipped_names) {
    const temporary_directory directory;
    for (const char* name : {"resnet19", "../nets/resnet18", ""})
        EXPECT_EQ(
            testing_files::error_of(directory, [&] { load_workload(name, testing_files::shipped_directory); }),
            std::string("workload: a shipped network (deit_base, deit_small, deit_tiny, fashion_resnet, "
                        "fashion_resnet_w2a2_levels, fashion_resnet_w2a2_symq, fashion_resnet_w2a2_symq_asq, fashion_resnet_w3a3_post, "
                        "fashion_resnet_w3a3_post_asq, fashion_resnet_w3a3_symq, fashion_vit, mobilenet_v2, "
                        "resnet18, resnet20, resnet34, resnet50, "
                        "swin_tiny) or a .yaml or .onnx file is wanted, given '") +
                name + "'");
}

TEST(load_workload, says_which_file_is_missing) {
    const temporary_directory directory;
    EXPECT_EQ(testing_files::error_of(directory, [&] { load_workload(directory.file("none.yaml"), ""); }), "none.yaml: can't be read");
    EXPECT_EQ(testing_files::error_of(directory, [&] { load_workload(directory.file("none.onnx"), ""); }), "none.onnx: can't be read");
}

}  // namespace
}  // namespace symmetree
