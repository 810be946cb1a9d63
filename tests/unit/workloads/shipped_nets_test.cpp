#include <gtest/gtest.h>

#include "tests/unit/workloads/files.h"
#include "workloads/files/load_workload.h"
#include "workloads/network/workload.h"

namespace symmetree {
namespace {

/// Multiply-accumulates per image at the usual input size, in units of 10^5, as the papers and their reference code have them.
struct known_total {
    const char* name;
    std::int64_t macs_e5;
    std::size_t layers;
};

void PrintTo(const known_total& known, std::ostream* out) { *out << known.name; }

class shipped_net : public testing::TestWithParam<known_total> {};

TEST_P(shipped_net, has_the_macs_of_the_literature) {
    const workload w = load_workload(GetParam().name, testing_files::shipped_directory);
    std::int64_t macs = 0;
    for (const layer& l : w.layers) macs += product_of(l).macs();
    EXPECT_EQ((macs + 50000) / 100000, GetParam().macs_e5);
    EXPECT_EQ(w.layers.size(), GetParam().layers);
    EXPECT_EQ(w.name, GetParam().name);
    EXPECT_FALSE(w.source.empty());
    EXPECT_FALSE(w.not_simulated.empty());
}

TEST_P(shipped_net, pins_no_widths_and_keeps_dasq_off_depthwise_layers_only) {
    for (const layer& l : load_workload(GetParam().name, testing_files::shipped_directory).layers) {
        EXPECT_FALSE(l.weight_bits || l.activation_bits || l.family) << l.name;
        EXPECT_EQ(l.instead_of_dasq.empty(), !is_depthwise(l)) << l.name;
    }
}

INSTANTIATE_TEST_SUITE_P(nets, shipped_net,
                         testing::Values(known_total{"resnet18", 18141, 21}, known_total{"resnet34", 36638, 37},
                                         known_total{"resnet50", 40892, 54}, known_total{"resnet20", 406, 20},
                                         known_total{"mobilenet_v2", 3008, 53}, known_total{"deit_tiny", 12537, 74},
                                         known_total{"deit_small", 45989, 74}, known_total{"deit_base", 175638, 74},
                                         known_total{"swin_tiny", 44906, 77}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(shipped_nets, input_classes_follow_the_graph) {
    const auto classes = [](const char* name, activation_class c) {
        std::size_t count = 0;
        for (const layer& l : load_workload(name, testing_files::shipped_directory).layers) count += l.input == c ? 1 : 0;
        return count;
    };
    EXPECT_EQ(classes("resnet50", activation_class::dense), 1u);    // the image
    EXPECT_EQ(classes("deit_small", activation_class::gelu), 12u);  // fc2
    EXPECT_EQ(classes("swin_tiny", activation_class::gelu), 12u);
    EXPECT_EQ(classes("mobilenet_v2", activation_class::dense), 18u);  // the image, 16 expansions, the last convolution
}

}  // namespace
}  // namespace symmetree
