#include "runs/evaluation_plan.h"

#include <fmt/format.h>

namespace symmetree {
namespace {

std::vector<scheme> schemes_on(const platform_config& platform, const std::vector<std::string>& texts) {
    std::vector<scheme> schemes;
    for (const std::string& text : texts) schemes.push_back(parse_scheme(text, platform.array.weight_bits, platform.array.activation_bits));
    if (schemes.empty()) schemes.push_back(platform.default_scheme);
    return schemes;
}

}  // namespace

evaluation_plan plan_evaluation(const workload& network, const std::vector<platform_config>& platforms,
                                const std::vector<std::string>& schemes, const std::vector<vector_arithmetic>& arithmetics,
                                const network_options& options) {
    evaluation_plan plan;
    diagnostics problems;
    for (const platform_config& platform : platforms)
        for (const scheme& s : schemes_on(platform, schemes)) {
            try {
                require_runnable(network, platform, s, options);
                for (const vector_arithmetic v : arithmetics) plan.tasks.push_back({platform, s, v, {}});
            } catch (const input_error& e) {
                plan.left_out.push_back(fmt::format("{} on {}: {}", to_string(s), platform.name, e.problems().front().message));
                for (const diagnostic& d : e.problems()) problems.add(d);
            }
        }
    if (plan.tasks.empty()) problems.throw_if_any();
    return plan;
}

}  // namespace symmetree
