#pragma once

#include <string>

#include "traces/study.h"

namespace symmetree {

/// The study as one self-contained page: docs/report-page.md. A pure function; names are data and never become markup.
std::string to_html(const study& original);

}  // namespace symmetree
