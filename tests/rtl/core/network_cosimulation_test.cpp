// The array core on tiles of real networks: the first tiles of every layer, cycles and sums equal to the simulator's.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/rtl/core/compared_counts.h"
#include "tests/rtl/core/cores.h"
#include "tests/rtl/core/simulated_record.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "workloads/files/load_workload.h"

namespace symmetree {
namespace {

/// One layer, or the first `most_tiles` tiles of it. Counts as text, or what differs.
std::string compare(const built_core& core, const workload& network, const layer& l, std::size_t most_tiles) {
    workload one = network;
    one.layers = {l};
    run_request request = request_of(platform_of(core.build), one);
    request.check = false;
    return forked([&]() -> std::string {
        const prepared_run run = prepare(request, weight_cache(""));
        const core_record simulated = simulated_record(run);
        const auto model = core.make();
        const core_record rtl = core_bench(run, *model).run(most_tiles);
        if (rtl.overflow) return "differs: outliers lost";
        const std::string difference = record_difference(simulated, rtl, rtl.layers.empty());
        if (!difference.empty()) return "differs: " + difference;
        compared_counts counts;
        counts.add(rtl);
        return to_text(counts);
    });
}

compared_counts expect_equal(const built_core& core, const workload& network, std::size_t layers, std::size_t most_tiles) {
    compared_counts all;
    for (std::size_t i = 0; i < std::min(layers, network.layers.size()); ++i) {
        const std::string answer = compare(core, network, network.layers[i], most_tiles);
        EXPECT_EQ(answer.find("differs"), std::string::npos) << answer << "\n"
                                                             << core.build.name << ", " << network.layers[i].name << " (simulated; RTL)";
        all += counts_from_text(answer);
    }
    return all;
}

// Patches, one block of the encoder: every kind of layer that the network has.
TEST(network_cosimulation, first_tiles_of_deit_small) {
    const workload network = load_workload("deit_small", nets_directory);
    const compared_counts counts = expect_equal(core_symq(), network, 7, 300);
    if (!HasFailure()) expect_row("first tiles of DeiT-S, core `symq`", counts);
}
TEST(extended_network_cosimulation, first_tiles_of_deit_small_with_outliers) {
    expect_equal(core_dasq(), load_workload("deit_small", nets_directory), 7, 3000);
}
TEST(extended_network_cosimulation, first_tiles_of_deit_small) {
    expect_equal(core_symq(), load_workload("deit_small", nets_directory), 7, 20000);
}

const std::string resnet20 = SYMMETREE_ROOT "/../shared/data/resnet20_cifar10.onnx";

class shared_network_cosimulation : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(resnet20)) GTEST_SKIP() << "no trained model beside the source tree";
    }
};

TEST_F(shared_network_cosimulation, first_tiles_of_trained_resnet20) {
    const compared_counts counts = expect_equal(core_symq(), load_workload(resnet20, nets_directory), 20, 600);
    if (!HasFailure()) expect_row("first tiles of trained ResNet-20, core `symq`", counts);
}
TEST_F(shared_network_cosimulation, first_tiles_of_trained_resnet20_with_outliers) {
    const compared_counts counts = expect_equal(core_dasq(), load_workload(resnet20, nets_directory), 20, 600);
    if (!HasFailure()) expect_row("first tiles of trained ResNet-20, core `dasq`", counts);
}

}  // namespace
}  // namespace symmetree
