#pragma once

#include <string>
#include <vector>

#include "core/output_file.h"
#include "traces/figures.h"

namespace symmetree {

/// What gnuplot writes to its standard output for these commands. Throws input_error where the program is missing or refuses.
/// No shell and no file name is involved.
std::string run_gnuplot(const std::string& script);

/// Every figure as `name`.svg and `name`.png.
std::vector<named_content> drawn(const std::vector<figure>& figures);

}  // namespace symmetree
