#pragma once

#include <string>
#include <vector>

namespace symmetree {

/// What another program wrote and how it ended.
struct program_result {
    int code = 0;  ///< exit code; 128 + signal when one ended it
    std::string out, err;
};

/// Runs `words`: the program, found by PATH, and its arguments, which no shell sees. Throws input_error when there is no such program,
/// with `package`, the one of Debian that has it.
program_result run_program(const std::vector<std::string>& words, const std::string& input = "", const std::string& package = "");

}  // namespace symmetree
