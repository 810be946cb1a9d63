#pragma once

#include "runs/prepare.h"
#include "traces/report.h"

namespace symmetree {

/// Simulates a prepared run and prices it. One simulation per process: the kernel allows no second elaboration.
/// Throws model_fault, and input_error when a trace can't be written or the cost table lacks a row, both before the simulation.
report simulate(const prepared_run& run);

}  // namespace symmetree
