// More of anything makes no run slower by more than 3 %. What is slower at all is printed; docs/timing-anomalies.md explains the classes.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>

#include "tests/support/forked.h"
#include "tests/support/measured.h"
#include "tests/support/random_cases.h"

namespace symmetree {
namespace {

/// A way to give a platform more.
struct improvement {
    const char* name;
    void (*apply)(platform_config&, dice&);
};
using improvements = std::vector<improvement>;

std::uint64_t grown(std::uint64_t size, dice& d) { return size * static_cast<std::uint64_t>(d.from(5, 8)) / 4; }

/// Lanes and trees grow with the ports, the bank and the drain that feed and empty them: a wider array behind the same ports loads longer,
/// and n-blocks that outgrow their bank are fetched again and again (docs/timing-anomalies.md).
const improvements memory_ports_and_array{
    {"bandwidth", [](platform_config& p, dice& d) { p.dram.bandwidth_bytes = p.dram.bandwidth_bytes * static_cast<std::uint64_t>(d.from(5, 16)) / 4 + 1; }},
    {"latency", [](platform_config& p, dice& d) { p.dram.latency_cycles = p.dram.latency_cycles * static_cast<std::uint64_t>(d.from(0, 3)) / 4; }},
    {"weight port", [](platform_config& p, dice& d) { p.weight_buffer.port_bits = p.weight_buffer.port_bits * d.from(5, 8) / 4; }},
    {"activation port", [](platform_config& p, dice& d) { p.activation_buffer.port_bits = p.activation_buffer.port_bits * d.from(5, 8) / 4; }},
    {"lanes",
     [](platform_config& p, dice&) {
         p.array.lanes *= 2;
         p.activation_buffer.port_bits *= 2;
         p.weight_buffer.port_bits *= 2;
     }},
    {"trees",
     [](platform_config& p, dice&) {
         p.array.trees *= 2;
         p.weight_buffer.port_bits *= 2;
         p.weight_buffer.bank_bytes *= 2;
         p.drain_width *= 2;
         p.output_buffer.port_bits *= 2;
     }},
};

const improvements buffers{
    {"weight bank", [](platform_config& p, dice& d) { p.weight_buffer.bank_bytes = grown(p.weight_buffer.bank_bytes, d); }},
    {"activation bank", [](platform_config& p, dice& d) { p.activation_buffer.bank_bytes = grown(p.activation_buffer.bank_bytes, d); }},
    {"output bank", [](platform_config& p, dice& d) { p.output_buffer.bank_bytes = grown(p.output_buffer.bank_bytes, d); }},
    {"accumulator depth", [](platform_config& p, dice& d) { p.accumulators.depth = static_cast<int>(grown(std::uint64_t(p.accumulators.depth), d)); }},
};

const improvements prefetch{{"outstanding", [](platform_config& p, dice& d) { p.dma.outstanding += d.from(1, 4); }}};

/// Sizes of a small accelerator that somebody might build.
platform_config plausible_platform(dice& d) {
    platform_config p = preset(d.any_of({"symq", "dasq", "asymq_row_sum"}));
    p.array.trees = d.any_of({4, 8, 12, 16, 24});
    p.array.lanes = d.any_of({4, 8, 12, 16, 24});
    p.array.shadow_registers = !d.one_in(4);
    p.sparse.lanes = std::min(p.sparse.lanes, p.array.trees);
    p.weight_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({2048, 4096, 8192, 20000, 65536}));
    p.activation_buffer.bank_bytes = static_cast<std::uint64_t>(d.any_of({2048, 4096, 8192, 20000, 65536}));
    p.weight_buffer.port_bits = d.any_of({32, 64, 128, 256});
    p.activation_buffer.port_bits = p.array.lanes * 4 * d.any_of({1, 1, 2});
    p.accumulators.depth = d.any_of({32, 64, 128, 256});
    p.drain_width = d.any_of({4, 8, 16});
    p.output_buffer.port_bits = p.drain_width * 8;
    p.dma.burst_bytes = d.any_of({64, 128, 256});
    p.dma.outstanding = d.any_of({2, 4, 8});
    p.dram.bandwidth_bytes = static_cast<std::uint64_t>(d.from(4, 64));
    p.dram.bandwidth_cycles = static_cast<std::uint64_t>(d.any_of({1, 2, 5}));
    p.dram.latency_cycles = static_cast<std::uint64_t>(d.any_of({10, 40, 100}));
    return p;
}

layer plausible_layer(dice& d) {
    switch (d.from(0, 3)) {
        case 0: return with_input(conv_layer(d.any_of({3, 16, 24, 64}), d.any_of({8, 14, 16, 28}), d.any_of({16, 32, 48, 64}), 3, d.from(1, 2), 1), activation_class::relu);
        case 1: return with_input(conv_layer(d.any_of({16, 32, 96}), d.any_of({7, 14, 28}), d.any_of({16, 24, 64}), 1), activation_class::relu);
        case 2: return linear_layer(d.any_of({1, 50, 197}), d.any_of({64, 192, 384}), d.any_of({64, 100, 192}));
        default: return attention_layer(d.any_of({49, 100}), d.any_of({32, 64}), d.any_of({49, 100}), d.from(1, 3));
    }
}

enum class mapping { automatic, given };

run_request plausible_request(std::uint64_t seed, mapping how) {
    dice d(seed);
    platform_config p = plausible_platform(d);
    if (how == mapping::given) {
        p.mapping.order = d.any_of({loop_order::n_m, loop_order::m_n});
        p.mapping.m_block = 16;
        p.mapping.n_blocks_per_group = 1;
    }
    std::vector<layer> layers;
    for (int i = 0; i < 3; ++i) layers.push_back(plausible_layer(d));
    run_request r = timing_of(request_of(p, network_of(layers)));
    r.seed = seed;
    return r;
}

struct claim {
    const improvements& better;
    mapping how = mapping::automatic;
    double limit_per_cent = 3;
};

/// Runs `bases` random configurations and each of them improved.
void expect_no_slower(const claim& c, std::uint64_t first_seed, int bases) {
    std::map<std::string, int> slower;
    int pairs = 0;
    for (std::uint64_t seed = first_seed; bases > 0; ++seed) {
        const run_request base = plausible_request(seed, c.how);
        std::uint64_t was = 0;
        const std::string failure = failure_of([&] { was = total_cycles(forked_measure(base)); });
        if (failure.find("can't run on platform") != std::string::npos) continue;  // the draw has no mapping
        ASSERT_EQ(failure, "") << "seed " << seed;
        --bases;
        dice d(seed + 1);
        for (const improvement& better : c.better) {
            run_request r = base;
            better.apply(r.platform, d);
            const std::uint64_t is = total_cycles(forked_measure(r));
            ++pairs;
            if (is <= was) continue;
            const double per_cent = 100.0 * double(is - was) / double(was);
            ++slower[better.name];
            fmt::print("slower: seed {}, more {}: {} -> {} cycles (+{:.2f} %)\n", seed, better.name, was, is, per_cent);
            EXPECT_LE(per_cent, c.limit_per_cent) << "seed " << seed << ", more " << better.name;
        }
    }
    fmt::print("{} pairs; slower:", pairs);
    for (const auto& [name, count] : slower) fmt::print(" {} {};", name, count);
    fmt::print("\n");
}

TEST(monotonicity, more_bandwidth_less_latency_wider_ports_and_arrays) { expect_no_slower({memory_ports_and_array}, 1, 24); }
TEST(monotonicity, larger_buffers_under_a_given_mapping) { expect_no_slower({buffers, mapping::given}, 1000, 24); }
// `auto` takes larger blocks when it can; what that costs at the ends of a layer is bounded loosely and explained in the docs.
TEST(monotonicity, larger_buffers_that_choose_larger_blocks) { expect_no_slower({buffers, mapping::automatic, 20}, 2000, 24); }
TEST(monotonicity, more_bursts_in_flight) { expect_no_slower({prefetch, mapping::automatic, 10}, 3000, 24); }
TEST(extended_monotonicity, more_bandwidth_less_latency_wider_ports_and_arrays) { expect_no_slower({memory_ports_and_array}, 10000, 600); }
TEST(extended_monotonicity, larger_buffers_under_a_given_mapping) { expect_no_slower({buffers, mapping::given}, 20000, 600); }
TEST(extended_monotonicity, larger_buffers_that_choose_larger_blocks) { expect_no_slower({buffers, mapping::automatic, 20}, 30000, 600); }

}  // namespace
}  // namespace symmetree
