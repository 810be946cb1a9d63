#pragma once

#include <systemc>
#include <vector>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/tile_jobs.h"
#include "models/sparse/sparse_math.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Sparse lanes beside the array, in lock-step with it: each takes an outlier, selects its activation from the present
/// vector, multiplies, shifts and adds into the tree's gathered sum. Passive. Timing: docs/timing-model.md, "Outliers".
class sparse_outlier_unit : public sc_core::sc_module {
public:
    job_target_socket<sparse_outlier_unit, outlier_load> loads;
    job_target_socket<sparse_outlier_unit, tile_job> jobs;

    sparse_outlier_unit(const sc_core::sc_module_name& name, const accelerator_config& config);

    /// vectors: outlier products, summed over the lanes; loads: outliers loaded.
    const unit_counters& counters() const { return counters_; }
    /// vectors: sums taken by the trees' bank adders.
    const unit_counters& bank_adders() const { return bank_adders_; }

private:
    void load(outlier_load& job, sc_core::sc_time& delay);
    void stream(tile_job& job, sc_core::sc_time& delay);

    const accelerator_config config_;
    std::vector<tile_outlier> registers_[2];  ///< in use and shadow, in turn
    std::uint64_t bank_additions_[2] = {};    ///< of the same tiles, per vector
    unsigned loaded_ = 0, streamed_ = 0;
    unit_counters counters_, bank_adders_;
};

}  // namespace symmetree
