// The output-stationary dataflow in the array core, a new weight slice for every vector: its closed form, and tiles of real networks.
// Random layers: core_cosimulation_test.cpp.
#include <gtest/gtest.h>

#include "tests/rtl/core/core_bench.h"
#include "tests/rtl/core/cores.h"
#include "tests/support/layers.h"

namespace symmetree {
namespace {

class output_stationary_core : public testing::TestWithParam<built_core (*)()> {};

/// From the first load to the last issue's end, n slices of load L and C = max(s, R) cycles: L + n C if L <= C, n L + C if not.
TEST_P(output_stationary_core, takes_the_closed_form_when_memory_is_fast) {
    const built_core core = GetParam()();
    platform_config p = platform_of(core.build);
    p.dram.bandwidth_bytes = 4096;
    p.dram.latency_cycles = 0;
    p.dma.burst_bytes = 4096;
    p.dma.outstanding = 64;
    const int k_blocks = 6, vectors = 9;
    run_request request = request_of(p, network_of({linear_layer(vectors, k_blocks * core.build.lanes, core.build.trees)}));
    request.check = false;
    const prepared_run run = prepare(request, weight_cache(""));
    const auto model = core.make();
    const core_record rtl = core_bench(run, *model).run();
    const auto up = [](int a, int b) { return std::uint64_t((a + b - 1) / b); };
    const std::uint64_t n = k_blocks * vectors, c = up(core.build.lanes * core.build.a, core.build.input_port);
    const std::uint64_t load = up(core.build.trees * core.build.lanes * core.build.k, core.build.weight_port);
    ASSERT_EQ(rtl.tiles.size(), n);
    const std::uint64_t began = rtl.tiles.front().load_start, ended = rtl.tiles.back().first_issue + c;
    if (rtl.tiles.front().first_issue == rtl.tiles.front().load_end)  // the input was there in time
        EXPECT_EQ(ended - began, load <= c ? load + n * c : n * load + c);
    else
        ADD_FAILURE() << "the input came later than the first slice";
}

INSTANTIATE_TEST_SUITE_P(builds, output_stationary_core, testing::Values(core_stationary, core_stationary_narrow),
                         [](const auto& core) { return std::string(core.param().build.name); });

}  // namespace
}  // namespace symmetree
