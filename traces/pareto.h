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

/// Rows that no other row betters in one objective without being worse in another, by the first objective, ties by row;
/// of rows equal in all objectives the first one. Rows in which an objective has no number don't take part.
/// Throws input_error for a column that the study does not have, or that holds text.
std::vector<std::size_t> pareto_front(const study& s, const std::vector<objective>& objectives);

}  // namespace symmetree
