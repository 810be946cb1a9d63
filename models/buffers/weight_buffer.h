#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/counters.h"
#include "core/probe.h"
#include "models/buffers/bank_memory.h"
#include "models/contract/accelerator_config.h"
#include "models/contract/buffer_jobs.h"
#include "models/tlm/engine.h"
#include "models/tlm/job_socket.h"

namespace symmetree {

/// Double-buffered SRAM for packed weight codes and outlier streams. Reads wait in the caller's thread until the bytes are there (a memory
/// may); how long they then take through the port is answered and the reader's to wait for. Filled by the DMA over generic payload.
class weight_buffer : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<weight_buffer> fill{"fill"};
    job_target_socket<weight_buffer, weight_bank_opening> openings;
    job_target_socket<weight_buffer, weight_read> reads;

    weight_buffer(const sc_core::sc_module_name& name, const accelerator_config& config, const clock_domain& clock, probe* probe);

    const memory_counters& counters() const { return counters_; }

private:
    /// What has come of a part of a bank's content, and when.
    struct arrivals {
        std::uint64_t bytes = 0;
        std::vector<std::pair<std::uint64_t, std::uint64_t>> log;  ///< bytes so far, cycle

        void add(std::uint64_t more, std::uint64_t cycle) { log.emplace_back(bytes += more, cycle); }
        /// The cycle that brought the last of the first `wanted` bytes, which are there.
        std::uint64_t cycle_of(std::uint64_t wanted) const;
    };
    struct bank {
        std::uint64_t dense_bytes = 0, outlier_bytes = 0;
        arrivals dense, outliers;
    };
    void open(weight_bank_opening& opening, sc_core::sc_time& delay);
    void write(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    void read(weight_read& request, sc_core::sc_time& delay);
    std::uint64_t cross_port(const weight_read& request);
    void wait_until(const arrivals& arrived, std::uint64_t wanted);

    const accelerator_config config_;
    bank_memory memory_;
    const clock_domain clock_;
    probe* const probe_;
    std::array<probe::signal, 2> level_{};
    std::array<bank, 2> banks_;
    const arrivals* watched_ = nullptr;  ///< the reader sleeps until it has `watermark_` bytes
    std::uint64_t watermark_ = 0;
    sc_core::sc_event arrived_{"arrived"};
    memory_counters counters_;
};

}  // namespace symmetree
