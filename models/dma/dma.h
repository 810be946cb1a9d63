#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/transfer.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Moves bursts between DRAM and the buffers over one port. Each stream offers one burst at a time; grants go by arrival,
/// ties by stream, after one delta of collection, while fewer than `outstanding` bursts are in flight.
/// Engine thread. The request socket never waits and takes the runs out of the transfer. Requests are collected for one delta, so engines
/// post them directly after a timed wait. The memory should annotate its delay and return: one that waits in b_transport works, but nothing
/// overlaps (docs/decisions/0007-bursts-are-annotated.md). An error response is a model_fault. Timing: docs/timing-model.md, "DMA".
class dma : public sc_core::sc_module {
public:
    job_target_socket<dma, transfer> requests;
    tlm_utils::simple_initiator_socket<dma> memory{"memory"};
    /// One per stream, bound to the buffer that the stream fills or empties.
    tlm_utils::simple_initiator_socket<dma> weight_buffer{"weight_buffer"};
    tlm_utils::simple_initiator_socket<dma> activation_buffer{"activation_buffer"};
    tlm_utils::simple_initiator_socket<dma> output_buffer{"output_buffer"};
    tlm_utils::simple_initiator_socket<dma> control_store{"control_store"};
    tlm_utils::simple_initiator_socket<dma> vector_store{"vector_store"};

    dma(const sc_core::sc_module_name& name, const dma_config& config, const clock_domain& clock, engine_room& room, probe* probe);
    SC_HAS_PROCESS(dma);

    /// Since the start of simulation.
    const per_enumerator<dma_stream, stream_counters>& moved() const { return moved_; }

private:
    struct queued {
        transfer job;
        std::size_t run = 0;
        std::uint64_t piece = 0, piece_offset = 0, buffer_offset = 0;
    };
    struct stream_queue {
        std::deque<queued> waiting;
        std::uint64_t arrival = 0;  ///< when the burst on offer arrived
    };
    /// The part of a run that one burst moves: `pieces` of `bytes` each.
    struct burst_span {
        std::uint64_t address, bytes, pieces;
    };
    struct in_flight {
        dma_stream stream;
        std::uint64_t ends, buffer_address, bytes;
        bool last;
        std::uint32_t tag;
        transfer_listener* listener;
        std::vector<std::uint8_t> data;
    };

    void request(transfer& job, sc_core::sc_time& delay);
    void work();
    void grant();
    burst_span next_span(const queued& head) const;
    void finish(in_flight& burst);
    void report(const in_flight& burst);
    int next_stream() const;
    tlm_utils::simple_initiator_socket<dma>& buffer_of(dma_stream stream);
    void move(tlm_utils::simple_initiator_socket<dma>& socket, tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::uint64_t bytes, sc_core::sc_time& delay);

    const dma_config config_;
    const clock_domain clock_;
    engine_room& room_;
    probe* const probe_;
    probe::signal in_flight_signal_ = 0, stream_signal_ = 0, moved_signal_ = 0;
    const char* waits_for_ = "nothing";

    std::array<stream_queue, dma_streams> streams_;
    std::deque<in_flight> in_flight_;
    std::vector<std::vector<std::uint8_t>> spare_;  ///< burst storage to use again
    sc_core::sc_event requested_{"requested"};
    tlm::tlm_generic_payload payload_;
    per_enumerator<dma_stream, stream_counters> moved_;
};

}  // namespace symmetree
