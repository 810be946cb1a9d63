#pragma once

#include <systemc>
#include <vector>

#include "models/accumulators/accumulators.h"
#include "models/buffers/activation_buffer.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/layer_engine_if.h"
#include "models/contract/tile_jobs.h"
#include "models/contract/transfer.h"
#include "models/sequencer/issue_math.h"
#include "models/sequencer/weight_loader.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"
#include "models/zero_point/zero_point_adder.h"

namespace symmetree {

/// Engine: swaps loaded tiles in, streams the m-block's vectors through the array in lock-step with the zero-point and
/// sparse units, and keeps the activation banks filled. Owns the account of issue slots.
/// Timing: docs/timing-model.md, "Issue".
class vector_issuer : public sc_core::sc_module, public layer_engine_if {
public:
    sc_core::sc_export<layer_engine_if> start{"start"};
    job_initiator_socket<input_bank_opening> openings{"openings"};
    job_initiator_socket<input_read> inputs{"inputs"};
    job_initiator_socket<transfer> dma{"dma"};
    job_initiator_socket<tile_job> array{"array"};
    job_initiator_socket<tile_job> side_array{"side_array"};
    job_initiator_socket<tile_job> zero_point{"zero_point"};
    job_initiator_socket<tile_job> sparse{"sparse"};
    job_initiator_socket<tile_job> sums{"sums"};
    job_initiator_socket<bank_handover> drain{"drain"};

    vector_issuer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                  weight_loader& loader, activation_buffer& buffer, zero_point_adder& zero_points, accumulators& banks, probe* probe);
    SC_HAS_PROCESS(vector_issuer);

    void begin(const layer_job& job) override;
    /// Slots of the present layer up to its last issue, stalls and the barrier since the hand-over; the accelerator adds `ideal`,
    /// `mapping_loss` and the rest of the barrier when the layer ends.
    const slot_split& split() const { return split_; }
    std::uint64_t vectors_issued() const { return vectors_issued_; }
    /// Cycle of the hand-over.
    std::uint64_t started() const { return layer_start_; }
    /// Cycle of the layer's last issue so far; undefined before the first.
    std::uint64_t last_issue() const { return run_.last(); }
    bool idle() const { return layer_ == nullptr; }

private:
    void work();
    void run_layer();
    void request_fetch(std::size_t index);
    void issue(const tile& t, const loaded_tile& weights, std::uint64_t input_ready, std::uint64_t bank_free);
    void compute(const tile& t, const input_read& read);
    void stream(tile_job& job);
    const std::int16_t* whole_activations(const tile& t, const input_read& read);
    void report_stalls(const slot_bounds& bounds, std::uint64_t first);
    void report_tile(const tile& t, std::uint64_t first, std::uint64_t pace, const slot_split& before);

    const accelerator_config config_;
    const clock_domain clock_;
    engine_room& room_;
    weight_loader& loader_;
    activation_buffer& buffer_;
    zero_point_adder& zero_points_;
    accumulators& banks_;
    probe* const probe_;
    probe::signal state_signal_ = 0, tile_signal_ = 0, pace_signal_ = 0, tile_name_ = 0;
    probe::signal lost_to_outlier_ = 0, lost_to_input_ = 0, lost_to_hazard_ = 0;  ///< between the vectors of the tile
    const char* waits_for_ = "nothing";
    const layer_job* layer_ = nullptr;
    sc_core::sc_event begun_{"begun"};

    std::uint64_t layer_start_ = 0;
    slot_split split_;
    std::uint64_t vectors_issued_ = 0;
    std::uint64_t handovers_ = 0;
    issue_run run_;                     ///< the tile before
    std::uint64_t outlier_cycles_ = 1;  ///< its s
    std::vector<std::int32_t> partial_;
};

}  // namespace symmetree
