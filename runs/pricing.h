#pragma once

#include "models/cost/cost_table.h"
#include "runs/prepare.h"
#include "traces/report.h"

namespace symmetree {

/// Sizes of the on-chip memories, both banks, the kind of the DRAM and the clock.
priced_platform priced(const platform_config& config);

/// The platform's cost table: the request's own, else loaded. Throws input_error when it can't be read, or with every row
/// that pricing the run will ask for and the table does not have: known before anything is simulated.
cost_table prices_of(const run_request& request);

/// `config` as a run of layers alone is charged for it: without the unit that works between layers.
platform_config without_vector_unit(platform_config config);

/// Puts energy, area, clock, table and configuration of `config` into a finished run, and takes out the counters of a vector unit that had
/// nothing to do: the run is not charged for it. `config` may differ from the one that was simulated in clock_hz and cost_table only.
void price(report& r, const platform_config& config, const cost_table& table);

/// `config` with what was settled in `simulated`, a run of the same simulation: the accumulators where they are auto, and a clock that
/// may follow from them.
platform_config settled_as(platform_config config, const report& simulated);

/// The configuration but for what only pricing reads: two platforms of equal text run in the same cycles and, where the clock is auto,
/// at the same clock for the same reason.
std::string configuration_that_is_simulated(platform_config config);

}  // namespace symmetree
