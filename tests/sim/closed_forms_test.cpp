// Cycle counts that can be written down: memory answers in `latency + 1` cycles per burst and every transfer is one burst.
//   start      descriptor, tables, first weights, one after the other          3 * (latency + 1)
//   tiles      X, from the first weights in the bank to the end of the last vector
//   hand-over  pipeline, drain of the last bank, its way to memory              P - 1 + V * ceil(channels / drain width) + latency + 1
#include <gtest/gtest.h>

#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/measured.h"

namespace symmetree {
namespace {

platform_config wide_platform() {
    platform_config p;
    p.name = "wide";
    p.default_scheme = parse_scheme("symq:w4a4");
    p.array.trees = 8;
    p.array.lanes = 8;
    p.weight_buffer.port_bits = 8192;
    p.activation_buffer.port_bits = 8192;
    p.accumulators.bits = 32;
    p.accumulators.write_interval = 1;
    p.dma.burst_bytes = 4096;
    p.dram.bandwidth_bytes = 65536;
    p.dram.latency_cycles = 0;
    return p;
}

measured_layer run_one(const platform_config& p, const layer& l, int batch = 1) {
    run_request r = timing_of(request_of(p, network_of({l})));
    r.batch = batch;
    return forked_measure(r).front();
}

std::uint64_t start_of(const platform_config& p) { return 3 * (p.dram.latency_cycles + 1); }

std::uint64_t handover_of(const platform_config& p, std::uint64_t vectors, std::uint64_t channels) {
    return std::uint64_t(p.array.pipeline_depth) - 1 + vectors * ceil_div(channels, std::uint64_t(p.drain_width)) + p.dram.latency_cycles +
           1;
}

/// An image's 16 x 24 x 8 products take three tiles of one load and 16 vectors each; further images follow without a gap, their drains
/// behind the tiles of the next. What is paid once per layer is paid once per batch.
TEST(a_batch, adds_the_vectors_of_its_images_and_nothing_else) {
    const platform_config p = wide_platform();
    for (const int batch : {1, 2, 3, 8}) {
        const measured_layer l = run_one(p, linear_layer(16, 24, 8), batch);
        EXPECT_EQ(l.cycles, start_of(p) + 1 + std::uint64_t(batch) * 3 * 16 + handover_of(p, 16, 8)) << batch;
        EXPECT_EQ(l.split.ideal, std::uint64_t(batch) * 3 * 16) << batch;
    }
    EXPECT_EQ(run_one(p, linear_layer(16, 24, 8), 2).cycles, 3u + 1 + 96 + (2 + 16 + 1));
    EXPECT_EQ(run_one(p, linear_layer(16, 24, 8), 3).cycles, 3u + 1 + 144 + (2 + 16 + 1));
}

/// Products of activations have operands of their own for every image: a batch is the layer with as many repeats.
TEST(a_batch, of_attention_products_is_repeats) {
    for (const int batch : {2, 3}) {
        const measured_layer images = run_one(wide_platform(), attention_layer(5, 20, 11, 2), batch),
                             repeats = run_one(wide_platform(), attention_layer(5, 20, 11, 2 * batch));
        EXPECT_EQ(timing_difference({images}, {repeats}), "") << batch;
    }
}

/// A layer whose control and first weights came while another one ran waits for its input alone: latency + 1 cycles to the first issue,
/// where three transfers and a load came before.
TEST(prefetch, leaves_a_layer_to_wait_for_its_input) {
    for (const std::uint64_t latency : {0u, 9u}) {
        for (const prefetching wanted : {prefetching::none, prefetching::weights}) {
            platform_config p = wide_platform();
            p.dram.latency_cycles = latency;
            p.mapping.prefetch = wanted;
            const std::vector<measured_layer> layers = forked_measure(
                timing_of(request_of(p, network_of({linear_layer(64, 16, 8), linear_layer(16, 24, 8), linear_layer(9, 32, 8)}))));
            const auto cycles = [&](int slots, int vectors) {
                const std::uint64_t before = wanted == prefetching::none ? start_of(p) + 1 : latency + 1;
                return before + std::uint64_t(slots) + handover_of(p, std::uint64_t(vectors), 8);
            };
            EXPECT_EQ(layers[0].cycles, start_of(p) + 1 + 2 * 64 + handover_of(p, 64, 8));
            EXPECT_EQ(layers[1].cycles, cycles(3 * 16, 16)) << to_string(wanted);
            EXPECT_EQ(layers[2].cycles, cycles(4 * 9, 9)) << to_string(wanted);
        }
    }
}

/// An attention product's stored operand is made while the network runs: its control comes early, its weights do not.
TEST(prefetch, leaves_operands_that_a_step_makes_to_their_layer) {
    platform_config p = wide_platform();
    p.mapping.prefetch = prefetching::weights;
    const std::vector<measured_layer> layers =
        forked_measure(timing_of(request_of(p, network_of({linear_layer(64, 16, 8), attention_layer(16, 24, 8, 1)}))));
    EXPECT_EQ(layers[1].cycles, 1 + 1 + 3u * 16 + handover_of(p, 16, 8));
}

/// n tiles along K of `port` bits a cycle, so that a tile of 8 x 8 4-bit codes loads in L = 256 / port cycles, and C vectors each.
struct tile_run {
    int n, load_cycles, vectors;
};

class tiles_in_a_row : public testing::TestWithParam<tile_run> {
protected:
    std::uint64_t cycles(bool shadow, std::uint64_t latency) const {
        const tile_run& run = GetParam();
        platform_config p = wide_platform();
        p.array.shadow_registers = shadow;
        p.weight_buffer.port_bits = 256 / run.load_cycles;
        p.dram.latency_cycles = latency;
        const std::uint64_t total = run_one(p, linear_layer(run.vectors, 8 * run.n, 8)).cycles;
        return total - start_of(p) - handover_of(p, std::uint64_t(run.vectors), 8);
    }
    std::uint64_t n() const { return std::uint64_t(GetParam().n); }
    std::uint64_t load() const { return std::uint64_t(GetParam().load_cycles); }
    std::uint64_t compute() const { return std::uint64_t(GetParam().vectors); }
};

TEST_P(tiles_in_a_row, load_behind_computing_with_shadow_registers) {
    const std::uint64_t expected = load() <= compute() ? load() + n() * compute() : n() * load() + compute();
    EXPECT_EQ(cycles(true, 0), expected);
    EXPECT_EQ(cycles(true, 17), expected);
}

TEST_P(tiles_in_a_row, load_and_compute_in_turn_without) {
    EXPECT_EQ(cycles(false, 0), n() * (load() + compute()));
    EXPECT_EQ(cycles(false, 17), n() * (load() + compute()));
}

INSTANTIATE_TEST_SUITE_P(sizes, tiles_in_a_row,
                         testing::Values(tile_run{1, 4, 4}, tile_run{2, 1, 4}, tile_run{5, 4, 4}, tile_run{5, 4, 5}, tile_run{5, 4, 3},
                                         tile_run{7, 32, 1}, tile_run{3, 16, 15}, tile_run{3, 16, 16}, tile_run{3, 16, 17},
                                         tile_run{9, 2, 64}),
                         [](const auto& one) {
                             return "n" + std::to_string(one.param.n) + "_L" + std::to_string(one.param.load_cycles) + "_C" +
                                    std::to_string(one.param.vectors);
                         });

/// Output-stationary: n slices of every vector, a load each; three slices and more hide the drain of the vector before.
TEST_P(tiles_in_a_row, are_slices_of_one_cycle_where_outputs_are_held) {
    for (const bool shadow : {true, false}) {
        platform_config p = wide_platform();
        p.mapping.flow = dataflow::output_stationary;
        p.array.shadow_registers = shadow;
        p.accumulators.write_interval = 16;  // of no effect
        p.weight_buffer.port_bits = 256 / GetParam().load_cycles;
        const std::uint64_t blocks = n() + 2, slices = blocks * compute();
        const std::uint64_t total =
            run_one(p, linear_layer(int(compute()), 8 * int(blocks), 8)).cycles - start_of(p) - handover_of(p, 1, 8);
        EXPECT_EQ(total, shadow ? slices * load() + 1 : slices * (load() + 1)) << (shadow ? "with" : "without") << " shadow registers";
    }
}

/// A vector of one slice takes an accumulator bank from its issue to the end of its drain: two in P + 1 cycles.
TEST(held_outputs, of_one_slice_wait_for_the_drain) {
    for (const int depth : {3, 4, 9}) {
        platform_config p = wide_platform();
        p.mapping.flow = dataflow::output_stationary;
        p.array.pipeline_depth = depth;
        const measured_layer l = run_one(p, linear_layer(21, 8, 8));
        EXPECT_EQ(l.split.drain, 10u * std::uint64_t(depth - 1)) << depth;
        EXPECT_EQ(l.cycles, start_of(p) + 1 + 21 + l.split.drain + handover_of(p, 1, 8)) << depth;
    }
}

/// Two K-slices and more hide the drain: the layer takes its vectors, the start, one load and the hand-over, nothing else.
void expect_issue_slots(int m, int k, int n, int depth) {
    platform_config p = wide_platform();
    p.accumulators.depth = depth;
    const measured_layer l = run_one(p, linear_layer(m, k, n));
    const std::uint64_t slots = ceil_div(k, 8) * ceil_div(n, 8) * std::uint64_t(m);
    const std::uint64_t last_block = std::uint64_t(m % depth == 0 ? depth : m % depth);
    const std::uint64_t channels = std::uint64_t(n % 8 == 0 ? 8 : n % 8);
    SCOPED_TRACE(testing::Message() << "M " << m << " K " << k << " N " << n << " depth " << depth << ": " << split_text(l.split));
    EXPECT_EQ(l.split.issued(), slots);
    EXPECT_EQ(l.split.stalled(), 0u);
    EXPECT_EQ(l.cycles, slots + start_of(p) + 1 + handover_of(p, last_block, channels));
}

TEST(wide_memory_and_ports, leave_the_vectors_the_start_and_the_hand_over) {
    expect_issue_slots(16, 16, 8, 16);
    expect_issue_slots(16, 24, 24, 16);
    expect_issue_slots(13, 30, 21, 16);
    expect_issue_slots(48, 17, 40, 16);
    expect_issue_slots(40, 64, 9, 8);
    expect_issue_slots(7, 9, 64, 32);
}

TEST(wide_memory_and_ports, one_vector_pays_the_write_interval_between_slices) {
    for (const int interval : {1, 2, 5, 16}) {
        platform_config p = wide_platform();
        p.accumulators.write_interval = interval;
        const measured_layer l = run_one(p, linear_layer(1, 8 * 6, 8));
        EXPECT_EQ(l.split.hazard, 5u * std::uint64_t(interval - 1)) << interval;  // L = 1 hides behind the vector before
        EXPECT_EQ(l.cycles, start_of(p) + 1 + 5u * std::uint64_t(interval) + 1 + handover_of(p, 1, 8)) << interval;
    }
}

TEST(narrow_activation_port, paces_the_vectors) {
    for (const int port : {32, 31, 16, 11, 8}) {
        platform_config p = wide_platform();
        p.activation_buffer.port_bits = port;
        const std::uint64_t pace = ceil_div(32, std::uint64_t(port));
        const measured_layer l = run_one(p, linear_layer(10, 8 * 3, 8));
        EXPECT_EQ(l.split.input, (10 * 3 - 1) * (pace - 1)) << port;
        EXPECT_EQ(l.cycles, start_of(p) + 1 + 30 * pace + handover_of(p, 10, 8)) << port;
    }
}

}  // namespace
}  // namespace symmetree
