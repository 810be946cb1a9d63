#pragma once

#include "tests/rtl/core/core_bench.h"

namespace symmetree {

/// Simulates the layers with the SystemC models in this process, once, and records tiles, drains and sums.
core_record simulated_record(const prepared_run& run);

}  // namespace symmetree
