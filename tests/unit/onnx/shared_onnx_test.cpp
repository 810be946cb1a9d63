#include <gmock/gmock.h>

#include <cmath>

#include "workloads/files/load_workload.h"
#include "workloads/import/onnx_import.h"
#include "workloads/network/workload.h"

namespace symmetree {
namespace {

const std::string folded = SYMMETREE_SHARED "/data/resnet20_cifar10.onnx", kept = SYMMETREE_SHARED "/data/resnet20_cifar10_bn.onnx";

TEST(shared_onnx, both_exports_of_resnet20_are_the_network) {
    for (const std::string& path : {folded, kept}) {
        const workload w = load_workload_onnx(path);
        EXPECT_EQ(w.layers.size(), 20u);
        std::int64_t macs = 0;
        for (const layer& l : w.layers) macs += product_of(l).macs();
        EXPECT_EQ(macs, 40551040);
        EXPECT_EQ(w.layers.front().input, activation_class::dense);
        for (std::size_t i = 1; i < w.layers.size(); ++i) EXPECT_EQ(w.layers[i].input, activation_class::relu) << w.layers[i].name;
        EXPECT_THAT(w.not_simulated, testing::ElementsAre("Add x9", "Pad x2", "ReduceMean x1", "Relu x19", "Slice x4"));
    }
}

TEST(shared_onnx, layers_are_those_of_the_shipped_network) {
    const workload trained = load_workload_onnx(folded), shipped = load_workload("resnet20", SYMMETREE_ROOT "/workloads/nets");
    ASSERT_EQ(trained.layers.size(), shipped.layers.size());
    for (std::size_t i = 0; i < trained.layers.size(); ++i) {
        const product_shape a = product_of(trained.layers[i]), b = product_of(shipped.layers[i]);
        EXPECT_EQ(std::tie(a.m, a.n, a.k, a.repeat), std::tie(b.m, b.n, b.k, b.repeat)) << shipped.layers[i].name;
        EXPECT_EQ(trained.layers[i].input, shipped.layers[i].input) << shipped.layers[i].name;
    }
}

TEST(shared_onnx, folding_batch_norm_here_or_in_the_exporter_gives_the_same_weights) {
    const workload a = load_workload_onnx(folded), b = load_workload_onnx(kept);
    ASSERT_EQ(a.layers.size(), b.layers.size());
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
        EXPECT_EQ(a.layers[i].name, b.layers[i].name);
        const std::vector<float> x = materialize_weights(a.layers[i], 0), y = materialize_weights(b.layers[i], 0);
        ASSERT_EQ(x.size(), y.size());
        for (std::size_t k = 0; k < x.size(); ++k) ASSERT_NEAR(x[k], y[k], 4e-7 * std::fabs(x[k])) << a.layers[i].name << " element " << k;
    }
}

TEST(shared_onnx, folding_batch_norm_here_or_in_the_exporter_gives_the_same_biases) {
    const workload a = load_workload_onnx(folded), b = load_workload_onnx(kept);
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
        ASSERT_TRUE(a.layers[i].bias && b.layers[i].bias) << a.layers[i].name;
        const std::vector<float>&x = *a.layers[i].bias, &y = *b.layers[i].bias;
        ASSERT_EQ(x.size(), y.size());
        for (std::size_t k = 0; k < x.size(); ++k) ASSERT_NEAR(x[k], y[k], 1e-6) << a.layers[i].name << " channel " << k;
    }
}

TEST(shared_onnx, both_exports_are_whole_networks) {
    for (const std::string& path : {folded, kept}) {
        const workload w = load_workload_onnx(path);
        ASSERT_TRUE(w.graph) << w.why_no_graph;
        EXPECT_EQ(w.graph->nodes[w.graph->input].shape, (extents{1, 3, 32, 32}));
        EXPECT_EQ(w.graph->nodes[w.graph->output].shape, (extents{1, 10}));
    }
}

}  // namespace
}  // namespace symmetree
