#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/contract/memory_space.h"
#include "models/host/host_job.h"
#include "models/tlm/engine.h"

namespace symmetree {

/// Stands in for the CPU of a virtual platform: puts tensors and descriptors into memory, rings the doorbell, waits for
/// the interrupt, reads the outputs. It reaches the memories that the DMA reaches, by the same addresses. Tensors are preloaded through the
/// debug transport, as a loader does, in no time; the accelerator is driven through its registers only. Engine thread.
class host : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<host> registers{"registers"};
    /// One per address range, in their order. A memory sees addresses from the first one of its range.
    sc_core::sc_vector<tlm_utils::simple_initiator_socket<host>> memories;
    sc_core::sc_in<bool> interrupt{"interrupt"};

    host(const sc_core::sc_module_name& name, engine_room& room, host_program& program, const std::vector<address_range>& ranges,
         bool move_outputs);
    SC_HAS_PROCESS(host);

    bool finished() const { return finished_; }

private:
    void work();
    void run(const host_job& job);
    void preload(std::uint64_t address, const std::vector<std::uint8_t>& bytes);
    /// Moves bytes by the debug transport; false where they end beyond their memory.
    bool reach(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data, std::size_t bytes);
    void write_register(std::uint32_t offset, std::uint32_t value);
    std::uint32_t read_register(std::uint32_t offset);

    engine_room& room_;
    host_program& program_;
    const std::vector<address_range> ranges_;
    const bool move_outputs_;
    const char* waits_for_ = "nothing";
    bool finished_ = false;
};

}  // namespace symmetree
