#pragma once

#include <vector>

#include "runs/prepare.h"
#include "traces/report.h"

namespace symmetree {

/// Runs every request in a process of its own (the kernel allows one elaboration per process), at most `jobs` at a time,
/// and returns the reports in the order asked. Weights that are not in the cache are fitted first, by one process that
/// may use threads; without a cache they are kept in a temporary folder for the length of the call.
/// The caller must not have started threads. Throws what a child threw: input_error with all problems, or model_fault.
std::vector<report> run_points(std::vector<run_request> requests, const weight_cache& cache, int jobs);

/// Refuses, before any process starts, the layers whose scheme a platform can't run. Throws input_error with all of them.
void require_runnable_alone(const std::vector<run_request>& requests);

}  // namespace symmetree
