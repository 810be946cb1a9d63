#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runs/sweep/result_store.h"
#include "runs/sweep/sweep_space.h"

namespace symmetree {

/// Points that share one simulation.
struct planned_simulation {
    std::string digest;
    std::vector<std::uint64_t> points;  ///< ascending
};

/// What a sweep will do, every point looked at.
struct sweep_plan {
    std::vector<planned_simulation> simulations;  ///< in the order of their first points
    std::vector<stored_point> refused;
    std::vector<std::uint64_t> to_fit;  ///< points whose weights are all the weights that the sweep needs
    std::uint64_t left_out = 0;         ///< by constraints
    std::uint64_t points() const;       ///< to be recorded: all but those left out
};

/// Columns that are known before a point runs: those of the space, and the area.
std::vector<study_column> known_columns(const sweep_space& space);
std::vector<cell> known_cells(const sweep_space& space, std::uint64_t index, const sweep_point& point);

/// Looks at every point; throws input_error with the first problems found, each with its axis and line.
sweep_plan plan_sweep(const sweep_space& space);

}  // namespace symmetree
