#pragma once

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "core/enumerators.h"
#include "core/error.h"
#include "traces/figures.h"

namespace symmetree {

/// Where the shipped files are: $SYMMETREE_DATA, else the source tree that the program was built from.
std::string networks_directory();
std::string platforms_directory();
std::string cost_directory();

/// Parses a subcommand's words; wrong use is an input_error that names the option. Words without an option's name belong to
/// `positional`: to each of its options in turn, all that are left to the last one if `last_takes_all`.
boost::program_options::variables_map parse_command(const boost::program_options::options_description& options,
                                                    const std::vector<std::string>& words, const std::vector<const char*>& positional = {},
                                                    bool last_takes_all = false);

/// A whole number of an option, in [low, high]; throws input_error.
int option_number(const std::string& option, const std::string& text, int low, int high);
/// The value of an option that takes the name of an enumerator. Throws input_error.
template <class Enumeration>
Enumeration option_choice(const std::string& option, const std::string& text) {
    if (const auto found = enumerator_named<Enumeration>(text)) return *found;
    throw input_error(diagnostic{"", 0, 0, option, fmt::format("one of {} is wanted, given '{}'", names_of<Enumeration>(), text)});
}

/// What a figure's file name asks for, .svg or .png; throws input_error.
figure_format figure_format_of(const std::string& option, const std::string& path);

/// The subcommands; each gets the words after its name and returns the exit code.
exit_code run_command(const std::vector<std::string>& words);
exit_code evaluate_command(const std::vector<std::string>& words);
exit_code compare_command(const std::vector<std::string>& words);
exit_code cost_command(const std::vector<std::string>& words);
exit_code describe_command(const std::vector<std::string>& words);
exit_code sweep_command(const std::vector<std::string>& words);
exit_code reprice_command(const std::vector<std::string>& words);
exit_code quantize_command(const std::vector<std::string>& words);
exit_code query_command(const std::vector<std::string>& words);
exit_code pareto_command(const std::vector<std::string>& words);
exit_code list_command(const std::vector<std::string>& words);
exit_code analyze_command(const std::vector<std::string>& words);
exit_code report_command(const std::vector<std::string>& words);

}  // namespace symmetree
