#include <algorithm>
#include <cstdio>
#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "platforms/run_points.h"
#include "traces/writers.h"

namespace symmetree {
namespace {

/// The baseline's name in the reports: a platform given on the command line, the first one unless chosen.
std::string baseline_of(const run_plan& plan, const std::string& chosen) {
    if (chosen.empty()) return plan.requests.front().platform.name;
    const std::string name = load_platform(chosen, platforms_directory()).name;
    const bool known = std::any_of(plan.requests.begin(), plan.requests.end(), [&](const run_request& r) { return r.platform.name == name; });
    if (!known) throw input_error(diagnostic{"", 0, 0, "--baseline", "'" + chosen + "' is none of the platforms compared"});
    return name;
}

}  // namespace

exit_code compare_command(const std::vector<std::string>& words) {
    run_options options;
    std::string baseline;
    auto known = run_option_words(options, true);
    known.add_options()("baseline", boost::program_options::value(&baseline), "platform that the ratios refer to (the first)");
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree compare --workload W --platform P1 --platform P2 ... [options]\nOne workload on several platforms, side by side.\n" << known;
        return exit_code::done;
    }
    const output_format format = format_of(options);
    const run_plan plan = plan_of(options);
    comparison result;
    result.baseline = baseline_of(plan, baseline);
    result.left_out = plan.left_out;
    result.runs = run_points(plan.requests, cache_of(options), jobs_of(options));
    switch (format) {
        case output_format::table: deliver(options, to_table(result)); break;
        case output_format::csv: deliver(options, to_csv(result)); break;
        case output_format::json: deliver(options, to_json(result)); break;
    }
    exit_code code = exit_code::done;
    for (const report& run : result.runs) {
        if (run.passed()) continue;
        std::fprintf(stderr, "symmetree: %s differs from the reference: %s\n", run.platform.c_str(), run.total().check.first_difference.c_str());
        code = exit_code::failed_check;
    }
    return code;
}

}  // namespace symmetree
