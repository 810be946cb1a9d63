#pragma once

#include <systemc>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/tile_jobs.h"
#include "models/shift_lut/shift_math.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Trees of shifters (pot) or of shift-and-table products (post) in place of multipliers; one product per lane and
/// cycle. Activations are magnitudes with a sign, zero point 0. Passive. Timing: docs/timing-model.md, "Array".
class shift_lut_array : public sc_core::sc_module {
public:
    job_target_socket<shift_lut_array, tile_load> loads;
    job_target_socket<shift_lut_array, tile_job> jobs;

    shift_lut_array(const sc_core::sc_module_name& name, const accelerator_config& config);

    const unit_counters& counters() const { return counters_; }

private:
    void load(tile_load& job, sc_core::sc_time& delay);
    void stream(tile_job& job, sc_core::sc_time& delay);
    void prepare_table(const layer_job& layer);

    /// Which codes and activations the table covers.
    struct shift_format {
        int code_bits = 0, activation_bits = 0;
        bool activations_unsigned = false;
        bool operator==(const shift_format& o) const {
            return code_bits == o.code_bits && activation_bits == o.activation_bits && activations_unsigned == o.activations_unsigned;
        }
    };

    const accelerator_config config_;
    shift_tile registers_[2];  ///< in use and shadow, in turn
    unsigned loaded_ = 0, streamed_ = 0;
    product_table table_;
    shift_format table_of_{};  ///< what the table was made for
    unit_counters counters_;
};

}  // namespace symmetree
