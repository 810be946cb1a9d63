// The output-stationary dataflow: the array core with a new weight slice for every vector takes the cycles of the contract's recurrences and
// forms the sums that the weight-stationary simulator forms.
#include <gtest/gtest.h>

#include <optional>

#include "core/error.h"
#include "tests/rtl/core/compared_counts.h"
#include "tests/rtl/core/cores.h"
#include "tests/rtl/core/simulated_record.h"
#include "tests/sim/timing_contract.h"
#include "tests/support/forked.h"
#include "tests/support/output_stationary.h"
#include "tests/support/random_cases.h"

namespace symmetree {
namespace {

std::vector<std::int64_t> flat(const std::vector<std::vector<std::int64_t>>& blocks) {
    std::vector<std::int64_t> all;
    for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
    return all;
}

/// The sums of one vector are in registers; an m-block may be as long as the activation bank allows.
platform_config stationary_platform(const core_build& build) {
    platform_config p = platform_of(build);
    p.accumulators.depth = 16;
    return p;
}

run_request random_request_on(const core_build& build, std::uint64_t seed) {
    dice d(seed);
    platform_config p = stationary_platform(build);
    p.weight_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({256, 1000, 8192}));
    p.activation_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({128, 500, 4096}));
    p.output_buffer.bank_bytes = 1024;
    p.dma.burst_bytes = d.any_of({8, 13, 64, 256});
    p.dma.outstanding = d.any_of({1, 2, 8});
    p.dram.capacity_bytes = 1 << 20;
    p.dram.bandwidth_bytes = static_cast<std::uint64_t>(d.any_of({1, 3, 16, 64}));
    p.dram.latency_cycles = static_cast<std::uint64_t>(d.any_of({0, 1, 7, 40}));
    p.mapping.order = d.any_of({loop_order::automatic, loop_order::n_m, loop_order::m_n});
    run_request r = request_of(p, network_of({random_layer(d)}));
    r.seed = seed;
    r.check = false;
    return r;
}

/// Counts as text, or what differs.
std::string compare(const built_core& core, std::uint64_t seed) {
    const run_request request = random_request_on(core.build, seed);
    return forked([&]() -> std::string {
        std::optional<prepared_run> run;
        try {
            run = prepare(request, weight_cache(""));
        } catch (const input_error&) {
            return "does not fit";
        }
        for (const prepared_layer& l : run->layers)
            if (!output_stationary(tiles_of(run->request.platform, l))) return "does not fit";
        const auto model = core.make();
        const core_record rtl = core_bench(*run, *model, true).run();
        if (rtl.overflow) return "does not fit";
        const std::string difference = timing_difference(timing_contract(*run, contract_dataflow::output_stationary).evaluate(), rtl.layers);
        if (!difference.empty()) return "differs: " + difference;
        if (flat(simulated_record(*run).sums) != flat(rtl.sums)) return "differs: sums";
        compared_counts counts;
        counts.add(rtl);
        return to_text(counts);
    });
}

class output_stationary_core : public testing::TestWithParam<built_core (*)()> {};

TEST_P(output_stationary_core, keeps_the_recurrences_on_random_cases) {
    const built_core core = GetParam()();
    compared_counts all;
    std::uint64_t seed = 900000;
    for (; all.cases < 60 && seed < 900400; ++seed) {
        const std::string answer = compare(core, seed);
        if (answer == "does not fit") continue;
        ASSERT_EQ(answer.find("differs"), std::string::npos) << answer << "\nseed " << seed << " (contract; RTL)\n" << to_yaml(random_request_on(core.build, seed).platform);
        all += counts_from_text(answer);
    }
    EXPECT_EQ(all.cases, 60u);
    expect_row("core `" + std::string(core.build.name) + "`, output-stationary", all);
}

/// From the first load to the last issue's end, n slices of load L and C = max(s, R) cycles: L + n C if L <= C, n L + C if not.
TEST_P(output_stationary_core, takes_the_closed_form_when_memory_is_fast) {
    const built_core core = GetParam()();
    platform_config p = stationary_platform(core.build);
    p.dram.bandwidth_bytes = 4096;
    p.dram.latency_cycles = 0;
    p.dma.burst_bytes = 4096;
    p.dma.outstanding = 64;
    const int k_blocks = 6, vectors = 9;
    run_request request = request_of(p, network_of({linear_layer(vectors, k_blocks * core.build.lanes, core.build.trees)}));
    request.check = false;
    const prepared_run run = prepare(request, weight_cache(""));
    const auto model = core.make();
    const core_record rtl = core_bench(run, *model, true).run();
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
