#pragma once

#include <string>
#include <vector>

#include "runs/evaluate.h"

namespace symmetree {

/// What an evaluation runs, and what it leaves out and why.
struct evaluation_plan {
    std::vector<evaluation_task> tasks;
    std::vector<std::string> left_out;
};

/// Every scheme on every platform that can run it, in each arithmetic; a platform's own scheme where none is given. Schemes are texts,
/// since a width that they do not give is the platform's. Throws input_error where nothing is left.
evaluation_plan plan_evaluation(const workload& network, const std::vector<platform_config>& platforms,
                                const std::vector<std::string>& schemes, const std::vector<vector_arithmetic>& arithmetics,
                                const network_options& options);

}  // namespace symmetree
