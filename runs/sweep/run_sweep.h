#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "runs/sweep/sweep_plan.h"

namespace symmetree {

/// How a sweep is run; what it computes is in its plan.
struct sweep_limits {
    int jobs = 1;                          ///< simulations at a time
    double point_timeout_s = 0;            ///< of one simulation; 0: none
    std::uint64_t point_memory_bytes = 0;  ///< of one simulation, beside the simulated DRAM's capacity; 0: no limit
};

/// Told after every finished simulation and at least once per second.
struct sweep_progress {
    std::uint64_t done = 0, refused = 0, failed = 0;  ///< points
    std::uint64_t total = 0;
    std::uint64_t before = 0;  ///< settled when the sweep began or went on
    std::string best;          ///< "energy_j 8.4e-05: platform symq, trees 16"
};

/// Runs what is not settled in `store`: one simulation per process, its points priced in that process, every finished
/// simulation recorded at once. A simulation that crashes, hangs or runs out of memory is recorded with its reason.
/// Returns early, with everything finished recorded, when `stop` becomes true. The caller must not have started threads.
sweep_progress run_sweep(const sweep_space& space, const sweep_plan& plan, result_store& store, const weight_cache& cache,
                         const sweep_limits& limits, const std::atomic<bool>& stop, const std::function<void(const sweep_progress&)>& tell);

}  // namespace symmetree
