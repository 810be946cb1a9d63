#pragma once

#include "models/cost/cost_table.h"
#include "platforms/prepare.h"

namespace symmetree {

/// Sizes of the on-chip memories, both banks, and the clock.
priced_platform priced(const platform_config& config);

/// The platform's cost table: the request's own, else loaded. Throws input_error when it can't be read, or with every row
/// that pricing the run will ask for and the table does not have: known before anything is simulated.
cost_table prices_of(const run_request& request);

}  // namespace symmetree
