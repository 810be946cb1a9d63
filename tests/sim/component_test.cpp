// The accelerator as a component of somebody else's platform: a test bench with an initiator of its own does what a driver does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/accelerator/accelerator.h"
#include "tests/support/bench_memory.h"
#include "tests/support/forked.h"
#include "tests/support/layers.h"
#include "tests/support/measured.h"

namespace symmetree {
namespace {

using reg = accelerator_register;

/// A CPU that runs a script on the accelerator's registers; the script says what it saw.
class driver : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<driver> bus{"bus"};
    sc_core::sc_in<bool> interrupt{"interrupt"};

    driver(const sc_core::sc_module_name& name, std::function<void(driver&)> script) : sc_module(name), script_(std::move(script)) {
        SC_THREAD(run);
    }
    SC_HAS_PROCESS(driver);

    struct answer {
        tlm::tlm_response_status status;
        std::uint32_t value;
    };
    answer access(tlm::tlm_command command, std::uint64_t offset, std::uint32_t value = 0, unsigned length = 4) {
        tlm::tlm_generic_payload payload;
        unsigned char data[8] = {};
        std::memcpy(data, &value, 4);
        payload.set_command(command);
        payload.set_address(offset);
        payload.set_data_ptr(data);
        payload.set_data_length(length);
        payload.set_streaming_width(length);
        sc_core::sc_time delay;
        bus->b_transport(payload, delay);
        std::memcpy(&value, data, 4);
        return {payload.get_response_status(), value};
    }
    std::uint32_t read(reg r) { return access(tlm::TLM_READ_COMMAND, static_cast<std::uint32_t>(r)).value; }
    tlm::tlm_response_status write(reg r, std::uint32_t value) {
        return access(tlm::TLM_WRITE_COMMAND, static_cast<std::uint32_t>(r), value).status;
    }

    void expect(bool holds, const std::string& what) {
        if (!holds) complaints += what + "; ";
    }
    std::string complaints;
    bool done = false;

private:
    void run() {
        script_(*this);
        done = true;
    }
    std::function<void(driver&)> script_;
};

/// Accelerator, memory and driver. Returns what the script complained of.
std::string scripted(const run_request& request, const std::function<void(driver&, bench_memory&, const prepared_run&)>& script) {
    return forked([&]() -> std::string {
        const prepared_run run = prepare(request, weight_cache(""));
        const clock_domain clock(request.platform.clock_hz);
        engine_room room;
        bench_memory memory("memory", 1 << 20, clock.time(3));
        accelerator device("accelerator", request.platform, clock, room, true, nullptr);
        driver cpu("driver", [&](driver& d) { script(d, memory, run); });
        sc_core::sc_signal<bool> line("line");
        cpu.bus.bind(device.registers);
        device.memory.bind(memory.port);
        device.interrupt.bind(line);
        cpu.interrupt.bind(line);
        sc_core::sc_start();
        room.rethrow();
        return cpu.done ? cpu.complaints : "the script did not end; " + cpu.complaints;
    });
}

run_request two_layers() { return request_of(preset("symq"), network_of({conv_layer(5, 6, 20, 3, 1, 1), linear_layer(7, 40, 18)})); }

/// Where a layer leaves its outputs.
struct placed_outputs {
    std::uint64_t address = 0, bytes = 0;
};

/// Puts the layers' tensors one behind the other and their descriptors in a row at `descriptors`.
std::vector<placed_outputs> place(bench_memory& memory, const prepared_run& run, std::uint64_t descriptors) {
    std::vector<placed_outputs> outputs;
    std::uint64_t base = 4096;
    for (const prepared_layer& l : run.layers) {
        const program alone = program_of(run.request.platform, l);
        layer_descriptor d = l.plan.descriptor;
        for (std::uint64_t* address : {&d.tables_address, &d.weights_address, &d.outliers_address, &d.input_address, &d.output_address})
            *address += base;
        for (const placed_bytes& content : alone.contents) memory.store(base + content.address, content.bytes);
        memory.store(descriptors + outputs.size() * descriptor_bytes, encode(d));
        outputs.push_back({d.output_address, alone.result_bytes});
        base += (alone.result_address + alone.result_bytes + 4095) / 4096 * 4096;
    }
    return outputs;
}

TEST(registers, identify_the_accelerator) {
    EXPECT_EQ(scripted(two_layers(),
                       [](driver& d, bench_memory&, const prepared_run&) {
                           d.expect(d.read(reg::identity) == 0x4d4d5953, "identity");
                           d.expect(d.read(reg::version) == 1, "version");
                           d.expect(d.read(reg::array_shape) == (16u | 16u << 16), "shape");
                           d.expect(d.read(reg::array_widths) == (4u | 4u << 8), "widths");
                           d.expect(d.read(reg::status) == 0, "idle status");
                           d.expect(d.read(reg::layers_done) == 0, "no layers yet");
                       }),
              "");
}

TEST(registers, keep_what_is_written) {
    EXPECT_EQ(scripted(two_layers(),
                       [](driver& d, bench_memory&, const prepared_run&) {
                           for (const reg r : {reg::descriptor_low, reg::descriptor_high, reg::descriptor_count}) {
                               d.expect(d.write(r, 0x12345678) == tlm::TLM_OK_RESPONSE, "write");
                               d.expect(d.read(r) == 0x12345678, "read back");
                           }
                           d.write(reg::interrupt_enable, 1);
                           d.expect(d.read(reg::interrupt_enable) == 1, "interrupt enable");
                       }),
              "");
}

TEST(registers, refuse_bad_accesses) {
    EXPECT_EQ(
        scripted(two_layers(),
                 [](driver& d, bench_memory&, const prepared_run&) {
                     const auto read = [&](std::uint64_t offset, unsigned length) {
                         return d.access(tlm::TLM_READ_COMMAND, offset, 0, length).status;
                     };
                     d.expect(read(0x3c, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "behind the last register");
                     d.expect(read(0x1000, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "far behind");
                     d.expect(read(std::uint64_t{1} << 32, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "the low half of the address alone");
                     d.expect(read(0x02, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "not aligned");
                     d.expect(read(0x00, 2) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "half a register");
                     d.expect(read(0x00, 8) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "two registers");
                     d.expect(d.write(reg::identity, 1) == tlm::TLM_COMMAND_ERROR_RESPONSE, "identity is read only");
                     d.expect(d.write(reg::cycles_low, 1) == tlm::TLM_COMMAND_ERROR_RESPONSE, "cycles are read only");
                     d.expect(d.write(reg::start, 1) == tlm::TLM_COMMAND_ERROR_RESPONSE, "nothing to start");
                     d.expect(d.access(tlm::TLM_WRITE_COMMAND, 0x2c, 1).status != tlm::TLM_OK_RESPONSE, "the gap between the registers");
                 }),
        "");
}

TEST(component, runs_chained_descriptors_and_raises_the_interrupt_once) {
    EXPECT_EQ(scripted(two_layers(),
                       [](driver& d, bench_memory& memory, const prepared_run& run) {
                           const std::vector<placed_outputs> outputs = place(memory, run, 512);
                           d.write(reg::descriptor_low, 512);
                           d.write(reg::descriptor_count, 2);
                           d.write(reg::interrupt_enable, 1);
                           sc_core::sc_time began;
                           began = sc_core::sc_time_stamp();  // a copy: the stamp goes on
                           d.expect(d.write(reg::start, 1) == tlm::TLM_OK_RESPONSE, "start");
                           d.expect((d.read(reg::status) & 1) == 1, "busy after start");
                           d.expect(d.write(reg::start, 1) == tlm::TLM_COMMAND_ERROR_RESPONSE, "start while busy");
                           while (!d.interrupt.read()) sc_core::wait(d.interrupt.posedge_event());
                           const double cycles = (sc_core::sc_time_stamp() - began) / sc_core::sc_time(2, sc_core::SC_NS);
                           d.expect(d.read(reg::cycles_low) == static_cast<std::uint32_t>(cycles), "the cycles register");
                           d.expect(d.read(reg::cycles_high) == 0, "its upper half");
                           d.expect(d.read(reg::layers_done) == 2, "layers done");
                           d.expect((d.read(reg::status) & 2) == 2, "done");
                           d.write(reg::interrupt_clear, 1);
                           sc_core::wait(d.interrupt.negedge_event());
                           d.expect(d.read(reg::status) == 0, "idle again");
                           // The values: outputs of both layers stand where their descriptors said, equal to a run layer by layer.
                           std::vector<std::uint8_t> nothing(outputs[1].bytes, 0);
                           const auto at = memory.storage().begin() + static_cast<std::ptrdiff_t>(outputs[1].address);
                           d.expect(!std::equal(nothing.begin(), nothing.end(), at), "outputs of the second layer");
                       }),
              "");
}

TEST(component, works_by_polling_when_the_interrupt_is_off) {
    EXPECT_EQ(scripted(two_layers(),
                       [](driver& d, bench_memory& memory, const prepared_run& run) {
                           place(memory, run, 512);
                           d.write(reg::descriptor_low, 512);
                           d.write(reg::descriptor_count, 1);
                           for (int round = 0; round < 2; ++round) {
                               d.write(reg::start, 1);
                               while ((d.read(reg::status) & 2) == 0) sc_core::wait(100, sc_core::SC_NS);
                               d.expect(!d.interrupt.read(), "the line stays low");
                               d.write(reg::interrupt_clear, 1);
                           }
                           d.expect(d.read(reg::layers_done) == 2, "one layer twice");
                       }),
              "");
}

TEST(component, refuses_what_is_no_descriptor) {
    const std::string failure = failure_of([] {
        scripted(two_layers(), [](driver& d, bench_memory&, const prepared_run&) {
            d.write(reg::descriptor_low, 0x8000);
            d.write(reg::descriptor_count, 1);
            d.write(reg::start, 1);
        });
    });
    EXPECT_NE(failure.find("no layer descriptor at the address"), std::string::npos) << failure;
}

}  // namespace
}  // namespace symmetree
