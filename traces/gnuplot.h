#pragma once

#include <string>

namespace symmetree {

/// What gnuplot writes to its standard output for these commands. Throws input_error where the program is missing or refuses.
/// No shell and no file name is involved.
std::string run_gnuplot(const std::string& script);

}  // namespace symmetree
