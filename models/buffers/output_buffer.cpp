#include "models/buffers/output_buffer.h"

namespace symmetree {

output_buffer::output_buffer(const sc_core::sc_module_name& name, const buffer_config& config) : sc_module(name), memory_(config) {
    drain.register_b_transport(this, &output_buffer::b_transport);
    dma.register_b_transport(this, &output_buffer::b_transport);
}

void output_buffer::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    (void)delay;
    memory_.access(transaction, counters_);
}

}  // namespace symmetree
