#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <utility>
#include <vector>

#include "runs/run_plan.h"
#include "traces/study.h"

namespace symmetree {

enum class output_format { table, csv, json };

/// What `run` and `compare` share; the words mean the same in both.
struct run_options {
    std::string workload, scheme, weight_bits, activation_bits, seed = "1", batch = "1", jobs, format = "table", output, vcd, timeline,
                                                                cache_directory;
    std::vector<std::string> platforms;
    bool timing_only = false, no_check = false, no_cache = false;
};

boost::program_options::options_description run_option_words(run_options& options, bool several_platforms);

output_format format_of(const run_options& options);
weight_cache cache_of(const run_options& options);
int jobs_of(const run_options& options);
/// Images at a time, --batch; throws input_error.
int batch_of(const std::string& text);
/// A whole number, --seed; throws input_error.
std::uint64_t seed_of(const std::string& text);

/// What can't be written is refused now, not after minutes; so is one file, however spelt, for two options. Pairs of option and path; an
/// empty path is no file.
void require_files(const std::vector<std::pair<std::string, std::string>>& files);

/// What these words ask for. Throws input_error, also when a file that the run would write at its end can't be written.
run_plan plan_of(const run_options& options);

/// Prints to stdout, or writes the file whole.
void deliver(const run_options& options, const std::string& text);
/// The same for rows, in the format asked for.
void deliver_rows(const run_options& options, const study& rows);

}  // namespace symmetree
