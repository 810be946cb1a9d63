#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "traces/report.h"

namespace symmetree {

/// A value of a point: absent, whole, real or text.
using cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What a column says about the points. Nothing else about a column is known to those who store, query or draw it.
enum class column_role { axis, metric };

struct study_column {
    std::string name;  ///< data, not code: any text that a user chose
    column_role role = column_role::metric;
    std::string unit;  ///< "J", "um2", "cycles"; empty: a count, a ratio or text
};

/// One named value of a run, as sweeps store and reports draw it.
struct metric {
    std::string name;
    std::string unit;
    cell value;
};

/// Every value by which whole runs are compared, in a fixed order, the same names for every run: docs/report-format.md, "Metrics".
/// `<unit>_energy_j`, `<unit>_area_um2` and `<part>_slots` stand for all units and parts there are, absent where a run has none.
std::vector<metric> metrics_of(const report& r);

/// Many points side by side: the runs of a comparison, or a sweep. What report pages, figures and tables are made from.
struct study {
    std::string title;
    std::string baseline;                                         ///< platform that ratios refer to; empty: no ratios
    std::vector<study_column> columns;                            ///< axes first
    std::vector<std::vector<cell>> rows;                          ///< one cell per column
    std::vector<std::pair<std::string, std::string>> provenance;  ///< what was run, by which version, with which costs; in order
    std::vector<std::string> notes;                               ///< assumptions, what is not modelled, what was left out
    std::vector<report> details;                                  ///< whole reports of the points worth a closer look
    std::vector<std::size_t> detail_rows;                         ///< the row of each of `details`
};

/// The runs of a comparison as a study: axes workload, platform, scheme, widths; all runs in detail.
study study_of(const comparison& c);

}  // namespace symmetree
