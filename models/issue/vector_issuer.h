#pragma once

#include <systemc>
#include <vector>

#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/buffer_jobs.h"
#include "models/contract/layer_job.h"
#include "models/contract/outlier_queue_if.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/transfer.h"
#include "models/contract/vector_stream.h"
#include "models/issue/issue_math.h"
#include "models/tlm/bank_queue.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Engine: brings the streamed operand, which is the activations in every dataflow so far. Swaps loaded tiles in, streams their vectors
/// through the array in lock-step with the zero-point and sparse units, writes the sums to the accumulators, and keeps the activation
/// banks filled. Owns the account of issue slots. Timing: docs/timing-model.md, "Issue".
class vector_issuer : public sc_core::sc_module {
public:
    sc_core::sc_export<bank_writer_if<loaded_tile>> registers{"registers"};  ///< the array's, filled by the loader
    job_initiator_socket<input_bank_opening> openings{"openings"};
    job_initiator_socket<input_read> inputs{"inputs"};
    job_initiator_socket<transfer> dma{"dma"};
    job_initiator_socket<tile_job> array{"array"};
    job_initiator_socket<tile_job> side_array{"side_array"};
    job_initiator_socket<tile_job> zero_point{"zero_point"};
    job_initiator_socket<tile_job> sparse{"sparse"};
    job_initiator_socket<accumulator_write> sums{"sums"};
    sc_core::sc_port<bank_writer_if<bank_handover>> banks{"banks"};  ///< of the accumulators, emptied by the requantizer
    /// Sparse lanes with a pace of their own, where the platform has them.
    sc_core::sc_port<outlier_progress_if, 1, sc_core::SC_ZERO_OR_MORE_BOUND> outliers{"outliers"};
    /// Whoever follows the vectors beside the array.
    sc_core::sc_port<vector_stream_reader, 0, sc_core::SC_ZERO_OR_MORE_BOUND> readers{"readers"};

    /// `writer`: its number at the accumulators' port.
    vector_issuer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                  int writer, probe* probe);
    SC_HAS_PROCESS(vector_issuer);

    void begin(const layer_job& job);
    /// Slots of the present layer up to its last issue, stalls and the barrier since the hand-over; the core adds `ideal`, `mapping_loss`
    /// and the rest of the barrier when the layer ends.
    const slot_split& split() const { return split_; }
    std::uint64_t vectors_issued() const { return vectors_issued_; }
    /// Slots behind the last issue in which outliers alone held the drain of the last bank.
    std::uint64_t outliers_behind() const { return late_[(handovers_ + 1) % 2].cycles; }
    /// Cycle of the hand-over.
    std::uint64_t started() const { return layer_start_; }
    /// Cycle of the layer's last issue so far; undefined before the first.
    std::uint64_t last_issue() const { return run_.last(); }
    bool idle() const { return layer_ == nullptr; }

private:
    void declare_signals();
    void work();
    void run_layer();
    void run_tile(const tile& t);
    /// A tile's vectors with its weights and the first round of its outliers, or with a later round alone; true where another one follows.
    bool run_round(const tile& t, bool first);
    void end_tile(const tile& t, std::uint64_t done);
    void hand_over(const tile& t, std::uint64_t ready);
    void release_input(std::int32_t index);
    void request_fetch(std::size_t index);
    loaded_tile swap_in();
    input_read read_vectors(const tile& t);
    std::uint64_t acquire_bank();
    void issue(const tile& t, const loaded_tile& weights, bool first_round, std::uint64_t input_ready, std::uint64_t bank_free);
    void compute(const tile& t, const vector_window& vectors, const vector_window& whole, bool first_round);
    void tell_readers(const streamed_tile& streamed);
    void stream(tile_job& job, bool with_dense);
    void accumulate(const tile_job& job, int shift, bool first_slice);
    vector_window whole_vectors(const tile& t, const input_read& read);
    bool sums_rows() const;
    bool outliers_apart() const { return outliers.size() > 0; }
    std::uint64_t pipeline_depth() const;
    int filling_bank() const { return static_cast<int>(handovers_ % 2); }
    void report_stalls(const slot_bounds& bounds, std::uint64_t first);
    void report_tile(const tile& t, std::uint64_t first, std::uint64_t pace, const slot_split& before);

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    const int writer_;
    probe* const probe_;
    probe::signal state_signal_ = 0, tile_signal_ = 0, pace_signal_ = 0, tile_name_ = 0;
    probe::signal lost_to_outlier_ = 0, lost_to_input_ = 0, lost_to_hazard_ = 0;  ///< between the vectors of the tile
    const char* waits_for_ = "nothing";
    const layer_job* layer_ = nullptr;
    sc_core::sc_event begun_{"begun"};
    bank_queue<loaded_tile> registers_{"register_sets", 1};

    std::uint64_t layer_start_ = 0;
    slot_split split_;
    std::uint64_t vectors_issued_ = 0;
    std::uint64_t handovers_ = 0;
    /// Of each accumulator bank's last content: when outliers let the drain have it, and how much later than the array; 0: no later.
    struct lateness {
        std::uint64_t until = 0, cycles = 0;
    };
    lateness late_[2];
    std::uint64_t input_freed_[2] = {};  ///< when outliers let a new content into each activation bank, if it waited for them; else 0
    std::size_t inputs_requested_ = 0;
    sc_core::sc_event input_requested_{"input_requested"};
    issue_run run_;                      ///< the tile before
    std::uint64_t outlier_cycles_ = 1;   ///< its s
    std::vector<std::int32_t> partial_;  ///< sums of the lock-step group, on their way to the accumulators
};

}  // namespace symmetree
