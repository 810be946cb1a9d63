#pragma once

#include <string>

#include "models/cost/cost_table.h"
#include "platforms/platform_config.h"

namespace symmetree {

/// The table whose delays set the platform's clock: its auto clock's own, else its cost table.
const std::string& clock_table_of(const platform_config& config);

/// Sets clock_hz and the reason of a platform whose clock is auto, for the widths and units that it has now; leaves others alone.
/// A memory whose speed is auto follows (settle_memory).
///   clock = 1 / (slowest unit's delay * (1 + margin))
/// Throws input_error when `delays` (clock_table_of) has no delay for a unit, or the clock would leave the range of clock_hz.
void settle_clock(platform_config& config, const cost_table& delays);

}  // namespace symmetree
