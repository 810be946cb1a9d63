#pragma once

#include <optional>
#include <string>
#include <vector>

#include "traces/study.h"

namespace symmetree {

/// How pages, figures and tables show one column: the same heading, unit and digits everywhere.
struct column_view {
    std::string title;  ///< "weight buffer energy": the name without its unit; an axis keeps its name
    std::string unit;   ///< unit of the whole column as shown: "mJ", "mm2"; empty: none
    double factor = 1;  ///< from the stored value to the shown one
    int decimals = 0;
    bool numeric = false;     ///< every value there is is a number
    bool present = false;     ///< some row has a value
    bool varies = false;      ///< two rows differ
    bool few_values = false;  ///< at most 8 different ones: a colour can stand for each
    bool shown = false;       ///< stands in a table unless the reader wants others
    bool larger_is_better = false;

    std::string text(double value) const;
    std::string text(const cell& value) const;
    /// "energy (mJ)".
    std::string heading() const;
};

std::vector<column_view> view_of(const study& s);

std::optional<std::size_t> find_column(const study& s, const std::string& name);
std::optional<double> number_of(const cell& value);

/// The study with `latency_ratio`, `energy_ratio`, `power_ratio` and `area_ratio` behind its columns; unchanged without a
/// baseline. A row's baseline is the baseline platform's row with the same array widths and the same axes, platform and
/// scheme aside; where no width agrees, the only one with the same axes. Several candidates or none: no ratio.
study with_ratios(study s);

/// The axes in which points differ: "symq, symq:w3a4".
std::string label_of(const study& s, const std::vector<column_view>& views, std::size_t row);

/// Columns of a printed table: axes that vary, then the metrics shown by default that some row has.
std::vector<std::size_t> table_columns(const study& s, const std::vector<column_view>& views);
/// What all points share and a printed table leaves out: "workload: resnet20".
std::vector<std::string> shared_axes(const study& s, const std::vector<column_view>& views);

}  // namespace symmetree
