#pragma once

#include <string>

#include "platforms/platform_config.h"

namespace symmetree {

/// Settles what a platform leaves to the run, once the run's layers are planned: the accumulators, whose widest layer needs `needed_bits`,
/// a clock that may follow from them, and a memory
/// whose cycles follow from the clock. Throws input_error as settle_clock().
void settle(platform_config& platform, int needed_bits, const std::string& cost_directory);

}  // namespace symmetree
