#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "runs/sweep/result_store.h"

namespace symmetree {

/// A sweep as a Slurm job array: task K runs part K of the sweep into a file of its own beside the results.
/// Everything named here is on a file system that the nodes share.
struct slurm_job {
    std::string program;  ///< this program
    std::string spec, output;
    std::string partition;  ///< empty: the default one
    int shards = 1;
    std::vector<std::string> arguments;  ///< further options of `sweep`
};

/// Submits the array (or finds the one that an interrupted call left), waits for it, submits again the tasks that were lost,
/// and merges their files into `store`. Throws input_error with Slurm's own words when it refuses, or when tasks are lost
/// three times. When `stop` becomes true the array is cancelled.
void run_on_slurm(const slurm_job& job, result_store& store, const std::atomic<bool>& stop,
                  const std::function<void(const std::string&)>& tell);

}  // namespace symmetree
