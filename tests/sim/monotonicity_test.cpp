// More of anything makes no run slower by more than 3 %. What is slower at all is printed; docs/timing-anomalies.md explains the classes.
#include <fmt/format.h>
#include <gtest/gtest.h>

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

// Lanes and trees grow with the ports, the bank and the drain that feed and empty them: a wider array behind the same ports loads longer,
// and n-blocks that outgrow their bank are fetched again and again (docs/timing-anomalies.md).
const improvements memory_ports_and_array{
    {"bandwidth", [](platform_config& p,
                     dice& d) { p.dram.bandwidth_bytes = p.dram.bandwidth_bytes * static_cast<std::uint64_t>(d.from(5, 16)) / 4 + 1; }},
    {"latency",
     [](platform_config& p, dice& d) { p.dram.latency_cycles = p.dram.latency_cycles * static_cast<std::uint64_t>(d.from(0, 3)) / 4; }},
    {"weight port", [](platform_config& p, dice& d) { p.weight_buffer.port_bits = p.weight_buffer.port_bits * d.from(5, 8) / 4; }},
    {"activation port",
     [](platform_config& p, dice& d) { p.activation_buffer.port_bits = p.activation_buffer.port_bits * d.from(5, 8) / 4; }},
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
    {"accumulator depth",
     [](platform_config& p, dice& d) { p.accumulators.depth = static_cast<int>(grown(std::uint64_t(p.accumulators.depth), d)); }},
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
        case 0:
            return with_input(
                conv_layer(d.any_of({3, 16, 24, 64}), d.any_of({8, 14, 16, 28}), d.any_of({16, 32, 48, 64}), 3, d.from(1, 2), 1),
                activation_class::relu);
        case 1:
            return with_input(conv_layer(d.any_of({16, 32, 96}), d.any_of({7, 14, 28}), d.any_of({16, 24, 64}), 1), activation_class::relu);
        case 2: return linear_layer(d.any_of({1, 50, 197}), d.any_of({64, 192, 384}), d.any_of({64, 100, 192}));
        default: return attention_layer(d.any_of({49, 100}), d.any_of({32, 64}), d.any_of({49, 100}), d.from(1, 3));
    }
}

run_request plausible_request(std::uint64_t seed) {
    dice d(seed);
    const platform_config p = plausible_platform(d);
    std::vector<layer> layers;
    for (int i = 0; i < 3; ++i) layers.push_back(plausible_layer(d));
    run_request r = timing_of(request_of(p, network_of(layers)));
    r.seed = seed;
    return r;
}

/// Cycles, and how the layers were cut.
struct cut_and_cycles {
    std::string cut;
    std::uint64_t cycles = 0;
};

cut_and_cycles run_of(const run_request& request) {
    const std::string text = forked([&] {
        const prepared_run run = prepare(request, weight_cache(""));
        std::string cut;
        for (const prepared_layer& l : run.layers) {
            cut += fmt::format("{} {}:", l.plan.descriptor.order, l.plan.descriptor.m_block);
            for (const weight_fill& fill : l.plan.fills) cut += fmt::format(" {}x{}", fill.n_blocks, fill.k_blocks);
            cut += "; ";
        }
        return fmt::format("{}\n{}", total_cycles(measure(run)), cut);
    });
    return {text.substr(text.find('\n') + 1), std::stoull(text)};
}

/// What is claimed of the improved runs: all of them within 3 %, or only those whose layers are cut as before.
enum class claim { always, with_the_same_cut };

/// Runs `bases` random configurations and each of them improved.
void expect_no_slower(const improvements& better, claim c, std::uint64_t first_seed, int bases) {
    std::map<std::string, int> slower;
    int pairs = 0, cut_anew = 0;
    double worst = 0;
    for (std::uint64_t seed = first_seed; bases > 0; ++seed) {
        const run_request base = plausible_request(seed);
        cut_and_cycles before;
        const std::string failure = failure_of([&] { before = run_of(base); });
        if (failure.find("can't run on platform") != std::string::npos) continue;  // the draw has no mapping
        ASSERT_EQ(failure, "") << "seed " << seed;
        --bases;
        dice d(seed + 1);
        for (const improvement& one : better) {
            run_request r = base;
            one.apply(r.platform, d);
            const cut_and_cycles after = run_of(r);
            ++pairs;
            const bool same_cut = after.cut == before.cut;
            cut_anew += same_cut ? 0 : 1;
            if (after.cycles <= before.cycles) continue;
            const double per_cent = 100.0 * double(after.cycles - before.cycles) / double(before.cycles);
            worst = std::max(worst, per_cent);
            ++slower[one.name];
            fmt::print("slower: seed {}, more {}: {} -> {} cycles (+{:.2f} %){}\n", seed, one.name, before.cycles, after.cycles, per_cent,
                       same_cut ? "" : ", cut anew");
            if (c == claim::with_the_same_cut && !same_cut) continue;
            EXPECT_LE(per_cent, 3) << "seed " << seed << ", more " << one.name;
        }
    }
    fmt::print("{} pairs, {} cut anew; worst +{:.2f} %; slower:", pairs, cut_anew, worst);
    for (const auto& [name, count] : slower) fmt::print(" {} {};", name, count);
    fmt::print("\n");
}

TEST(monotonicity, memory_ports_and_array) { expect_no_slower(memory_ports_and_array, claim::always, 1, 24); }
// A larger buffer lets the tiler cut larger blocks, which is not always faster: docs/timing-anomalies.md. Those runs are printed.
TEST(monotonicity, buffers_with_the_same_cut) { expect_no_slower(buffers, claim::with_the_same_cut, 2000, 24); }
TEST(extended_monotonicity, memory_ports_and_array) { expect_no_slower(memory_ports_and_array, claim::always, 10000, 600); }
TEST(extended_monotonicity, buffers_with_the_same_cut) { expect_no_slower(buffers, claim::with_the_same_cut, 30000, 600); }
// More bursts in flight is no improvement in every order of arrivals: only printed.
TEST(extended_monotonicity, bursts_in_flight) { expect_no_slower(prefetch, claim::with_the_same_cut, 40000, 100); }

}  // namespace
}  // namespace symmetree
