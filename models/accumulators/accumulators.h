#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/tile_jobs.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Two banks of `depth` vectors x trees accumulators. Takes the partial sums of a tile into the bank being filled; the
/// first K-slice writes without reading. Its tokens make a filled bank the requantizer's until it is drained. Passive.
class accumulators : public sc_core::sc_module {
public:
    job_target_socket<accumulators, tile_job> jobs;
    bank_tokens tokens;

    accumulators(const sc_core::sc_module_name& name, const accelerator_config& config);

    /// Which bank the coming jobs fill.
    void select_bank(int bank) { filling_ = bank; }
    /// The sums of a bank, [depth][stride()], exact; trees beyond the tile's channels hold anything.
    const std::int32_t* bank(int index) const { return banks_[index].data(); }
    int stride() const { return stride_; }
    const unit_counters& counters() const { return counters_; }

private:
    void b_transport(tile_job& job, sc_core::sc_time& delay);

    const accelerator_config config_;
    const int stride_;
    int filling_ = 0;
    std::vector<std::int32_t> banks_[2];
    unit_counters counters_;
};

}  // namespace symmetree
