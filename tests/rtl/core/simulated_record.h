#pragma once

#include "tests/rtl/core/core_bench.h"

namespace symmetree {

/// Simulates the layers with the SystemC models in this process, once, and records tiles and drains. `watch` may be null.
core_record simulated_record(const prepared_run& run, drain_watch* watch = nullptr);

}  // namespace symmetree
