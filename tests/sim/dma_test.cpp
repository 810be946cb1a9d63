// The DMA grants by arrival, then by stream, and lets nobody through a cycle early or a cycle late; an address says which memory it
// reaches.
#include "models/dma/dma.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "models/far_memory/far_memory.h"
#include "models/tlm/engine.h"
#include "tests/support/actor.h"
#include "tests/support/bench_memory.h"
#include "tests/support/forked.h"

namespace symmetree {
namespace {

using ::testing::HasSubstr;

/// A thread that asks the DMA for transfers.
class requester : public actor {
public:
    using actor::actor;
    job_initiator_socket<transfer> requests{"requests"};
};

/// A request of `bytes` on a stream at a cycle, made `deltas` delta cycles after its beginning.
struct asked {
    std::uint64_t at;
    dma_stream stream;
    std::uint64_t bytes;
    std::uint64_t address = 0;
    int deltas = 0;
    std::optional<std::uint64_t> then = {};  ///< as many bytes from there, by the same transfer
};
/// What one engine asks for, in its order.
using engine = std::vector<asked>;

/// Notes "tag@cycle" of each finished transfer, in order.
class finish_log : public transfer_listener {
public:
    void transfer_done(std::uint32_t tag) override { text += fmt::format("{}@{} ", tag, one_ghz.now()); }
    std::string text;
};

dma_config settings(int outstanding, int burst_bytes = 64) {
    dma_config config;
    config.outstanding = outstanding;
    config.burst_bytes = burst_bytes;
    return config;
}

/// The DMA with memories on its far side and buffers that keep what they are given.
class dma_bench {
public:
    dma_bench(const dma_config& config, const std::vector<address_range>& ranges) : mover("dma", config, ranges, one_ghz, room_, nullptr) {
        mover.weight_buffer.bind(weights.port);
        mover.activation_buffer.bind(activations.port);
        mover.output_buffer.bind(outputs.port);
        mover.control_store.bind(control.port);
        mover.vector_store.bind(vectors.port);
    }

    /// An engine; tags count on from one engine to the next.
    void add(const engine& list) {
        auto index = std::make_shared<std::size_t>(0);
        *index = engines_.size();
        engines_.push_back(std::make_unique<requester>(fmt::format("engine_{}", *index).c_str(), [this, list, index, first = tags_] {
            for (std::uint32_t i = 0; i < list.size(); ++i) ask(*engines_[*index], list[i], first + i);
        }));
        engines_.back()->requests.bind(mover.requests);
        tags_ += static_cast<std::uint32_t>(list.size());
    }
    /// Runs to the end and returns what was finished when.
    std::string run() {
        sc_core::sc_start();
        room_.rethrow();
        return log_.text;
    }

private:
    void ask(requester& by, const asked& what, std::uint32_t tag) {
        if (what.at > one_ghz.now()) until(what.at);
        for (int delta = 0; delta < what.deltas; ++delta) sc_core::wait(sc_core::SC_ZERO_TIME);
        transfer job{what.stream, {{what.address, what.bytes}}, 0, tag, &log_};
        if (what.then) job.runs.push_back({*what.then, what.bytes});
        sc_core::sc_time delay;
        by.requests->b_transport(job, delay);
    }

    engine_room room_;
    finish_log log_;
    std::vector<std::unique_ptr<requester>> engines_;
    std::uint32_t tags_ = 0;

public:
    dma mover;
    bench_memory weights{"weights", 4096, sc_core::SC_ZERO_TIME}, activations{"activations", 4096, sc_core::SC_ZERO_TIME},
        outputs{"outputs", 4096, sc_core::SC_ZERO_TIME}, control{"control", 4096, sc_core::SC_ZERO_TIME},
        vectors{"vectors", 4096, sc_core::SC_ZERO_TIME};
};

memory_timing slow_memory() {
    memory_timing config;
    config.capacity_bytes = 1 << 16;
    config.bandwidth_bytes = 16;
    config.latency_cycles = 40;
    return config;
}

/// "tag@cycle" of each finished transfer, in order.
std::string finished(const std::vector<engine>& engines, const dma_config& config) {
    return forked([&] {
        dma_bench bench(config, {{0, 1 << 16}});
        far_memory memory("memory", slow_memory(), one_ghz);
        bench.mover.memories[0].bind(memory.port);
        for (const engine& e : engines) bench.add(e);
        return bench.run();
    });
}
std::string finished(const engine& list, int outstanding, int burst_bytes = 64) {
    return finished(std::vector<engine>{list}, settings(outstanding, burst_bytes));
}

constexpr auto weights = dma_stream::weights, outliers = dma_stream::outliers, activations = dma_stream::activations,
               outputs = dma_stream::outputs;

TEST(dma, takes_the_latency_and_the_data_phase) {
    EXPECT_EQ(finished({{0, weights, 64}}, 8), "0@44 ");
    EXPECT_EQ(finished({{5, weights, 64}}, 8), "0@49 ");
    EXPECT_EQ(finished({{0, weights, 65}}, 8, 256), "0@45 ");  // a started cycle counts
    EXPECT_EQ(finished({{0, outputs, 64}}, 8), "0@44 ");       // writes cost the same
}

TEST(dma, overlaps_latencies_but_not_data_phases) {
    EXPECT_EQ(finished({{0, weights, 64}, {0, activations, 64}}, 2), "0@44 1@48 ");
    EXPECT_EQ(finished({{0, weights, 64}, {3, activations, 64}}, 2), "0@44 1@48 ");
    EXPECT_EQ(finished({{0, weights, 64}, {4, activations, 64}}, 2), "0@44 1@48 ");
    EXPECT_EQ(finished({{0, weights, 64}, {5, activations, 64}}, 2), "0@44 1@49 ");
}

TEST(dma, holds_a_burst_until_one_in_flight_has_ended) {
    EXPECT_EQ(finished({{0, weights, 64}, {0, activations, 64}}, 1), "0@44 1@88 ");
    EXPECT_EQ(finished({{0, weights, 64}, {43, activations, 64}}, 1), "0@44 1@88 ");
    EXPECT_EQ(finished({{0, weights, 64}, {44, activations, 64}}, 1), "0@44 1@88 ");
    EXPECT_EQ(finished({{0, weights, 64}, {45, activations, 64}}, 1), "0@44 1@89 ");
}

TEST(dma, grants_by_arrival_then_by_stream) {
    // Both came while the port was taken: the earlier one first, whatever its key.
    EXPECT_EQ(finished({{0, weights, 64}, {42, outputs, 64}, {43, outliers, 64}}, 1), "0@44 1@88 2@132 ");
    // At the same cycle the keys decide, whatever the order of the calls, also at the very cycle at which the port is free again.
    EXPECT_EQ(finished({{0, weights, 64}, {43, outputs, 64}, {43, outliers, 64}}, 1), "0@44 2@88 1@132 ");
    EXPECT_EQ(finished({{0, weights, 64}, {44, outputs, 64}, {44, activations, 64}, {44, outliers, 64}}, 1), "0@44 3@88 2@132 1@176 ");
}

TEST(dma, lets_streams_alternate_burst_by_burst) {
    // Each next burst of a stream arrives when the one before is granted: 0 weights, 0 weights again (both arrived at 0, key), then in
    // turn.
    EXPECT_EQ(finished({{0, weights, 192}, {0, activations, 128}}, 1), "0@176 1@220 ");
}

TEST(dma, collects_the_requests_of_an_instant_before_it_grants) {
    // The port is idle and wakes up from the first request; the other engine asks a delta later, whichever thread runs first.
    const asked late{7, weights, 64, 0, 1}, early{7, outputs, 64};
    EXPECT_EQ(finished(std::vector<engine>{{early}, {late}}, settings(1)), "1@51 0@95 ");
    EXPECT_EQ(finished(std::vector<engine>{{late}, {early}}, settings(1)), "0@51 1@95 ");
    // The port becomes free in the very instant in which both ask, 44.
    const asked first{0, weights, 64}, low{44, outputs, 64}, high{44, outliers, 64};
    EXPECT_EQ(finished(std::vector<engine>{{first, low}, {high}}, settings(1)), "0@44 2@88 1@132 ");
    EXPECT_EQ(finished(std::vector<engine>{{high}, {first, low}}, settings(1)), "1@44 0@88 2@132 ");
}

// --- several memories on the far side

constexpr std::uint64_t second_at = std::uint64_t{1} << 40;
const std::vector<address_range> two_ranges = {{0, 1 << 16}, {second_at, 512}};

std::vector<std::uint8_t> counted(std::size_t bytes, int from) {
    std::vector<std::uint8_t> all(bytes);
    for (std::size_t i = 0; i < bytes; ++i) all[i] = static_cast<std::uint8_t>(from + int(i) * 3);
    return all;
}

std::vector<std::uint8_t> part(const bench_memory& memory, std::size_t first, std::size_t bytes) {
    const auto begin = memory.storage().begin() + std::ptrdiff_t(first);
    return {begin, begin + std::ptrdiff_t(bytes)};
}

/// Runs two memories behind the DMA, the second one small; `check` says what is wrong after the run.
std::string with_two_memories(const std::vector<engine>& engines,
                              const std::function<std::string(dma_bench&, const bench_memory&, const bench_memory&)>& check) {
    return forked([&]() -> std::string {
        dma_bench bench(settings(2), two_ranges);
        bench_memory large("large", 1 << 16, one_ghz.time(40)), small("small", 512, one_ghz.time(5));
        bench.mover.memories[0].bind(large.port);
        bench.mover.memories[1].bind(small.port);
        large.store(1000, counted(300, 1));
        small.store(100, counted(200, 7));
        bench.outputs.store(0, counted(150, 50));
        bench.vectors.store(0, counted(90, 90));
        for (const engine& e : engines) bench.add(e);
        bench.run();
        return check(bench, large, small);
    });
}

const std::vector<engine> to_and_from_both = {{{0, weights, 300, 1000},
                                               {0, activations, 200, second_at + 100},
                                               {0, outputs, 150, second_at + 350},
                                               {0, dma_stream::results, 90, 3000}}};

TEST(a_second_memory, is_read_and_written_beside_the_first) {
    EXPECT_EQ(with_two_memories(to_and_from_both,
                                [](dma_bench& bench, const bench_memory& large, const bench_memory& small) -> std::string {
                                    EXPECT_EQ(part(bench.weights, 0, 300), counted(300, 1));
                                    EXPECT_EQ(part(bench.activations, 0, 200), counted(200, 7));
                                    EXPECT_EQ(part(small, 350, 150), counted(150, 50));
                                    EXPECT_EQ(part(large, 3000, 90), counted(90, 90));
                                    return ::testing::Test::HasFailure() ? "differs" : "same";
                                }),
              "same");
}

TEST(a_second_memory, has_traffic_of_its_own) {
    EXPECT_EQ(with_two_memories(to_and_from_both,
                                [](dma_bench& bench, const bench_memory&, const bench_memory&) {
                                    std::string text;
                                    for (const std::size_t memory : {0, 1}) {
                                        const memory_counters& n = bench.mover.traffic(memory);
                                        text += fmt::format("{} in {}, {} in {}; ", n.read_bytes, n.read_accesses, n.written_bytes,
                                                            n.write_accesses);
                                    }
                                    return text;
                                }),
              "300 in 5, 90 in 2; 200 in 4, 150 in 3; ");
}

/// Two memories of 16 bytes per cycle; the first has 40 cycles of latency.
std::string finished_on_two(const engine& list, int outstanding, std::uint64_t latency_of_second = 40) {
    return forked([&] {
        memory_timing second = slow_memory();
        second.latency_cycles = latency_of_second;
        dma_bench bench(settings(outstanding), {{0, 1 << 16}, {second_at, 1 << 16}});
        far_memory near("near", slow_memory(), one_ghz), far("far", second, one_ghz);
        bench.mover.memories[0].bind(near.port);
        bench.mover.memories[1].bind(far.port);
        bench.add(list);
        return bench.run();
    });
}

TEST(a_second_memory, has_data_phases_and_outstanding_bursts_of_its_own) {
    EXPECT_EQ(finished_on_two({{0, weights, 64}, {0, activations, 64, second_at}}, 2), "0@44 1@44 ");
    EXPECT_EQ(finished_on_two({{0, weights, 64}, {0, activations, 64, second_at}}, 1), "0@44 1@44 ");
    EXPECT_EQ(finished_on_two({{0, weights, 64}, {3, activations, 64, second_at}, {5, outliers, 64, second_at}}, 1), "0@44 1@47 2@91 ");
}

TEST(a_second_memory, serves_a_later_request_while_an_earlier_one_waits_for_the_first) {
    EXPECT_EQ(finished_on_two({{0, weights, 64}, {1, outliers, 64}, {2, outputs, 64, second_at}}, 1), "0@44 2@46 1@88 ");
}

TEST(a_transfer_from_two_memories, is_done_when_the_slower_one_has_answered) {
    constexpr auto operands = dma_stream::operands;
    EXPECT_EQ(finished_on_two({{0, operands, 64, second_at}}, 8, 5), "0@9 ");
    EXPECT_EQ(finished_on_two({{0, operands, 64, 0, 0, second_at}}, 8, 5), "0@44 ");
    EXPECT_EQ(finished_on_two({{0, operands, 64, second_at, 0, 0}}, 8, 5), "0@44 ");
    EXPECT_EQ(finished_on_two({{0, operands, 256, 0, 0, second_at}}, 1, 5),
              "0@176 ");  // the second run waits for the last grant of the first
}

TEST(transfers_of_a_stream, are_done_in_their_order_whichever_memory_is_faster) {
    EXPECT_EQ(finished_on_two({{0, weights, 64}, {0, weights, 64, second_at}, {0, outliers, 64, second_at}}, 8, 5), "2@13 0@44 1@44 ");
}

TEST(an_address, beyond_every_memory_is_a_fault_that_names_it) {
    const auto nothing = [](dma_bench&, const bench_memory&, const bench_memory&) { return std::string(); };
    const auto failure = [&](const asked& what) { return failure_of([&] { with_two_memories({{what}}, nothing); }); };
    EXPECT_THAT(failure({0, weights, 8, 1 << 16}), HasSubstr("dma: no memory has address 65536"));
    EXPECT_THAT(failure({0, weights, 8, second_at - 1}), HasSubstr("no memory has address 1099511627775"));
    EXPECT_THAT(failure({0, outputs, 8, second_at + 512}), HasSubstr("no memory has address 1099511628288"));
    EXPECT_THAT(failure({0, weights, 8, (1 << 16) - 7}), HasSubstr("8 bytes at address 65529 end beyond their memory"));
}

}  // namespace
}  // namespace symmetree
