#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/probe.h"
#include "models/activity/layer_result.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/registers.h"
#include "models/core/compute_core.h"
#include "models/dma/dma.h"
#include "models/far_memory/far_memory.h"
#include "models/sequencer/sequencer.h"
#include "models/tlm/engine.h"
#include "models/vector_unit/vector_unit.h"

namespace symmetree {

/// The accelerator as a virtual platform sees it: registers, a way to memory, an interrupt line. Register accesses take no time, and the
/// annotated delay of a write is ignored. `memory` is base protocol: one b_transport per burst, no DMI. Faults inside (a descriptor that is
/// none, an error response) are kept in the engine_room for its owner to rethrow after sc_start.
class accelerator : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<accelerator> registers{"registers"};
    tlm::tlm_initiator_socket<> memory{"memory"};
    sc_core::sc_out<bool> interrupt{"interrupt"};

    /// `compute` false: timing only, the arithmetic units move no values. `room` must outlive the module; `probe` may be null.
    accelerator(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                bool compute, probe* probe);
    SC_HAS_PROCESS(accelerator);

    /// Where a loader writes and reads the scratchpad by the debug transport, addresses from 0. Null where the platform has none.
    far_memory* scratchpad() { return scratchpad_.get(); }

    /// One entry per descriptor since reset: layers and steps of the vector unit.
    const std::vector<layer_result>& results() const { return results_; }
    /// Shows the corrected sums of every drained block to `watch`; null for none. For checks, not for pricing.
    void watch(drain_watch* watch) { core_.watch(watch); }

private:
    void bind_all();
    /// Binds the DMA's socket of that number.
    void bind_memory(std::size_t number, memory_space space);
    void access(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    std::uint32_t read_register(std::uint32_t offset) const;
    bool write_register(std::uint32_t offset, std::uint32_t value);
    void raise_interrupt();
    void collect(const layer_job& job, std::uint64_t began, std::uint64_t ended);
    void collect_step(std::uint64_t began, std::uint64_t ended);
    engine_counts running_totals() const;
    /// Of the time since the result before.
    layer_result result_of(std::uint64_t began, std::uint64_t ended);
    void keep(const layer_result& result);

    const accelerator_config config_;
    const clock_domain clock_;

    const std::vector<memory_space> memories_;  ///< in the order of the DMA's sockets
    dma dma_;
    std::unique_ptr<far_memory> scratchpad_;
    compute_core core_;
    vector_unit vector_unit_;  ///< idle where the platform has none
    sequencer sequencer_;

    std::uint64_t descriptor_ = 0, started_ = 0, last_cycles_ = 0;
    std::uint32_t descriptor_count_ = 0;
    bool done_ = false, interrupt_enabled_ = false, line_ = false;
    sc_core::sc_event line_changed_{"line_changed"};
    void drive_line();

    std::vector<layer_result> results_;
    engine_counts before_;  ///< totals at the end of the layer before
};

}  // namespace symmetree
