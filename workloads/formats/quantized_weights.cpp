#include "workloads/formats/quantized_weights.h"

#include <algorithm>

namespace symmetree {

std::vector<std::uint32_t> first_outliers(const quantized_weights& w) {
    std::vector<std::uint32_t> begin(static_cast<std::size_t>(w.rows) + 1, 0);
    for (const outlier& o : w.outliers) ++begin[o.row + 1];
    for (std::size_t row = 1; row < begin.size(); ++row) begin[row] += begin[row - 1];
    return begin;
}

std::int64_t most_outliers(const quantized_weights& w, const outlier_cells& cells) {
    std::vector<std::int64_t> in_cell(static_cast<std::size_t>(cells.count()), 0);
    std::int64_t most = 0;
    for (const outlier& o : w.outliers) most = std::max(most, ++in_cell[cells.of(o.row, o.column)]);
    return most;
}

}  // namespace symmetree
