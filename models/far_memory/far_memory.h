#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/tlm/clock_domain.h"

namespace symmetree {

/// A memory on the far side of the DMA, the DRAM or the scratchpad: latency, then a data phase of ceil(bytes / bandwidth) cycles, writes
/// like reads; data phases exclude each other and run in the order of the calls. Addresses from 0. Annotates the delay and never waits.
/// transport_dbg moves data in no time (a loader's way in).
/// Beyond the capacity: TLM_ADDRESS_ERROR_RESPONSE; byte enables or streaming: TLM_GENERIC_ERROR_RESPONSE. Bytes never written read as 0.
/// Base-protocol sockets: any other memory model may be bound in its place. Timing: docs/timing-model.md, "DMA".
class far_memory : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<far_memory> port;

    far_memory(const sc_core::sc_module_name& name, const memory_timing& timing, const clock_domain& clock);
    ~far_memory() override;

    const memory_counters& counters() const { return counters_; }

private:
    void b_transport(int id, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(int id, tlm::tlm_generic_payload& transaction);
    bool access(tlm::tlm_generic_payload& transaction);

    const memory_timing timing_;
    const clock_domain clock_;
    std::uint8_t* storage_;  ///< pages come into being when touched
    std::uint64_t busy_until_ = 0;
    memory_counters counters_;
};

/// Cycles of the data phase.
std::uint64_t data_cycles(const memory_timing& timing, std::uint64_t bytes);

}  // namespace symmetree
