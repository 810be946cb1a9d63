#include "platforms/assemble.h"

#include "core/error.h"

namespace symmetree {

edge_system::edge_system(const sc_core::sc_module_name& name, const accelerator_config& config, host_program& program, bool compute,
                         probe* probe)
    : sc_module(name),
      clock_(config.clock_hz),
      dram_("dram", config.dram, clock_),
      accelerator_("accelerator", config, clock_, room_, compute, probe),
      host_("host", room_, program, address_ranges(config), compute) {
    bind_all();
}

void edge_system::bind_all() {
    host_.registers.bind(accelerator_.registers);
    host_.memories[0].bind(dram_.port);
    if (far_memory* const scratchpad = accelerator_.scratchpad()) host_.memories[1].bind(scratchpad->port);
    accelerator_.memory.bind(dram_.port);
    accelerator_.interrupt.bind(interrupt_);
    host_.interrupt.bind(interrupt_);
}

void edge_system::run() {
    sc_core::sc_start();
    room_.rethrow();
    if (!host_.finished()) throw model_fault("the simulation starved: " + room_.who_waits());
}

}  // namespace symmetree
