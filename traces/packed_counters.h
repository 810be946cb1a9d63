#pragma once

#include <string>

#include "traces/report.h"

namespace symmetree {

/// Everything of a report but what price() puts into it anew: a tenth of its JSON. Energies, area, table and label come back empty.
std::string packed_counters(const report& r);
/// Throws input_error when the bytes are no such thing.
report report_from_counters(const std::string& bytes);

}  // namespace symmetree
