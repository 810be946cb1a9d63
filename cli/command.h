#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "core/error.h"

namespace symmetree {

/// Where the shipped files are: $SYMMETREE_DATA, else the source tree that the program was built from.
std::string networks_directory();
std::string platforms_directory();
std::string cost_directory();

/// Parses a subcommand's words; wrong use is an input_error that names the option.
boost::program_options::variables_map parse_command(const boost::program_options::options_description& options,
                                                    const std::vector<std::string>& words);

/// A whole number of an option, in [low, high]; throws input_error.
int option_number(const std::string& option, const std::string& text, int low, int high);

/// The subcommands; each gets the words after its name and returns the exit code.
exit_code run_command(const std::vector<std::string>& words);
exit_code compare_command(const std::vector<std::string>& words);
exit_code describe_command(const std::vector<std::string>& words);
exit_code list_command(const std::vector<std::string>& words);

}  // namespace symmetree
