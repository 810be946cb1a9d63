#pragma once

#include <systemc>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/tile_jobs.h"
#include "models/dense_array/dense_math.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Weight-stationary array of multiplier trees; serves one tile job at a time. `pre_subtract` forms W - z in each lane, `port_subtract`
/// on the way in; the codes of `widened` arrive with z folded in; those of listed levels pass a table on their way in. Passive.
/// Timing: docs/timing-model.md, "Array".
class dense_mac_array : public sc_core::sc_module {
public:
    job_target_socket<dense_mac_array, tile_load> loads;
    job_target_socket<dense_mac_array, tile_job> jobs;

    dense_mac_array(const sc_core::sc_module_name& name, const accelerator_config& config);

    /// Vectors and loads so far, summed over the trees.
    const unit_counters& counters() const { return counters_; }
    /// What changed codes on their way in: decoders of listed levels or subtractors of zero points. Vectors: words of the weight port where
    /// they stand there, else rows of a tile. Loads: tables of levels.
    const unit_counters& at_port() const { return at_port_; }

private:
    void load(tile_load& job, sc_core::sc_time& delay);
    void stream(tile_job& job, sc_core::sc_time& delay);
    void count_decoding(const tile_load& job);
    void count_words(const tile_load& job, int instances);
    void unpack(const tile_load& job);
    void prepare_row(const layer_job& layer, const tile& t, int tree, std::int16_t* row) const;

    const accelerator_config config_;
    packed_tile registers_[2];         ///< in use and shadow, in turn
    std::vector<std::int16_t> codes_;  ///< of the tile being loaded, [tree][lane]
    unsigned loaded_ = 0, streamed_ = 0;
    unit_counters counters_, at_port_;
};

}  // namespace symmetree
