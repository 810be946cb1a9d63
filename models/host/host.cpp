#include "models/host/host.h"

#include "core/error.h"
#include "models/contract/registers.h"

namespace symmetree {
namespace {

constexpr std::uint32_t offset_of(accelerator_register r) { return static_cast<std::uint32_t>(r); }

}  // namespace

host::host(const sc_core::sc_module_name& name, engine_room& room, host_program& program, const std::vector<address_range>& ranges,
           bool move_outputs)
    : sc_module(name), memories("memory", ranges.size()), room_(room), program_(program), ranges_(ranges), move_outputs_(move_outputs) {
    room_.enlist(this->name(), &waits_for_);
    SC_THREAD(work);
}

void host::work() {
    room_.run([this] {
        if (read_register(offset_of(accelerator_register::identity)) != accelerator_identity) throw model_fault("no accelerator answers");
        write_register(offset_of(accelerator_register::interrupt_enable), 1);
        while (const host_job* job = program_.next()) run(*job);
        finished_ = true;
    });
}

void host::run(const host_job& job) {
    for (const memory_content& content : job.contents) preload(content.address, *content.bytes);
    write_register(offset_of(accelerator_register::descriptor_low), static_cast<std::uint32_t>(job.descriptor_address));
    write_register(offset_of(accelerator_register::descriptor_high), static_cast<std::uint32_t>(job.descriptor_address >> 32));
    write_register(offset_of(accelerator_register::descriptor_count), job.descriptors);
    write_register(offset_of(accelerator_register::start), 1);
    {
        wait_note note(waits_for_, "the interrupt");
        while (!interrupt.read()) wait(interrupt.posedge_event());
    }
    write_register(offset_of(accelerator_register::interrupt_clear), 1);
    wait(interrupt.negedge_event());

    std::vector<std::uint8_t> outputs(move_outputs_ ? job.result_bytes : 0);
    if (!outputs.empty() && !reach(tlm::TLM_READ_COMMAND, job.result_address, outputs.data(), outputs.size()))
        throw model_fault("the host can't read the outputs");
    program_.finished(outputs);
}

void host::preload(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
    if (bytes.empty()) return;
    auto* const data = const_cast<std::uint8_t*>(bytes.data());  // a write does not change its data
    if (!reach(tlm::TLM_WRITE_COMMAND, address, data, bytes.size())) throw model_fault("the layer does not fit the memory");
}

bool host::reach(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data, std::size_t bytes) {
    const std::size_t memory = range_with(ranges_, address);
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address - ranges_[memory].begin);
    payload.set_data_ptr(data);
    payload.set_data_length(static_cast<unsigned>(bytes));
    payload.set_streaming_width(static_cast<unsigned>(bytes));
    return memories[memory]->transport_dbg(payload) == bytes;
}

void host::write_register(std::uint32_t offset, std::uint32_t value) {
    tlm::tlm_generic_payload payload;
    payload.set_write();
    payload.set_address(offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    sc_core::sc_time delay;
    registers->b_transport(payload, delay);
    if (payload.is_response_error()) throw model_fault("the accelerator refuses a register write");
}

std::uint32_t host::read_register(std::uint32_t offset) {
    std::uint32_t value = 0;
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(offset);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    sc_core::sc_time delay;
    registers->b_transport(payload, delay);
    if (payload.is_response_error()) throw model_fault("the accelerator refuses a register read");
    return value;
}

}  // namespace symmetree
