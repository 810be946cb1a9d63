#pragma once

#include <string>
#include <vector>

#include "traces/study.h"

namespace symmetree {

/// The study that a report is made from: the results of one sweep, of one evaluation, or the runs and comparisons of all files put
/// together; ratios then refer to the baseline of the first file that has one. Throws input_error naming the file that is none of these.
study study_of_files(const std::vector<std::string>& files);

}  // namespace symmetree
