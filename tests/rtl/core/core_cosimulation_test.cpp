// The array core takes the simulator's cycles and forms its sums, tile by tile, stall by stall and bit by bit, on random layers
// behind random buffers and memories.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>

#include "core/error.h"
#include "tests/rtl/core/array_core_model.h"
#include "tests/rtl/core/compared_counts.h"
#include "tests/rtl/core/cores.h"
#include "tests/rtl/core/simulated_record.h"
#include "tests/support/forked.h"
#include "tests/support/random_cases.h"

namespace symmetree {

namespace {

/// What a build leaves open, at random; and a layer or two.
run_request random_request_on(const core_build& build, std::uint64_t seed) {
    dice d(seed);
    platform_config p = platform_of(build);
    p.weight_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({64, 256, 1000, 8192}));
    p.activation_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({128, 500, 4096}));
    p.output_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({64, 100, 1024}));
    p.dma.burst_bytes = d.any_of({8, 13, 64, 256});
    p.dma.outstanding = d.any_of({1, 2, 3, 8});
    p.dram.capacity_bytes = 1 << 20;
    p.dram.bandwidth_bytes = static_cast<std::uint64_t>(d.any_of({1, 3, 7, 16, 64}));
    p.dram.bandwidth_cycles = static_cast<std::uint64_t>(d.any_of({1, 1, 2, 5}));
    p.dram.latency_cycles = static_cast<std::uint64_t>(d.any_of({0, 1, 7, 40}));
    p.mapping.order = d.any_of({loop_order::automatic, loop_order::n_m, loop_order::m_n});
    p.mapping.m_block = d.one_in(3) ? d.from(1, p.accumulators.depth) : 0;
    p.mapping.n_blocks_per_group = d.one_in(3) ? d.from(1, 3) : 0;
    if (build.sparse > 0) p.default_scheme.dasq.sparsity = d.any_of<const char*>({"70", "90", "98", "99.5"});
    std::vector<layer> layers;
    for (int i = d.from(1, 2); i > 0; --i) {
        layer l = random_layer(d);
        if (build.sparse == 0 && !is_shift_circuit(p.array.kind) && d.one_in(4)) l = with_layer_widths(l, d.from(2, 8), d.from(2, 8));
        layers.push_back(l);
    }
    run_request r = request_of(p, network_of(layers));
    r.seed = seed;
    r.check = false;  // the simulator's own sums are compared with the reference elsewhere
    return r;
}

/// For the message of a failure.
std::string shapes_of(const prepared_run& run) {
    std::string text;
    for (const prepared_layer& l : run.layers) {
        const layer_geometry& g = l.plan.descriptor.geometry;
        text += fmt::format("; {} vectors x {} channels x {} inputs x {}, codes {} x {} bits, passes {} x {}, {} vectors in an m-block",
                            g.m(), g.n(), g.k(), g.repeat, g.stored_weight_bits, g.activation_bits, l.plan.passes.weight_passes,
                            l.plan.passes.activation_passes, l.plan.descriptor.m_block);
    }
    return text;
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
        const core_record simulated = simulated_record(*run);
        const auto model = core.make();
        const core_record rtl = core_bench(*run, *model).run();
        if (rtl.overflow) return "does not fit";  // the simulator's lists have no end
        const std::string difference = record_difference(simulated, rtl);
        if (!difference.empty()) return "differs: " + difference + shapes_of(*run);
        compared_counts counts;
        counts.add(rtl);
        return to_text(counts);
    });
}

class core_cosimulation : public testing::TestWithParam<built_core (*)()> {};

compared_counts expect_equal(const built_core& core, std::uint64_t first_seed, int cases) {
    compared_counts all;
    std::uint64_t seed = first_seed;
    for (int done = 0; done < cases; ++seed) {
        const std::string answer = compare(core, seed);
        if (answer == "does not fit") continue;
        EXPECT_EQ(answer.find("differs"), std::string::npos) << answer << "\n"
                                                             << core.build.name << ", seed " << seed << " (simulated; RTL)\n"
                                                             << to_yaml(random_request_on(core.build, seed).platform);
        if (testing::Test::HasFailure()) break;
        ++done;
        all += counts_from_text(answer);
    }
    EXPECT_LT(seed - first_seed, std::uint64_t(cases) * 4) << "most draws have no mapping: they test nothing";
    return all;
}

/// Every build has draws of its own.
std::uint64_t seeds_of(const core_build& build) {
    std::uint64_t hash = 700;
    for (const char* c = build.name; *c; ++c) hash = (hash * 31 + static_cast<unsigned char>(*c)) % 100000;
    return hash * 100000;
}

TEST_P(core_cosimulation, random_cases) {
    const built_core core = GetParam()();
    const compared_counts counts = expect_equal(core, seeds_of(core.build), 60);
    if (!HasFailure()) expect_row("core `" + std::string(core.build.name) + "`", counts);
}

class extended_core_cosimulation : public testing::TestWithParam<built_core (*)()> {};
TEST_P(extended_core_cosimulation, random_cases) {
    const built_core core = GetParam()();
    expect_equal(core, seeds_of(core.build) + 1000, 2000);
}

const auto builds = testing::Values(core_symq, core_narrow, core_pre_subtract, core_port_subtract, core_row_sum, core_row_sum_at_drain,
                                    core_widened, core_dasq, core_dasq_pooled, core_dasq_late, core_dasq_shared_late, core_pot, core_post,
                                    core_post_word, core_stationary, core_stationary_narrow, core_stationary_dasq, core_stationary_row_sum);
const auto name_of_build = [](const auto& core) { return std::string(core.param().build.name); };
INSTANTIATE_TEST_SUITE_P(builds, core_cosimulation, builds, name_of_build);
INSTANTIATE_TEST_SUITE_P(builds, extended_core_cosimulation, builds, name_of_build);

}  // namespace
}  // namespace symmetree
