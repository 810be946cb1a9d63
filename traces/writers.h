#pragma once

#include <string>

#include "traces/report.h"

namespace symmetree {

// Pure functions: the same value gives the same bytes, whatever the locale. Every field: docs/report-format.md.

/// For reading: header, per-layer tables with a total row each, totals with their units, effective configuration.
std::string to_table(const report& r);
/// One header line, one row per layer and a row `total`; the same columns on every platform.
std::string to_csv(const report& r);
/// Everything, units and counters included; doubles in their shortest round-trip form.
std::string to_json(const report& r);

/// What stands where, of a run that keeps something in a scratchpad; empty for any other.
std::string places_to_table(const report& r);

/// One row per run with ratios to the baseline, then where cycles, energy and area go.
std::string to_table(const comparison& c);
std::string to_csv(const comparison& c);
std::string to_json(const comparison& c);

/// The run that to_json() wrote, every field and every bit of its doubles; throws input_error on anything else.
report report_from_json(const std::string& json);
/// The same for a comparison; the JSON of a run is a comparison of one, without a baseline.
comparison comparison_from_json(const std::string& json);

}  // namespace symmetree
