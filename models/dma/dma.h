#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/memory_space.h"
#include "models/contract/transfer.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Moves bursts between the memories on its far side and the buffers. Each stream offers one burst at a time; grants go by arrival,
/// ties by stream, after one delta of collection, while fewer than `outstanding` bursts are in flight to and from the burst's memory.
/// The address of a burst says which memory that is; one beyond every memory is a model_fault. A transfer is done when all its bursts have
/// landed, whichever memories they come from, and those of a stream are done in their order.
/// Engine thread. The request socket never waits and takes the runs out of the transfer. Requests are collected for one delta, so engines
/// post them directly after a timed wait. A memory should annotate its delay and return: one that waits in b_transport works, but nothing
/// overlaps (docs/decisions/0007-bursts-are-annotated.md). An error response is a model_fault. Timing: docs/timing-model.md, "DMA".
class dma : public sc_core::sc_module {
public:
    job_target_socket<dma, transfer> requests;
    /// One per address range, in their order. A memory sees addresses from the first one of its range.
    sc_core::sc_vector<tlm_utils::simple_initiator_socket<dma>> memories;
    /// One per stream, bound to the buffer that the stream fills or empties.
    tlm_utils::simple_initiator_socket<dma> weight_buffer{"weight_buffer"};
    tlm_utils::simple_initiator_socket<dma> activation_buffer{"activation_buffer"};
    tlm_utils::simple_initiator_socket<dma> output_buffer{"output_buffer"};
    tlm_utils::simple_initiator_socket<dma> control_store{"control_store"};
    tlm_utils::simple_initiator_socket<dma> vector_store{"vector_store"};

    /// `ranges`: of the memories, none in another.
    dma(const sc_core::sc_module_name& name, const dma_config& config, const std::vector<address_range>& ranges, const clock_domain& clock,
        engine_room& room, probe* probe);
    SC_HAS_PROCESS(dma);

    /// Granted by stream since the start of simulation.
    const per_enumerator<dma_stream, stream_counters>& moved() const { return moved_; }
    /// Bytes and bursts granted to and from a memory since the start of simulation.
    const memory_counters& traffic(std::size_t memory) const { return far_sides_[memory].traffic; }

private:
    struct queued {
        transfer job;
        std::size_t run = 0;
        std::uint64_t piece = 0, piece_offset = 0, buffer_offset = 0;
    };
    /// A transfer of which some burst was granted.
    struct open_transfer {
        std::uint32_t tag;
        transfer_listener* listener;
        std::size_t bursts = 0;  ///< on the way
        bool all_granted = false;
    };
    struct stream_queue {
        std::deque<queued> waiting;
        std::uint64_t arrival = 0;       ///< of the burst on offer
        std::size_t memory = 0;          ///< that it goes to
        std::deque<open_transfer> open;  ///< in their order, in which they are done
    };
    /// The part of a run that one burst moves: `pieces` of `bytes` each.
    struct burst_span {
        std::uint64_t address, bytes, pieces;
    };
    struct in_flight {
        dma_stream stream;
        std::uint64_t ends, buffer_address, bytes;
        open_transfer* of;
        std::vector<std::uint8_t> data;
    };

    /// A memory, what is on the way to and from it, and what was.
    struct far_side {
        address_range range;
        std::deque<in_flight> bursts;
        memory_counters traffic;
        probe::signal stream_signal = 0;  ///< the stream in its data phase; those of one memory exclude each other
    };

    void request(transfer& job, sc_core::sc_time& delay);
    void work();
    void offer(stream_queue& queue);
    void await_change();
    void land(far_side& side);
    void grant(std::size_t stream);
    in_flight take_burst(stream_queue& queue, const burst_span& span);
    sc_core::sc_time exchange(std::size_t memory, in_flight& burst, const burst_span& span, std::uint64_t stride);
    void count(far_side& side, const in_flight& burst);
    void finish(in_flight& burst);
    void close(stream_queue& queue);
    void report(const far_side& side, const in_flight& burst);
    static std::uint64_t next_address(const queued& head);
    burst_span next_span(const queued& head) const;
    std::size_t memory_at(std::uint64_t address) const;
    bool has_room(const far_side& side) const { return side.bursts.size() < std::size_t(config_.outstanding); }
    std::optional<std::size_t> next_stream() const;
    std::optional<std::uint64_t> next_end() const;
    std::size_t in_flight_count() const;
    tlm_utils::simple_initiator_socket<dma>& buffer_of(dma_stream stream);
    void move(tlm_utils::simple_initiator_socket<dma>& socket, tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::uint64_t bytes, sc_core::sc_time& delay);

    const dma_config config_;
    const clock_domain clock_;
    engine_room& room_;
    probe* const probe_;
    probe::signal in_flight_signal_ = 0, moved_signal_ = 0;
    const char* waits_for_ = "nothing";

    std::array<stream_queue, dma_streams> streams_;
    std::vector<far_side> far_sides_;               ///< by memory
    std::vector<std::vector<std::uint8_t>> spare_;  ///< burst storage to use again
    bool control_landed_ = false;                   ///< whoever waited for it posts requests one delta cycle later than engines do
    sc_core::sc_event requested_{"requested"};
    tlm::tlm_generic_payload payload_;
    per_enumerator<dma_stream, stream_counters> moved_;
};

}  // namespace symmetree
