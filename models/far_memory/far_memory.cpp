#include "models/far_memory/far_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/units.h"

namespace symmetree {

std::uint64_t data_cycles(const memory_timing& timing, std::uint64_t bytes) {
    return ceil_div(bytes * timing.bandwidth_cycles, timing.bandwidth_bytes);
}

far_memory::far_memory(const sc_core::sc_module_name& name, const memory_timing& timing, const clock_domain& clock)
    : sc_module(name), port("port"), timing_(timing), clock_(clock) {
    void* const pages = mmap(nullptr, timing_.capacity_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) throw model_fault("no address space for a simulated memory");
    storage_ = static_cast<std::uint8_t*>(pages);
    port.register_b_transport(this, &far_memory::b_transport);
    port.register_transport_dbg(this, &far_memory::transport_dbg);
}

far_memory::~far_memory() { munmap(storage_, timing_.capacity_bytes); }

bool far_memory::access(tlm::tlm_generic_payload& transaction) {
    const std::uint64_t address = transaction.get_address(), length = transaction.get_data_length();
    if (address > timing_.capacity_bytes || length > timing_.capacity_bytes - address) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return false;
    }
    if (transaction.get_byte_enable_ptr() != nullptr || transaction.get_streaming_width() < length) {
        transaction.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        return false;
    }
    if (transaction.is_read()) std::memcpy(transaction.get_data_ptr(), storage_ + address, length);
    if (transaction.is_write()) std::memcpy(storage_ + address, transaction.get_data_ptr(), length);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    return true;
}

void far_memory::b_transport(int, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    if (!access(transaction)) return;
    const std::uint64_t asked = clock_.now() + clock_.cycles(delay), length = transaction.get_data_length();
    const std::uint64_t data_start = std::max(asked + timing_.latency_cycles, busy_until_);
    busy_until_ = data_start + data_cycles(timing_, length);
    delay = clock_.time(busy_until_ - clock_.now());
    if (transaction.is_read()) {
        counters_.read_bytes += length;
        ++counters_.read_accesses;
    } else {
        counters_.written_bytes += length;
        ++counters_.write_accesses;
    }
}

unsigned far_memory::transport_dbg(int, tlm::tlm_generic_payload& transaction) {
    return access(transaction) ? transaction.get_data_length() : 0;
}

}  // namespace symmetree
