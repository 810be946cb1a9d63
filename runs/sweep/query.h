#pragma once

#include <string>

#include "traces/study.h"

namespace symmetree {

/// The rows of one SELECT over a result file, which is opened for reading only. Throws input_error with SQLite's words.
study query_rows(const std::string& path, const std::string& sql);

}  // namespace symmetree
