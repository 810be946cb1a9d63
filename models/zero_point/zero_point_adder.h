#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "core/counters.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/bank_contents_if.h"
#include "models/contract/tile_jobs.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// The row_sum variant: one adder tree over the activations, shared by all trees. `every_cycle` subtracts z * sum(x) from each
/// vector's partial sums; `at_drain` gathers the sums over the K-slices of an accumulator bank for the requantizer.
/// Passive; its pipeline stage is paid per hand-over: docs/timing-model.md, "Drain". The other two variants live in the array
/// (pre_subtract) and in the codes (widened).
class zero_point_adder : public sc_core::sc_module, public row_sums_if {
public:
    job_target_socket<zero_point_adder, tile_job> jobs;
    sc_core::sc_export<row_sums_if> contents{"contents"};

    zero_point_adder(const sc_core::sc_module_name& name, const accelerator_config& config);

    /// Meaningful with `at_drain` only.
    const std::int64_t* row_sums(int bank) const override { return sums_[bank].data(); }
    const unit_counters& sum_tree() const { return sum_tree_; }
    const unit_counters& corrections() const { return corrections_; }

private:
    void b_transport(tile_job& job, sc_core::sc_time& delay);

    const accelerator_config config_;
    std::vector<std::int64_t> sums_[2];
    std::vector<std::int32_t> present_;
    unit_counters sum_tree_, corrections_;
};

}  // namespace symmetree
