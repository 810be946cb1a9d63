// Networks as PyTorch exports them, and shipped graphs in YAML: loaded, calibrated on seeded images, run on the accelerator, equal to the
// second executor score by score.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "compile/quantized_network.h"
#include "reference/reference_network.h"
#include "runs/run_network.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/choose_format.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

std::vector<float> seeded_image(const workload& net, std::int64_t index) {
    std::vector<float> image(std::size_t(elements_of(net.graph->nodes[net.graph->input].shape)));
    for (std::size_t i = 0; i < image.size(); ++i)
        image[i] = static_cast<float>(std::sin(double(index + 1) * 0.37 * double(i % 97) + double(i) * 0.011));
    return image;
}

struct imported_case {
    const char *file, *platform, *scheme;
};
void PrintTo(const imported_case& c, std::ostream* out) { *out << c.file << " on " << c.platform << " as " << c.scheme; }
std::string case_name(const testing::TestParamInfo<imported_case>& info) {
    std::string name = std::string(info.param.file) + "_" + info.param.scheme;
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
}

constexpr std::int64_t images = 4;

class an_imported_network : public testing::TestWithParam<imported_case> {};

TEST_P(an_imported_network, gives_the_scores_of_the_second_executor) {
    const imported_case& c = GetParam();
    platform_config platform = preset(c.platform);
    platform.vector_unit.lanes = 16;
    const std::string outcome = forked([&]() -> std::string {
        workload net = load_workload(std::string(SYMMETREE_ROOT) + "/" + c.file, nets_directory);
        if (!net.graph) return net.why_no_graph;
        const auto image = [&](std::int64_t i) { return seeded_image(net, i); };
        const calibration seen = calibrate(net, float_executor(net, float_weights_of(net, 1)), image, 4, 1);
        const network_graph graph = *net.graph;
        const auto choose = [&](std::size_t node, int bits, activation_coding coding) {
            return choose_format(seen.nodes[node], range_choice{}, bits, graph.nodes[node].kind, coding);
        };
        const quantized_network q = quantize_network(net, platform, parse_scheme(c.scheme), choose, weight_cache(""), 1, 1);
        const network_program program = compile(q, platform, true);
        std::int64_t next = 0, done = 0;
        std::string difference;
        const auto codes = [&](std::int64_t i) {
            const std::vector<float> values = image(i);
            return codes_of(values.data(), values.size(), q.nodes[graph.input].format);
        };
        run_network(
            program, platform, true,
            [&]() -> std::optional<std::vector<std::int16_t>> {
                if (next == images) return {};
                return codes(next++);
            },
            [&](const network_result& result) {
                const std::vector<std::int16_t> wanted = reference_network(q, codes(done++))[graph.output];
                if (result.scores != wanted) difference += "image " + std::to_string(done - 1) + " differs; ";
                if (std::adjacent_find(wanted.begin(), wanted.end(), std::not_equal_to<>()) == wanted.end())
                    difference += "all scores are equal; ";
            });
        return difference.empty() && done == images ? "exact" : difference;
    });
    EXPECT_EQ(outcome, "exact");
}

// A macro, since the name of a case is a literal.
#define NETWORK(name) "tests/data/networks/" name ".onnx"
INSTANTIATE_TEST_SUITE_P(
    exported, an_imported_network,
    testing::Values(imported_case{"workloads/nets/fashion_resnet.onnx", "symq", "symq:w4a4"},
                    imported_case{"workloads/nets/fashion_resnet.onnx", "dasq_row_sum", "dasq:w3a3"},
                    imported_case{"workloads/nets/fashion_vit.onnx", "asymq_widened", "asymq:w4a4"},
                    imported_case{"workloads/nets/fashion_vit.onnx", "post", "post:w4a4"},
                    imported_case{NETWORK("small_deit"), "symq", "symq:w8a8"}, imported_case{NETWORK("small_deit"), "dasq", "dasq:w4a4"},
                    imported_case{NETWORK("small_mobilenet_v2"), "symq", "symq:w4a4"},
                    imported_case{NETWORK("small_mobilenet_v2"), "asymq_row_sum", "asymq:w8a8"},
                    imported_case{NETWORK("small_resnet18"), "asymq_pre_subtract", "asymq:w4a4"},
                    imported_case{NETWORK("small_swin"), "symq", "symq:w4a4"}, imported_case{NETWORK("small_swin"), "dasq", "dasq:w4a4"},
                    imported_case{NETWORK("small_swin"), "pot", "pot:w4a4"}, imported_case{NETWORK("small_hiera"), "symq", "symq:w4a4"},
                    imported_case{NETWORK("small_hiera"), "dasq", "dasq:w3a4"},
                    imported_case{NETWORK("small_hiera"), "asymq_row_sum", "asymq:w8a8"},
                    imported_case{NETWORK("small_deit_open_batch"), "symq", "symq:w4a4"},
                    imported_case{"workloads/nets/resnet20.yaml", "dasq_row_sum", "dasq:w4a4"},
                    imported_case{"workloads/nets/resnet20.yaml", "symq", "symq:w8a8"}),
    case_name);

#undef NETWORK

}  // namespace
}  // namespace symmetree
