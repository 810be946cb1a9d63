#pragma once

#include <cstdint>
#include <string>

#include "runs/sweep/result_store.h"
#include "traces/report.h"

namespace symmetree {

/// The whole report of a point, as if it had been run by itself: its simulation's counters, its own clock and costs.
/// Throws input_error when the point was not simulated.
report report_of_point(const result_store& store, std::uint64_t id);

/// A result file as a study: all feasible points, and the whole reports of the best ones (at most `most_details` of the
/// Pareto front over what the sweep minimizes).
study load_study(const std::string& path, std::size_t most_details = 16);

/// Prices every simulated point by `table`, with the counters that are there: nothing is simulated. All points or none.
/// Throws input_error when the table would change cycles or lacks a row, or when the table is an axis of the sweep.
void reprice(result_store& store, const std::string& table, const std::string& shipped_directory);

}  // namespace symmetree
