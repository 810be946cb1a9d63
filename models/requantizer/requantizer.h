#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/bank_contents_if.h"
#include "models/contract/drain_watch.h"
#include "models/contract/layer_job.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/transfer.h"
#include "models/tlm/bank_queue.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Engine: takes completed accumulator banks in order, corrects (row_sum at the drain), scales, rounds and clamps
/// `drain_width` entries per cycle into a free output bank, frees the accumulator bank whole and sends the block to DRAM. Where the
/// dataflow hands a block over in several accumulator banks, the output bank gathers it. Timing: docs/timing-model.md, "Drain".
class requantizer : public sc_core::sc_module, private transfer_listener {
public:
    sc_core::sc_export<bank_writer_if<bank_handover>> handovers{"handovers"};  ///< the two accumulator banks
    sc_core::sc_port<accumulator_sums_if> sums{"sums"};
    sc_core::sc_port<row_sums_if> row_sums{"row_sums"};
    tlm_utils::simple_initiator_socket<requantizer> output_buffer_port{"output_buffer_port"};
    job_initiator_socket<transfer> dma{"dma"};

    requantizer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                probe* probe);
    SC_HAS_PROCESS(requantizer);

    void begin(const layer_job& job);
    void watch(drain_watch* watch) { watch_ = watch; }
    /// Notified when the layer's last output is in DRAM.
    const sc_core::sc_event& finished() const { return finished_; }
    bool idle() const { return layer_ == nullptr && written_ == blocks_.size(); }

    /// vectors: outputs; loads: channel parameters taken up, once per block; busy and stalled in cycles of the whole unit.
    const unit_counters& counters() const { return counters_; }
    /// row_sum at the drain: vectors: outputs corrected; loads: zero points taken up.
    const unit_counters& corrections() const { return corrections_; }

private:
    void work();
    void run_layer();
    bank_handover take_bank();
    bool corrects() const;
    const channel_record* channels_of(const tile& t) const;
    void drain_bank(const output_block& block, int output_bank);
    void count(const tile& last, std::uint64_t cycles, std::uint64_t stalled);
    void report_drain(const tile& last, std::uint64_t ready, std::uint64_t cycles);
    void correct_sums(const bank_handover& from);
    memory_run place_of(const output_block& block) const;
    void write_codes(const tile& last, const output_block& block, int output_bank);
    void transfer_done(std::uint32_t tag) override;

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    probe* const probe_;
    probe::signal busy_ = 0, full_banks_ = 0, no_output_bank_ = 0, block_name_ = 0;
    drain_watch* watch_ = nullptr;
    const char* waits_for_ = "nothing";
    const layer_job* layer_ = nullptr;
    std::vector<channel_record> scaled_;  ///< the layer's constants for each image of its geometry; empty where they depend on none
    sc_core::sc_event begun_{"begun"}, finished_{"finished"};

    bank_queue<bank_handover> banks_;
    std::vector<output_block> blocks_;
    std::size_t written_ = 0;
    bank_tokens output_banks_{"output_banks", 2};
    tlm::tlm_generic_payload payload_;
    std::vector<std::int64_t> sums_;   ///< of the block being drained, [vectors][channels]
    std::vector<std::int16_t> codes_;  ///< of the same block
    unit_counters counters_;
    unit_counters corrections_;
};

}  // namespace symmetree
