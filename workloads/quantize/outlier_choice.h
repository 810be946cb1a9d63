#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workloads/formats/outlier_bound.h"
#include "workloads/quantize/largest_residuals.h"

namespace symmetree {

/// Which elements of a matrix are listed: of each cell, where there are cells, the largest that its bound allows, and of these the n
/// largest; by magnitude, of equal ones those of lower index. No other choice of n under the bound has more squares in it: what one cell
/// gives up never keeps an element of another from being listed.
class outlier_choice {
public:
    /// n = `count` >= 1; all that the cells allow where these are fewer. `largest` is the largest magnitude. Keeps a pointer to the cells.
    outlier_choice(const strided_rows& matrix, std::int64_t count, double largest, const std::optional<outlier_cells>& cells, int threads);

    bool admits(double magnitude, std::int64_t row, std::int64_t column) const {
        const std::int64_t index = row * columns_ + column;
        return layer_.admits(magnitude, index) && (!cells_ || by_cell_[cells_->of(row, column)].admits(magnitude, index));
    }

private:
    /// What the cells of a band allow, and their thresholds.
    std::vector<sized_element> allowed_in(std::int64_t band, const strided_rows& matrix);

    const outlier_cells* cells_;  ///< null: no bound
    std::int64_t columns_;
    std::vector<magnitude_threshold> by_cell_;
    magnitude_threshold layer_;
};

}  // namespace symmetree
