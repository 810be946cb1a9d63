#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/graph/graph_writer.h"
#include "workloads/files/load_workload.h"
#include "workloads/graph/float_executor.h"
#include "workloads/import/onnx_import.h"

// A network imported from ONNX, written in the YAML format and read again, is the same network.

namespace symmetree {
namespace {

std::vector<float> logits_of(const workload& w) {
    std::vector<float> image(static_cast<std::size_t>(elements_of(w.graph->nodes[w.graph->input].shape)));
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
    return float_executor(w, float_weights_of(w, 0)).run(image.data());
}

class yaml_round_trip : public testing::TestWithParam<const char*> {};

TEST_P(yaml_round_trip, keeps_nodes_and_logits) {
    const workload imported = load_workload_onnx(SYMMETREE_ROOT "/" + std::string(GetParam()) + ".onnx");
    ASSERT_TRUE(imported.graph) << imported.why_no_graph;
    const testing_files::temporary_directory directory;
    const workload read = load_workload_yaml(graph_writer(directory, imported).path());
    ASSERT_TRUE(read.graph);
    ASSERT_EQ(read.graph->nodes.size(), imported.graph->nodes.size());
    for (std::size_t i = 0; i < read.graph->nodes.size(); ++i) {
        const graph_node &a = read.graph->nodes[i], &b = imported.graph->nodes[i];
        EXPECT_EQ(a.name, b.name);
        EXPECT_EQ(a.inputs, b.inputs) << b.name;
        EXPECT_EQ(a.shape, b.shape) << b.name;
        EXPECT_EQ(a.kind, b.kind) << b.name;
        EXPECT_EQ(a.op.index(), b.op.index()) << b.name;
    }
    EXPECT_EQ(read.graph->input, imported.graph->input);
    EXPECT_EQ(read.graph->output, imported.graph->output);
    EXPECT_EQ(logits_of(read), logits_of(imported));
}

INSTANTIATE_TEST_SUITE_P(networks, yaml_round_trip,
                         testing::Values("tests/data/networks/small_resnet18", "tests/data/networks/small_mobilenet_v2",
                                         "tests/data/networks/small_deit", "tests/data/networks/small_swin",
                                         "tests/data/networks/small_hiera", "workloads/nets/fashion_vit"),
                         [](const auto& test) { return std::string(test.param).substr(std::string(test.param).rfind('/') + 1); });

}  // namespace
}  // namespace symmetree
