#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/graph/float_executor.h"

namespace symmetree {
namespace {

using testing::ElementsAre;
using testing_files::shipped_directory;
using testing_files::temporary_directory;

workload read(const std::string& layers, const std::string& graph) {
    const temporary_directory directory;
    return load_workload_yaml(directory.write("net.yaml", "name: t\ndefaults: {input: dense}\nlayers:\n" + layers + "graph:\n" + graph));
}

const std::string head = "  - {name: head, linear: {tokens: 1, in: 8, out: 3}}\n";

TEST(graph_yaml, entries_read_the_one_before_and_are_named_after_it) {
    const workload w = read("  - {name: a, conv: {in: [2, 4, 4], out_channels: 8, kernel: 3, padding: 1}}\n" + head, R"(
  - {op: input, name: image, shape: [1, 2, 4, 4]}
  - {op: product, layer: a}
  - {op: relu}
  - {op: max_pool, kernel: 2, stride: 2}
  - {op: scale, name: half, factor: 0.5}
  - {op: add, from: [half, a.relu.max_pool]}
  - {op: mean, first_axis: 2, axes: 2}
  - {op: product, layer: head}
)");
    std::vector<std::string> names;
    for (const graph_node& n : w.graph->nodes) names.push_back(n.name);
    EXPECT_THAT(names, ElementsAre("image", "a", "a.relu", "a.relu.max_pool", "half", "half.add", "half.add.mean", "head"));
    EXPECT_THAT(w.graph->nodes[5].inputs, ElementsAre(4u, 3u));
    EXPECT_EQ(w.graph->nodes[6].shape, (extents{1, 8}));
    EXPECT_EQ(w.graph->nodes[3].kind, activation_class::relu);
    EXPECT_EQ(w.graph->output, 7u);
    EXPECT_EQ(w.why_no_graph, "");
}

TEST(graph_yaml, reads_every_field_of_every_operator) {
    const workload w = read("  - {name: m, matmul: {rows: 4, inner: 4, columns: 4, count: 2}}\n", R"(
  - {op: input, name: image, shape: [1, 2, 4, 4]}
  - {op: clip, least: -1.5, greatest: 6}
  - {op: gelu, form: tanh}
  - {op: softmax}
  - {op: layer_norm, epsilon: 0.001}
  - {op: mean_pool, name: pooled, kernel: [3, 2], stride: [1, 2], padding: [1, 0, 1, 0], count_padding: true}
  - {op: pad, before: [0, 0, 0, 1], after: [0, 0, 0, 1]}
  - {op: transpose, permutation: [0, 1, 3, 2]}
  - {op: product, layer: m, from: [pooled.pad, pooled.pad.transpose]}
  - {op: slice, starts: [0, 1, 0, 1], steps: [1, 1, 2, 2], shape: [1, 1, 2, 2]}
  - {op: concat, name: joined, axis: 3, from: [m.slice, m.slice]}
  - {op: mean, first_axis: 1, axes: 1, keep_axes: true}
  - {op: reshape, name: flat, shape: [2, 4]}
  - {op: constant, name: offset, shape: [4], values: {gaussian: 0.5}}
  - {op: add, from: [flat, offset]}
)");
    const std::vector<graph_node>& n = w.graph->nodes;
    EXPECT_EQ(std::get<clip_op>(n[1].op).least, -1.5f);
    EXPECT_EQ(std::get<clip_op>(n[1].op).greatest, 6.f);
    EXPECT_TRUE(std::get<gelu_op>(n[2].op).by_tanh);
    EXPECT_EQ(std::get<layer_norm_op>(n[4].op).epsilon, 0.001);
    EXPECT_THAT(*std::get<layer_norm_op>(n[4].op).gain, ElementsAre(1, 1, 1, 1));
    EXPECT_THAT(*std::get<layer_norm_op>(n[4].op).bias, ElementsAre(0, 0, 0, 0));
    const auto& pool = std::get<pool_op>(n[5].op);
    EXPECT_FALSE(pool.maximum);
    EXPECT_TRUE(pool.count_padding);
    EXPECT_EQ(std::tie(pool.kernel_height, pool.kernel_width, pool.stride_height, pool.stride_width), std::make_tuple(3, 2, 1, 2));
    EXPECT_EQ(std::tie(pool.pad_top, pool.pad_left, pool.pad_bottom, pool.pad_right), std::make_tuple(1, 0, 1, 0));
    EXPECT_EQ(n[5].shape, (extents{1, 2, 4, 2}));
    EXPECT_THAT(std::get<pad_op>(n[6].op).before, ElementsAre(0, 0, 0, 1));
    EXPECT_EQ(n[6].shape, (extents{1, 2, 4, 4}));
    EXPECT_THAT(std::get<transpose_op>(n[7].op).permutation, ElementsAre(0, 1, 3, 2));
    EXPECT_THAT(std::get<slice_op>(n[9].op).starts, ElementsAre(0, 1, 0, 1));
    EXPECT_THAT(std::get<slice_op>(n[9].op).steps, ElementsAre(1, 1, 2, 2));
    EXPECT_EQ(std::get<concat_op>(n[10].op).axis, 3);
    EXPECT_TRUE(std::get<mean_op>(n[11].op).keep_axes);
    EXPECT_EQ(n[12].shape, (extents{2, 4}));
    EXPECT_EQ(std::get<constant_op>(n[13].op).values->size(), 4u);
}

TEST(graph_yaml, seeded_constants_depend_on_their_name_and_spread_as_told) {
    const auto values = [](const std::string& name, const std::string& deviation) {
        const workload w =
            read(head, "  - {op: input, name: image, shape: [1, 4096]}\n  - {op: constant, name: " + name +
                           ", shape: [4096], values: {gaussian: " + deviation + "}}\n  - {op: add, name: sum, from: [image, " + name +
                           "]}\n  - {op: slice, starts: [0, 0], shape: [1, 8]}\n  - {op: product, layer: head}\n");
        return *std::get<constant_op>(w.graph->nodes[1].op).values;
    };
    const std::vector<float> a = values("a", "0.5");
    EXPECT_EQ(a, values("a", "0.5"));
    EXPECT_NE(a, values("b", "0.5"));
    double squares = 0;
    for (const float v : a) squares += double(v) * v;
    EXPECT_NEAR(std::sqrt(squares / 4096), 0.5, 0.05);
}

/// The mask of 4 x 4 positions in windows of 2, shifted by 1, against Liu et al.'s code: rows and columns 0 to 1, 2 and 3 are the parts.
TEST(graph_yaml, window_mask_parts_what_the_shift_brought_together) {
    const workload w = read("  - {name: head, linear: {tokens: 64, in: 4, out: 3}}\n", R"(
  - {op: input, name: image, shape: [4, 4, 4, 4]}
  - {op: constant, name: mask, window_mask: {height: 4, width: 4, window: 2, shift: 1}}
  - {op: add, from: [image, mask]}
  - {op: product, layer: head}
)");
    EXPECT_EQ(w.graph->nodes[1].shape, (extents{4, 1, 4, 4}));
    const std::vector<float>& mask = *std::get<constant_op>(w.graph->nodes[1].op).values;
    const auto part = [](int at) { return at < 2 ? 0 : at - 1; };
    for (int window = 0; window < 4; ++window)
        for (int i = 0; i < 4; ++i)
            for (int j = 0; j < 4; ++j) {
                const auto place = [&](int at) { return std::pair(part(window / 2 * 2 + at / 2), part(window % 2 * 2 + at % 2)); };
                EXPECT_EQ(mask[static_cast<std::size_t>((window * 4 + i) * 4 + j)], place(i) == place(j) ? 0.f : -100.f)
                    << window << ' ' << i << ' ' << j;
            }
}

class shipped_graph : public testing::TestWithParam<const char*> {};

/// Operators of the graph against what the file's own list says is left out when layers run one by one.
TEST_P(shipped_graph, runs_every_layer_once_and_has_the_operators_that_its_file_counts) {
    const workload w = load_workload(GetParam(), shipped_directory);
    ASSERT_TRUE(w.graph);
    std::map<std::string, int> listed, found;
    for (const std::string& text : w.not_simulated)
        listed[text.substr(0, text.find(' '))] = std::stoi(text.substr(text.find('x', text.find(' ')) + 1));
    std::set<std::size_t> layers;
    for (const graph_node& n : w.graph->nodes) {
        if (const auto* p = std::get_if<product_op>(&n.op)) layers.insert(p->layer);
        const auto* clip = std::get_if<clip_op>(&n.op);
        if (clip) ++found[std::isinf(clip->greatest) ? "Relu" : "Clip"];
        if (std::holds_alternative<gelu_op>(n.op)) ++found["Gelu"];
        if (std::holds_alternative<softmax_op>(n.op)) ++found["Softmax"];
        if (std::holds_alternative<layer_norm_op>(n.op)) ++found["LayerNormalization"];
        if (std::holds_alternative<mean_op>(n.op)) ++found["GlobalAveragePool"];
        if (const auto* pool = std::get_if<pool_op>(&n.op)) ++found[pool->maximum ? "MaxPool" : "GlobalAveragePool"];
        if (std::holds_alternative<pad_op>(n.op)) ++found["Pad"];
    }
    for (const auto& [op, count] : found) EXPECT_EQ(count, listed[op]) << op;
    EXPECT_EQ(layers.size(), w.layers.size());
    EXPECT_EQ(w.graph->nodes[w.graph->output].shape, (extents{1, std::string(GetParam()) == "resnet20" ? 10 : 1000}));
}

/// The class that a layer's file states for its input is the one that follows from the graph.
TEST_P(shipped_graph, agrees_with_the_input_classes_of_the_layers) {
    const workload w = load_workload(GetParam(), shipped_directory);
    for (const graph_node& n : w.graph->nodes)
        if (const auto* p = std::get_if<product_op>(&n.op)) EXPECT_EQ(w.graph->nodes[n.inputs[0]].kind, w.layers[p->layer].input) << n.name;
}

INSTANTIATE_TEST_SUITE_P(nets, shipped_graph,
                         testing::Values("resnet18", "resnet34", "resnet50", "resnet20", "mobilenet_v2", "deit_tiny", "deit_small",
                                         "deit_base", "swin_tiny"),
                         [](const auto& test) { return std::string(test.param); });

TEST(shipped_graphs, give_finite_scores_that_differ) {
    for (const char* name : {"resnet20", "deit_tiny"}) {
        const workload w = load_workload(name, shipped_directory);
        std::vector<float> image(static_cast<std::size_t>(elements_of(w.graph->nodes[w.graph->input].shape)));
        for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
        const std::vector<float> scores = float_executor(w, float_weights_of(w, 1)).run(image.data());
        for (const float s : scores) ASSERT_TRUE(std::isfinite(s)) << name;
        EXPECT_GT(std::set<float>(scores.begin(), scores.end()).size(), scores.size() / 2) << name;
    }
}

}  // namespace
}  // namespace symmetree
