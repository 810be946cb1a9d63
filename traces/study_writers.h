#pragma once

#include <string>

#include "traces/study.h"

namespace symmetree {

// Pure functions of a study, whatever the locale: docs/report-page.md. Names are data in every format.

/// Every column and, with a baseline, the ratios to it: values unscaled and exact, absent ones empty.
std::string to_csv(const study& original);
/// The columns by which designs are judged as a GitHub-flavoured table, what all points share, and the notes.
std::string to_markdown(const study& original);
/// The same as a `table` environment for the package booktabs.
std::string to_latex(const study& original);

}  // namespace symmetree
