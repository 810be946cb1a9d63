#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "workloads/graph/float_executor.h"
#include "workloads/import/onnx_import.h"

// Whole networks against what ONNX Runtime gave for them (workloads/train/README.md): pixels, normalization and logits
// of tests/data/logits.

namespace symmetree {
namespace {

using nlohmann::json;

/// (pixel / divisor - mean) / std of each channel.
std::vector<float> normalized(const json& pixels, const json& normalization, std::size_t channels) {
    std::vector<float> image;
    const std::size_t plane = pixels.size() / channels;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const double value = pixels[i].get<double>() / normalization.at("divisor").get<double>();
        image.push_back(static_cast<float>((value - normalization.at("mean")[i / plane].get<double>()) /
                                           normalization.at("std")[i / plane].get<double>()));
    }
    return image;
}

struct network {
    const char* name;
    const char* folder;
};

class onnxruntime_logits : public testing::TestWithParam<network> {};

TEST_P(onnxruntime_logits, are_met_within_1e_4) {
    const std::string name = GetParam().name;
    const workload w = load_workload_onnx(SYMMETREE_ROOT "/" + std::string(GetParam().folder) + "/" + name + ".onnx");
    ASSERT_TRUE(w.graph) << w.why_no_graph;
    EXPECT_EQ(w.why_no_graph, "");
    const json expected = json::parse(std::ifstream(SYMMETREE_ROOT "/tests/data/logits/" + name + ".json"));
    const float_executor network(w, float_weights_of(w, 0));
    ASSERT_FALSE(expected.at("pixels").empty());
    for (std::size_t n = 0; n < expected.at("pixels").size(); ++n) {
        const std::vector<float> image =
            normalized(expected["pixels"][n], expected["normalization"], expected["shape"][0].get<std::size_t>());
        const std::vector<float> logits = network.run(image.data());
        ASSERT_EQ(logits.size(), expected["logits"][n].size());
        for (std::size_t i = 0; i < logits.size(); ++i)
            EXPECT_NEAR(logits[i], expected["logits"][n][i].get<float>(), 1e-4) << "image " << n << ", class " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(all, onnxruntime_logits,
                         testing::Values(network{"small_resnet18", "tests/data/networks"},
                                         network{"small_mobilenet_v2", "tests/data/networks"}, network{"small_deit", "tests/data/networks"},
                                         network{"small_deit_open_batch", "tests/data/networks"},
                                         network{"small_swin", "tests/data/networks"}, network{"small_hiera", "tests/data/networks"},
                                         network{"fashion_resnet", "workloads/nets"}, network{"fashion_vit", "workloads/nets"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace symmetree
