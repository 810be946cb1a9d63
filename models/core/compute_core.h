#pragma once

#include <optional>
#include <systemc>
#include <tlm>

#include "core/probe.h"
#include "models/accumulators/accumulators.h"
#include "models/activity/layer_result.h"
#include "models/buffers/activation_buffer.h"
#include "models/buffers/output_buffer.h"
#include "models/buffers/weight_buffer.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/job_engine_if.h"
#include "models/contract/vector_stream.h"
#include "models/dense_array/dense_mac_array.h"
#include "models/issue/vector_issuer.h"
#include "models/issue/weight_loader.h"
#include "models/requantizer/requantizer.h"
#include "models/shift_lut/shift_lut_array.h"
#include "models/sparse/decoupled_outlier_engine.h"
#include "models/sparse/sparse_outlier_unit.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"
#include "models/zero_point/zero_point_adder.h"

namespace symmetree {

/// One array with all that feeds and drains it: works through whole layers. What it did is a value that adds up over several cores.
class compute_core : public sc_core::sc_module, public layer_engine_if {
public:
    sc_core::sc_export<layer_engine_if> start{"start"};
    tlm::tlm_target_socket<> weights{"weights"}, activations{"activations"}, outputs{"outputs"};  ///< the DMA's ways to the buffers
    job_outlet<transfer> dma{"dma"};
    /// Engines beside the array that follow its vectors.
    sc_core::sc_port<vector_stream_reader, 0, sc_core::SC_ZERO_OR_MORE_BOUND> readers{"readers"};

    compute_core(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, engine_room& room,
                 probe* probe);

    void begin(const layer_job& job) override;
    void prepare(const layer_job& next) override { weight_loader_.prepare(next); }
    const sc_core::sc_event& finished() const override { return requantizer_.finished(); }
    bool idle() const { return weight_loader_.idle() && vector_issuer_.idle() && requantizer_.idle(); }

    /// Activity of the core's units and memories since the start of simulation.
    engine_counts totals() const;
    /// Where the slots of the layer went that ran from `began` to `ended`.
    slot_split split(const layer_job& job, std::uint64_t began, std::uint64_t ended) const;
    /// Outliers of the last layer.
    const outlier_tally& tally() const { return weight_loader_.tally(); }
    /// Shows the corrected sums of every drained block to `watch`; null for none. For checks, not for pricing.
    void watch(drain_watch* watch) { requantizer_.watch(watch); }

private:
    void bind_all();
    void bind_main_array();
    void bind_outlier_engine();
    unit_counters done_by(unit_kind unit) const;
    memory_counters done_by(memory_kind memory) const;

    const accelerator_config config_;
    weight_buffer weight_buffer_;
    activation_buffer activation_buffer_;
    output_buffer output_buffer_;
    dense_mac_array multipliers_;  ///< the array, or the side array of a shift platform
    shift_lut_array shifters_;     ///< idle on a multiplier platform
    zero_point_adder zero_point_adder_;
    sparse_outlier_unit sparse_unit_;
    std::optional<decoupled_outlier_engine> outlier_engine_;  ///< on platforms whose sparse lanes set their own pace
    accumulators accumulators_;
    weight_loader weight_loader_;
    vector_issuer vector_issuer_;
    requantizer requantizer_;
};

}  // namespace symmetree
