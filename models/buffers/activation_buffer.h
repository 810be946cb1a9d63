#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/buffers/bank_memory.h"
#include "models/buffers/im2col_math.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/buffer_jobs.h"
#include "models/contract/layer_job.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Double-buffered SRAM for packed raw input; supplies one im2col vector per R cycles (how its banks can: docs/timing-model.md,
/// "Input"). Reads wait in the caller's thread until the input is there (a memory may). What a bank holds is unpacked once and kept as
/// vectors: a matter of the simulation's speed, the bytes of the bank are the only source. Readers share the vectors' ownership.
class activation_buffer : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<activation_buffer> fill{"fill"};
    job_target_socket<activation_buffer, input_bank_opening> openings;
    job_target_socket<activation_buffer, input_read> reads;
    job_target_socket<activation_buffer, outlier_inputs_read> outlier_reads;  ///< counts what crosses; values come by `reads`

    activation_buffer(const sc_core::sc_module_name& name, const buffer_config& config, const clock_domain& clock, probe* probe);

    const memory_counters& counters() const { return counters_; }

private:
    using vector_codes = std::shared_ptr<const std::vector<std::int16_t>>;
    struct bank {
        input_bank_opening content;
        std::uint64_t wanted = 0, arrived = 0;
        std::uint64_t ready_cycle = 0;                                 ///< when the last byte arrived
        std::vector<std::int16_t> rows;                                ///< unpacked on first use
        std::map<std::pair<std::int32_t, int>, vector_codes> vectors;  ///< by k-block and piece
    };
    void open(input_bank_opening& opening, sc_core::sc_time& delay);
    void write(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    void read(input_read& request, sc_core::sc_time& delay);
    void read_for_outliers(outlier_inputs_read& request, sc_core::sc_time& delay);
    const vector_codes& vectors_of(bank& b, const input_read& request, int stride);

    bank_memory memory_;
    const clock_domain clock_;
    probe* const probe_;
    std::array<probe::signal, 2> level_{};
    std::array<bank, 2> banks_;
    const bank* watched_ = nullptr;
    sc_core::sc_event arrived_{"arrived"};
    memory_counters counters_;
};

}  // namespace symmetree
