#pragma once

#include <string>

#include "traces/study.h"

namespace symmetree {

/// Rows as they are, for `query` and `pareto`: every column, units in the heading, reals to six digits.
std::string rows_as_table(const study& s);
/// An array of objects by column name; reals in their shortest round-trip form, absent values null.
std::string rows_as_json(const study& s);

}  // namespace symmetree
