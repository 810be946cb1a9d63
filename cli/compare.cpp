#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "runs/run_points.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// The baseline's name in the reports: a platform compared, by its name or as it was given; the first one unless chosen.
std::string baseline_of(const run_options& options, const run_plan& plan, const std::string& chosen) {
    if (chosen.empty()) return plan.platforms.front();
    for (std::size_t i = 0; i < plan.platforms.size(); ++i)
        if (chosen == plan.platforms[i] || chosen == options.platforms[i]) return plan.platforms[i];
    throw input_error(
        diagnostic{"", 0, 0, "--baseline",
                   fmt::format("one of the platforms compared is wanted ({}), given '{}'", fmt::join(plan.platforms, ", "), chosen)});
}

}  // namespace

exit_code compare_command(const std::vector<std::string>& words) {
    run_options options;
    std::string baseline;
    auto known = run_option_words(options, true);
    known.add_options()("baseline", boost::program_options::value(&baseline), "platform that the ratios refer to (the first)");
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree compare --workload W --platform P1 --platform P2 ... [options]\nOne workload on several platforms, side by "
                     "side.\n"
                  << known;
        return exit_code::done;
    }
    const output_format format = format_of(options);
    const run_plan plan = plan_of(options);
    comparison result;
    result.baseline = baseline_of(options, plan, baseline);
    result.left_out = plan.left_out;
    result.runs = run_points(plan.requests, cache_of(options), jobs_of(options));
    switch (format) {
        case output_format::table: deliver(options, to_table(result)); break;
        case output_format::csv:
            deliver(options, to_csv(result));
            for (const std::string& line : result.left_out) std::fprintf(stderr, "symmetree: left out: %s\n", line.c_str());
            break;
        case output_format::json: deliver(options, to_json(result)); break;
    }
    exit_code code = exit_code::done;
    for (const report& run : result.runs) {
        if (run.passed()) continue;
        std::fprintf(stderr, "symmetree: %s differs from the reference: %s\n", run.platform.c_str(),
                     run.total().check.first_difference.c_str());
        code = exit_code::failed_check;
    }
    return code;
}

}  // namespace symmetree
