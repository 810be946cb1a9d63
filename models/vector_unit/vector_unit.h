#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <systemc>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/job_engine_if.h"
#include "models/contract/transfer.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"
#include "models/vector_unit/vector_step.h"

namespace symmetree {

/// Everything between two matrix products: fetches rows of tensors into one of two banks, works on them `lanes` elements at a time, writes
/// the result back to DRAM. Two threads: one fetches ahead as far as there is a free bank, one computes and writes; a bank is free
/// again when its result is in DRAM. Timing: docs/timing-model.md, "Vector unit".
class vector_unit : public sc_core::sc_module, public step_engine_if, private transfer_listener {
public:
    sc_core::sc_export<step_engine_if> start{"start"};
    tlm_utils::simple_target_socket<vector_unit> store{"store"};  ///< the DMA's way to the banks
    job_initiator_socket<transfer> dma{"dma"};

    vector_unit(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                probe* probe);
    SC_HAS_PROCESS(vector_unit);

    void begin(const vector_job& job) override;
    const sc_core::sc_event& finished() const override { return finished_; }
    bool idle() const { return job_ == nullptr; }

    /// What its circuits did, all lanes together: operations as `vectors`; `busy` of vector_lane is in cycles of the whole unit.
    const per_enumerator<unit_kind, unit_counters>& activity() const { return activity_; }
    /// The two banks: what the DMA wrote and read.
    const memory_counters& memory() const { return memory_; }

private:
    /// What stands in a bank while a chunk is in it.
    struct bank {
        std::vector<std::uint8_t> operands, results;
    };

    void fetch();
    void work();
    void run_step();
    void run_chunk(std::size_t index);
    void count(const vector_cost& cost);
    void access(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    void transfer_done(std::uint32_t tag) override;

    const vector_unit_config config_;
    const clock_domain clock_;
    engine_room& room_;
    probe* const probe_;
    probe::signal busy_ = 0;
    const char *fetch_waits_for_ = "nothing", *work_waits_for_ = "nothing";

    const vector_job* job_ = nullptr;
    std::vector<vector_chunk> chunks_;  ///< of an image
    std::size_t trips_ = 0;             ///< chunks of all images
    std::size_t fetched_ = 0, arrived_ = 0, written_ = 0;
    std::array<bank, 2> banks_;
    vector_step step_;
    bank_tokens tokens_{"vector_banks", 2};
    sc_core::sc_event begun_{"begun"}, progress_{"progress"}, finished_{"finished"};
    per_enumerator<unit_kind, unit_counters> activity_;
    memory_counters memory_;
};

}  // namespace symmetree
