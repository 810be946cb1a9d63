// Blocked at t - 1, ready at t: bank tokens and the DMA let nobody through a cycle early or a cycle late.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include "models/dma/dma.h"
#include "models/dram/dram.h"
#include "models/tlm/engine.h"
#include "tests/support/forked.h"

namespace symmetree {
namespace {

const clock_domain one_ghz(1e9);

/// Runs a thread.
class actor : public sc_core::sc_module {
public:
    actor(const sc_core::sc_module_name& name, std::function<void()> body) : sc_module(name), body_(std::move(body)) { SC_THREAD(run); }
    SC_HAS_PROCESS(actor);

private:
    void run() { body_(); }
    std::function<void()> body_;
};

void until(std::uint64_t cycle) { sc_core::wait(one_ghz.time(cycle - one_ghz.now())); }

TEST(bank_tokens, let_the_consumer_in_at_the_cycle_of_the_publication) {
    EXPECT_EQ(forked([] {
                  bank_tokens tokens("tokens", 2);
                  std::string log;
                  actor producer("producer", [&] {
                      until(7);
                      tokens.acquire_empty();
                      until(10);
                      tokens.publish_full();
                  });
                  actor consumer("consumer", [&] {
                      tokens.acquire_full();
                      log = fmt::format("in at {}", one_ghz.now());
                  });
                  sc_core::sc_start();
                  return log;
              }),
              "in at 10");
}

TEST(bank_tokens, hold_the_third_producer_until_a_bank_is_given_back) {
    EXPECT_EQ(forked([] {
                  bank_tokens tokens("tokens", 2);
                  std::string log;
                  actor producer("producer", [&] {
                      for (int i = 0; i < 3; ++i) {
                          tokens.acquire_empty();
                          log += fmt::format("{} ", one_ghz.now());
                          tokens.publish_full();
                      }
                  });
                  actor consumer("consumer", [&] {
                      tokens.acquire_full();
                      until(23);
                      log += "given back: ";
                      tokens.release_empty();
                  });
                  sc_core::sc_start();
                  return log;
              }),
              "0 0 given back: 23 ");
}

/// Takes whatever it is given.
class sink : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<sink> port{"port"};
    explicit sink(const sc_core::sc_module_name& name) : sc_module(name) { port.register_b_transport(this, &sink::take); }

private:
    void take(tlm::tlm_generic_payload& transaction, sc_core::sc_time&) { transaction.set_response_status(tlm::TLM_OK_RESPONSE); }
};

/// A thread that asks the DMA for transfers.
class requester : public actor {
public:
    using actor::actor;
    job_initiator_socket<transfer> requests{"requests"};
};

/// A request of `bytes` on a stream at a cycle; the tag is its place in the list.
struct asked {
    std::uint64_t at;
    dma_stream stream;
    std::uint64_t bytes;
};

class finish_log : public transfer_listener {
public:
    void transfer_done(std::uint32_t tag) override { text += fmt::format("{}@{} ", tag, one_ghz.now()); }
    std::string text;
};

/// "tag@cycle" of each finished transfer, in order.
std::string finished(const std::vector<asked>& list, int outstanding, int burst_bytes = 64, std::uint64_t bytes_per_cycle = 16) {
    return forked([&] {
        engine_room room;
        dma_config config;
        config.outstanding = outstanding;
        config.burst_bytes = burst_bytes;
        dram_config memory_config;
        memory_config.capacity_bytes = 1 << 16;
        memory_config.bandwidth_bytes = bytes_per_cycle;
        memory_config.latency_cycles = 40;
        dma mover("dma", config, one_ghz, room, nullptr);
        dram memory("dram", memory_config, one_ghz);
        sink weights("weights"), activations("activations"), outputs("outputs"), control("control"), vectors("vectors");
        mover.memory.bind(memory.port);
        mover.weight_buffer.bind(weights.port);
        mover.activation_buffer.bind(activations.port);
        mover.output_buffer.bind(outputs.port);
        mover.control_store.bind(control.port);
        mover.vector_store.bind(vectors.port);
        finish_log log;
        job_initiator_socket<transfer>* user_port = nullptr;
        requester user("user", [&] {
            for (std::uint32_t i = 0; i < list.size(); ++i) {
                if (list[i].at > one_ghz.now()) until(list[i].at);
                transfer job{list[i].stream, {{0, list[i].bytes}}, 0, i, &log};
                sc_core::sc_time delay;
                (*user_port)->b_transport(job, delay);
            }
        });
        user_port = &user.requests;
        user.requests.bind(mover.requests);
        sc_core::sc_start();
        room.rethrow();
        return log.text;
    });
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

}  // namespace
}  // namespace symmetree
