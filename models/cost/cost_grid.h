#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace symmetree {

/// Rows of numbers on a complete rectangular grid of whole-number axes (widths, lanes, capacities).
/// Values between two grid lines are interpolated linearly along every axis; nothing outside the grid has a value.
class cost_grid {
public:
    using point = std::vector<std::int64_t>;  ///< one coordinate per axis
    using row = std::vector<double>;          ///< one number per cost column

    explicit cost_grid(std::vector<std::string> axis_names) : names_(std::move(axis_names)), axes_(names_.size()) {}

    /// False when the point has a row already.
    bool add(point at, row costs);
    /// A grid point without a row, if there is one; the grid may be read only when there is none.
    std::optional<point> gap() const;

    const std::vector<std::string>& axis_names() const { return names_; }
    /// Ascending coordinates of the rows on an axis.
    const std::vector<std::int64_t>& axis(std::size_t number) const { return axes_[number]; }
    const std::map<point, row>& rows() const { return rows_; }
    bool empty() const { return rows_.empty(); }
    bool covers(const point& at) const;
    /// The interpolated row; `at` must be covered.
    row at(const point& at) const;

    /// `weight_bits 2..9, lanes 1..64`
    std::string range() const;
    /// `weight_bits 4, lanes 16`
    std::string text(const point& at) const;

private:
    std::vector<std::string> names_;
    std::vector<std::vector<std::int64_t>> axes_;  // ascending coordinates per axis
    std::map<point, row> rows_;
};

}  // namespace symmetree
