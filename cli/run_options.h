#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "platforms/prepare.h"

namespace symmetree {

enum class output_format { table, csv, json };

/// What `run` and `compare` share; the words mean the same in both.
struct run_options {
    std::string workload, scheme, weight_bits, activation_bits, seed = "1", jobs, format = "table", output, vcd, timeline, cache_directory;
    std::vector<std::string> platforms;
    bool timing_only = false, no_check = false, no_cache = false;
};

boost::program_options::options_description run_option_words(run_options& options, bool several_platforms);

output_format format_of(const run_options& options);
weight_cache cache_of(const run_options& options);
int jobs_of(const run_options& options);

/// The points to simulate: platforms x widths, in that order, and what was left out of a range and why.
struct run_plan {
    std::vector<std::string> platforms;  ///< names, in the order of the options
    std::vector<run_request> requests;
    std::vector<std::string> left_out;
};
/// Throws input_error, also when a file that the run would write at its end can't be written.
run_plan plan_of(const run_options& options);

/// Prints to stdout, or writes the file whole.
void deliver(const run_options& options, const std::string& text);

}  // namespace symmetree
