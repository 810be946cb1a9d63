#include <cstdio>
#include <iostream>

#include "cli/command.h"
#include "cli/run_options.h"
#include "runs/run_points.h"
#include "traces/writers.h"

namespace symmetree {

exit_code run_command(const std::vector<std::string>& words) {
    run_options options;
    const auto known = run_option_words(options, false);
    if (parse_command(known, words).count("help")) {
        std::cout << "symmetree run --workload W --platform P [options]\nOne workload on one platform, layer by layer.\n" << known;
        return exit_code::done;
    }
    const output_format format = format_of(options);
    const run_plan plan = plan_of(options);
    if (plan.requests.size() != 1)
        throw input_error(diagnostic{"", 0, 0, "run", "one platform at one width is wanted; compare takes several"});
    const report result = run_points(plan.requests, cache_of(options), jobs_of(options)).front();
    switch (format) {
        case output_format::table: deliver(options, to_table(result)); break;
        case output_format::csv: deliver(options, to_csv(result)); break;
        case output_format::json: deliver(options, to_json(result)); break;
    }
    if (result.passed()) return exit_code::done;
    std::fprintf(stderr, "symmetree: the accelerator differs from the reference: %s\n", result.total().check.first_difference.c_str());
    return exit_code::failed_check;
}

}  // namespace symmetree
