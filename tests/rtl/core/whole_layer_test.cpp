// Whole layers through the array core and its drain path, with buffers, DMA and memory around it: the same bytes in memory as the
// simulator leaves, within 1 % of its cycles. What differs is the requantizer's pipeline, which the simulator does not model.
#include <gtest/gtest.h>

#include "tests/rtl/core/cores.h"
#include "tests/rtl/core/drained_core.h"
#include "tests/rtl/core/simulated_record.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"

namespace symmetree {
namespace {

/// "RTL cycles, simulated cycles" of the layer, or what differs.
std::string run_both(const built_core& core, const layer& l) {
    run_request request = request_of(platform_of(core.build), network_of({l}));
    request.check = false;
    return forked([&]() -> std::string {
        const prepared_run run = prepare(request, weight_cache(""));
        const core_record simulated = simulated_record(run);
        const auto model = with_drain_path(core);
        const core_record rtl = core_bench(run, *model).run();
        if (simulated.outputs != rtl.outputs) return "differs: outputs";
        if (simulated.outputs.at(0).empty()) return "differs: no outputs";
        return std::to_string(rtl.layers.at(0).cycles) + " " + std::to_string(simulated.layers.at(0).cycles);
    });
}

void expect_same_outputs(const built_core& core, const layer& l, std::uint64_t stages) {
    const std::string answer = run_both(core, l);
    ASSERT_EQ(answer.find("differs"), std::string::npos) << answer;
    std::uint64_t rtl = 0, simulated = 0;
    std::istringstream(answer) >> rtl >> simulated;
    EXPECT_EQ(rtl, simulated + stages) << "the last block's codes are complete `stages` cycles behind its drain";
    EXPECT_LT(rtl, simulated * 1.01);
}

// Four stages: biased sum, carry-save product, product, code; the correction at the drain is one more. The contract's own cycle for row_sum
// has passed before the drain begins.
TEST(whole_layer, convolution_has_the_simulators_bytes) { expect_same_outputs(core_symq(), conv_layer(8, 10, 12, 3, 1, 1), 4); }
TEST(whole_layer, product_has_the_simulators_bytes) { expect_same_outputs(core_symq(), linear_layer(50, 96, 40), 4); }
TEST(whole_layer, asymmetric_convolution_corrected_at_the_drain_has_the_simulators_bytes) {
    expect_same_outputs(core_row_sum_at_drain(), conv_layer(4, 8, 6, 3, 1, 1), 5);
}

}  // namespace
}  // namespace symmetree
