#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "traces/study.h"

namespace symmetree {

/// A column and which way it is better.
struct objective {
    std::string column;
    bool maximize = false;
};

/// Rows that no other row betters in one objective without being worse in another, in the order of the objectives;
/// of rows equal in all objectives the first one. Rows in which an objective has no number don't take part.
/// `per`: columns whose values part the rows into groups with a front each (one after the other, as they first appear): a small
/// network does not better a large one. Throws input_error for a column that the study does not have, and for an objective of text.
std::vector<std::size_t> pareto_front(const study& s, const std::vector<objective>& objectives, const std::vector<std::string>& per = {});

}  // namespace symmetree
