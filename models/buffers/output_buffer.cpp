#include "models/buffers/output_buffer.h"

#include <cstring>

#include "core/units.h"

namespace symmetree {

output_buffer::output_buffer(const sc_core::sc_module_name& name, const buffer_config& config)
    : sc_module(name), config_(config), storage_(2 * config.bank_bytes) {
    drain.register_b_transport(this, &output_buffer::b_transport);
    dma.register_b_transport(this, &output_buffer::b_transport);
}

void output_buffer::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    const std::uint64_t address = transaction.get_address(), length = transaction.get_data_length();
    if (address + length > storage_.size()) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    const std::uint64_t accesses = ceil_div(length * 8, std::uint64_t(config_.port_bits));
    if (transaction.is_write()) {
        std::memcpy(storage_.data() + address, transaction.get_data_ptr(), length);
        counters_.written_bytes += length;
        counters_.write_accesses += accesses;
    } else {
        std::memcpy(transaction.get_data_ptr(), storage_.data() + address, length);
        counters_.read_bytes += length;
        counters_.read_accesses += accesses;
    }
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace symmetree
