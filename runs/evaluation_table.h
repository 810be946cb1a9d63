#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runs/evaluation_plan.h"
#include "traces/accuracy.h"

namespace symmetree {

/// What an evaluation rests on beside its input, in words.
struct evaluation_sources {
    std::string images;                   ///< name of the set that was evaluated
    std::string calibration;              ///< name of the set that steps were chosen on
    std::int64_t calibration_images = 0;  ///< 0: none were wanted
    std::string adapters;                 ///< where they come from
};

/// What the numbers rest on, one sentence each; with everything that the plan left out.
std::vector<std::string> evaluation_notes(const evaluation_input& input, const evaluation_plan& plan, const evaluation_result& result,
                                          const evaluation_sources& from);

/// One row for the float network and one per task.
accuracy_table accuracy_of(const evaluation_input& input, const evaluation_plan& plan, const evaluation_result& result,
                           const std::vector<std::string>& notes);

}  // namespace symmetree
