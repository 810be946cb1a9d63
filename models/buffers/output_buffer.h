#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "core/counters.h"
#include "models/buffers/bank_memory.h"
#include "models/contract/accelerator_config.h"

namespace symmetree {

/// Two output banks between the requantizer (writes) and the DMA (reads); both speak generic payload. Passive.
class output_buffer : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<output_buffer> drain{"drain"};
    tlm_utils::simple_target_socket<output_buffer> dma{"dma"};

    output_buffer(const sc_core::sc_module_name& name, const buffer_config& config);

    const memory_counters& counters() const { return counters_; }

private:
    void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);

    bank_memory memory_;
    memory_counters counters_;
};

}  // namespace symmetree
