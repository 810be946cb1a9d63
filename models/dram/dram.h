#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/tlm/clock_domain.h"

namespace symmetree {

/// External memory: latency, then a data phase of ceil(bytes / bandwidth) cycles, writes like reads; data phases exclude each other and run
/// in the order of the calls. Annotates the delay and never waits. transport_dbg moves data in no time (a loader's way in).
/// Beyond the capacity: TLM_ADDRESS_ERROR_RESPONSE; byte enables or streaming: TLM_GENERIC_ERROR_RESPONSE. Bytes never written read as 0.
/// Base-protocol sockets: any other memory model may be bound in its place. Timing: docs/timing-model.md, "DMA".
class dram : public sc_core::sc_module {
public:
    tlm_utils::multi_passthrough_target_socket<dram> port;

    dram(const sc_core::sc_module_name& name, const dram_config& config, const clock_domain& clock);
    ~dram() override;

    const memory_counters& counters() const { return counters_; }

private:
    void b_transport(int id, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    unsigned transport_dbg(int id, tlm::tlm_generic_payload& transaction);
    bool access(tlm::tlm_generic_payload& transaction);

    const dram_config config_;
    const clock_domain clock_;
    std::uint8_t* storage_;  ///< pages come into being when touched
    std::uint64_t busy_until_ = 0;
    memory_counters counters_;
};

/// Cycles of the data phase.
std::uint64_t dram_data_cycles(const dram_config& config, std::uint64_t bytes);

}  // namespace symmetree
