#pragma once

#include <systemc>

#include "models/accelerator/accelerator.h"
#include "models/far_memory/far_memory.h"
#include "models/host/host.h"

namespace symmetree {

/// The stand-alone simulator: host, accelerator, DRAM.
///   host --registers--> accelerator --memory--> dram <--memory-- host,  accelerator --interrupt--> host
/// The scratchpad stands inside the accelerator; the host, as a loader, reaches it, too.
class edge_system : public sc_core::sc_module {
public:
    edge_system(const sc_core::sc_module_name& name, const accelerator_config& config, host_program& program, bool compute, probe* probe);

    /// Runs until the host has finished. Throws what an engine threw; a starved system is a model_fault that names who waits.
    void run();
    const accelerator& device() const { return accelerator_; }
    void watch(drain_watch* watch) { accelerator_.watch(watch); }

private:
    void bind_all();

    engine_room room_;
    const clock_domain clock_;
    far_memory dram_;
    accelerator accelerator_;
    host host_;
    sc_core::sc_signal<bool> interrupt_{"interrupt_line"};
};

}  // namespace symmetree
