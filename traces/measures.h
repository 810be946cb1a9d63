#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "traces/report.h"

namespace symmetree {

inline constexpr double joule_per_picojoule = 1e-12;

/// Quotients of one run and its baseline; absent where either side has no value.
struct run_ratios {
    std::optional<double> latency, energy, power, area;
};

/// What several writers derive from a report; an empty optional is an absent value, which is never written as 0.
std::optional<double> energy_pj_of(const layer_report& layer);
std::optional<double> energy_pj_of(const layer_report& layer, const std::string& unit);
std::optional<double> latency_s_of(const report& r);
std::optional<double> energy_j_of(const report& r);
/// A batch's value shared out among its images.
std::optional<double> per_image(const report& r, const std::optional<double>& of_batch);
std::optional<double> power_w_of(const report& r);
std::optional<double> area_um2_of(const report& r);
/// Operations per second, a multiply-accumulate being two: what the array can do, and what the run did.
std::optional<double> peak_ops_of(const report& r);
std::optional<double> reached_ops_of(const report& r);
/// "LUT", "BRAM36": the heading of a column.
const char* heading_of(fpga_resource resource);
/// A measure that is 0 was not defined for the scheme.
std::optional<double> measured(double value);

/// The run that run `index` is compared with: the baseline platform's with the same workload at the same array widths.
/// A baseline platform that ran this workload at one pair of widths only is the baseline of every width.
/// Nothing when there is no such run.
std::optional<std::size_t> baseline_of(const comparison& c, std::size_t index);
run_ratios ratios_of(const comparison& c, std::size_t index);

/// Every energy name in the order of its circuit: units, memories, then what else there is, leakage last.
std::vector<std::string> standard_energy_names();
/// The names of `used` in that order.
std::vector<std::string> in_standard_order(const std::vector<std::string>& used);

}  // namespace symmetree
