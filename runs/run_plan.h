#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/prepare.h"

namespace symmetree {

/// Widths of array and scheme, from the first to the last.
struct width_range {
    int first = 4, last = 4;
    bool is_range = false;  ///< written as one: widths that a platform can't have are left out then
};

/// The points to simulate: platforms x widths, in that order, and what was left out of a range and why.
struct run_plan {
    std::vector<std::string> platforms;  ///< names, in the order given
    std::vector<run_request> requests;
    std::vector<std::string> left_out;
};

/// `common` has everything but platform and scheme. Widths that are absent, and with an empty text the scheme, are the platform's own.
/// Throws input_error: a width that a platform can't have, nothing left to run.
run_plan plan_runs(const run_request& common, const std::vector<platform_config>& platforms, const std::string& scheme_text,
                   const std::optional<width_range>& weight_bits, const std::optional<width_range>& activation_bits);

}  // namespace symmetree
