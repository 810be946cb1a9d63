#pragma once

#include <memory>

#include "runs/prepare.h"
#include "traces/recording.h"

namespace symmetree {

/// What the models of a run report to; null where no trace is wanted. Throws input_error where one can't be written.
std::unique_ptr<recording> recording_for(const run_request& request);

/// Writes every trace that was asked for, after the run; throws input_error.
void write_traces(const run_request& request, recording& seen);

}  // namespace symmetree
