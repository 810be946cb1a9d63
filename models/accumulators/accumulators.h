#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "core/counters.h"
#include "models/accumulators/write_arbiter.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/bank_contents_if.h"
#include "models/contract/tile_jobs.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Two banks of `depth` vectors x trees accumulators behind one port. The port takes sums from `writers` writers, those of one instant in
/// the order of write_arbiter; a first slice writes without reading, so its writer is the lowest of a bank. Passive.
class accumulators : public sc_core::sc_module, public accumulator_sums_if {
public:
    job_target_socket<accumulators, accumulator_write> writes;
    sc_core::sc_export<accumulator_sums_if> contents{"contents"};

    accumulators(const sc_core::sc_module_name& name, const accelerator_config& config, int writers = 1);

    const std::int32_t* sums(int bank) const override { return banks_[bank].data(); }
    int stride() const override { return stride_; }
    /// vectors: sums taken in from one writer, over all trees.
    const unit_counters& counters(int writer) const { return counters_[std::size_t(writer)]; }

private:
    void b_transport(accumulator_write& write, sc_core::sc_time& delay);
    void take_in(const accumulator_write& write);

    const int stride_;
    write_arbiter arbiter_;
    std::vector<std::int32_t> banks_[2];
    std::vector<unit_counters> counters_;  ///< by writer
};

}  // namespace symmetree
