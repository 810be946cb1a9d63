#include "runs/run_plan.h"

#include <fmt/format.h>

namespace symmetree {
namespace {

std::vector<std::optional<int>> each_width(const std::optional<width_range>& range) {
    if (!range) return {std::nullopt};
    std::vector<std::optional<int>> widths;
    for (int w = range->first; w <= range->last; ++w) widths.emplace_back(w);
    return widths;
}

scheme scheme_for(const platform_config& platform, const std::string& text, std::optional<int> weight_bits,
                  std::optional<int> activation_bits) {
    if (text.empty()) return platform.default_scheme;
    scheme s = parse_scheme(text, platform.array.weight_bits, platform.array.activation_bits);
    if (weight_bits) s.weight_bits = *weight_bits;
    if (activation_bits) s.activation_bits = *activation_bits;
    return s;
}

}  // namespace

run_plan plan_runs(const run_request& common, const std::vector<platform_config>& platforms, const std::string& scheme_text,
                   const std::optional<width_range>& weight_bits, const std::optional<width_range>& activation_bits) {
    run_plan plan;
    const bool range = (weight_bits && weight_bits->is_range) || (activation_bits && activation_bits->is_range);
    for (const platform_config& base : platforms) {
        plan.platforms.push_back(base.name);
        for (const std::optional<int> w : each_width(weight_bits))
            for (const std::optional<int> a : each_width(activation_bits)) {
                run_request request = common;
                try {
                    request.platform = with_widths(base, w, a);
                    request.asked_scheme = scheme_for(request.platform, scheme_text, w, a);
                } catch (const input_error& e) {
                    if (!range) throw input_error(diagnostic{"", 0, 0, "platform " + base.name, e.what()});
                    plan.left_out.push_back(fmt::format("{} at {} x {} (W x A): {}", base.name, w.value_or(base.array.weight_bits),
                                                        a.value_or(base.array.activation_bits), e.what()));
                    continue;
                }
                plan.requests.push_back(std::move(request));
            }
    }
    if (plan.requests.empty())
        throw input_error(diagnostic{"", 0, 0, "--weight-bits", "no platform can run at these widths: " + plan.left_out.front()});
    return plan;
}

}  // namespace symmetree
