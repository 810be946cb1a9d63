// Another memory can stand in the DRAM's place, and what it gets wrong shows in the outputs: values really travel.
#include <gtest/gtest.h>

#include "models/accelerator/accelerator.h"
#include "tests/support/bench_memory.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/measured.h"

namespace symmetree {
namespace {

using fault = std::function<void(tlm::tlm_generic_payload&, const layer_plan&)>;

/// Host, accelerator and a memory that distorts what passes; returns "exact" or the first difference.
std::string outcome_with(const run_request& request, const fault& distort) {
    return forked([&]() -> std::string {
        const prepared_run run = prepare(request, weight_cache(""));
        const clock_domain clock(request.platform.clock_hz);
        engine_room room;
        layer_sequence program(run);
        bench_memory memory("memory", 1 << 20, clock.time(9));
        accelerator device("accelerator", request.platform, clock, room, true, nullptr);
        host cpu("host", room, program, address_ranges(request.platform), true);
        sc_core::sc_signal<bool> line("line");
        cpu.registers.bind(device.registers);
        cpu.memories[0].bind(memory.port);
        device.memory.bind(memory.port);
        device.interrupt.bind(line);
        cpu.interrupt.bind(line);
        device.watch(program.watch());
        memory.hook = [&](tlm::tlm_generic_payload& transaction) { distort(transaction, run.layers.front().plan); };
        sc_core::sc_start();
        room.rethrow();
        if (!cpu.finished()) throw model_fault("starved: " + room.who_waits());
        const exactness& verdict = program.verdicts().at(0);
        return verdict.result == exactness::verdict::exact ? "exact" : verdict.first_difference;
    });
}

/// 4-bit codes, two weight fills (the bank holds one n-block), 8 x 8 array.
run_request small_run(const char* platform = "symq", const char* format = "symq:w4a4") {
    platform_config p = preset(platform);
    p.array.trees = p.array.lanes = 8;
    p.sparse.lanes = std::min(p.sparse.lanes, 4);
    p.weight_buffer.bank_bytes = 256;
    run_request r = request_of(p, network_of({linear_layer(6, 40, 16)}));
    r.asked_scheme = parse_scheme(format);
    return r;
}

bool begins_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

TEST(another_memory, serves_the_accelerator) {
    EXPECT_EQ(outcome_with(small_run(), [](auto&, auto&) {}), "exact");
    EXPECT_EQ(outcome_with(small_run("dasq", "dasq:w4a4:sw4:p90"), [](auto&, auto&) {}), "exact");
}

TEST(a_flipped_weight_bit, is_named_by_the_channel_it_belongs_to) {
    // 40 codes of 4 bits per channel in tiles of 8 x 8: byte 4 holds the first codes of channel 1.
    const std::string first = outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
        if (std::uint8_t* byte = t.is_read() ? byte_at(t, plan.descriptor.weights_address + 4) : nullptr) *byte ^= 0x08;
    });
    EXPECT_TRUE(begins_with(first, "repeat 0 channel 1 ")) << first;
    EXPECT_NE(first.find("(accumulator)"), std::string::npos) << first;
    // The last byte of the second fill: channel 15.
    const std::string last = outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
        if (std::uint8_t* byte = t.is_read() ? byte_at(t, plan.descriptor.weights_address + dense_bytes(plan) - 1) : nullptr) *byte ^= 0x80;
    });
    EXPECT_TRUE(begins_with(last, "repeat 0 channel 15 ")) << last;
}

TEST(a_flipped_activation_bit, is_named_by_its_vector) {
    const std::string seen = outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
        // rows of 40 codes, 20 bytes each: vector 3
        if (std::uint8_t* byte = t.is_read() ? byte_at(t, plan.descriptor.input_address + 60) : nullptr) *byte ^= 0x04;
    });
    EXPECT_NE(seen.find(" vector 3:"), std::string::npos) << seen;
}

TEST(a_lost_outlier, is_a_difference) {
    const std::string seen = outcome_with(small_run("dasq", "dasq:w4a4:sw4:p90"), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
        // ceil(log2(65)) = 7 bits of count, then the value of the first outlier: bits 7 to 10
        std::uint8_t* const first = t.is_read() ? byte_at(t, plan.descriptor.outliers_address) : nullptr;
        std::uint8_t* const second = t.is_read() ? byte_at(t, plan.descriptor.outliers_address + 1) : nullptr;
        if (first) *first &= 0x7f;
        if (second) *second &= 0xf8;
    });
    EXPECT_TRUE(begins_with(seen, "repeat 0 channel ")) << seen;
}

TEST(swapped_weight_banks, are_a_difference) {
    const run_request r = small_run();
    const std::string seen =
        outcome_with(r, [saved = std::vector<std::uint8_t>()](tlm::tlm_generic_payload& t, const layer_plan& plan) mutable {
            // Both fills have 160 bytes and arrive as one burst each: the second one brings the first one's bytes.
            const std::uint64_t weights = plan.descriptor.weights_address, half = dense_bytes(plan) / 2;
            if (!t.is_read() || (t.get_address() != weights && t.get_address() != weights + half)) return;
            if (t.get_address() == weights)
                saved.assign(t.get_data_ptr(), t.get_data_ptr() + half);
            else
                std::copy(saved.begin(), saved.end(), t.get_data_ptr());
        });
    EXPECT_TRUE(begins_with(seen, "repeat 0 channel 8 ")) << seen;
}

TEST(a_wrong_bias, is_a_difference) {
    const std::string seen = outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
        // channel records have 12 bytes, the bias first
        if (std::uint8_t* byte = t.is_read() ? byte_at(t, plan.descriptor.tables_address + 12 * 5) : nullptr) *byte ^= 0x01;
    });
    EXPECT_TRUE(begins_with(seen, "repeat 0 channel 5 vector 0")) << seen;
}

TEST(a_distorted_output, is_a_difference_of_codes) {
    const std::string seen = outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
        if (std::uint8_t* byte = t.is_write() ? byte_at(t, plan.descriptor.output_address) : nullptr) *byte ^= 0x01;
    });
    EXPECT_TRUE(begins_with(seen, "repeat 0 channel 0 vector 0")) << seen;
    EXPECT_NE(seen.find("(output code)"), std::string::npos) << seen;
}

TEST(a_memory_that_reports_an_error, is_a_fault_that_names_the_address) {
    const std::string failure = failure_of([] {
        outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
            if (t.get_address() == plan.descriptor.weights_address) t.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        });
    });
    EXPECT_NE(failure.find("TLM_GENERIC_ERROR_RESPONSE"), std::string::npos) << failure;
    EXPECT_NE(failure.find("accelerator.dma"), std::string::npos) << failure;
}

TEST(a_memory_that_never_answers, starves_the_system_and_the_waiting_engines_are_named) {
    const std::string failure = failure_of([] {
        outcome_with(small_run(), [](tlm::tlm_generic_payload& t, const layer_plan& plan) {
            if (t.get_address() == plan.descriptor.input_address) sc_core::wait(sc_core::sc_event("never"));
        });
    });
    EXPECT_NE(failure.find("starved"), std::string::npos) << failure;
    EXPECT_NE(failure.find("dma waits for the memory's answer"), std::string::npos) << failure;
    EXPECT_NE(failure.find("vector_issuer waits for a loaded tile"), std::string::npos) << failure;
    EXPECT_NE(failure.find("sequencer waits for the layer's last output"), std::string::npos) << failure;
    EXPECT_NE(failure.find("host waits for the interrupt"), std::string::npos) << failure;
}

}  // namespace
}  // namespace symmetree
