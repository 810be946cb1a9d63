#include "workloads/formats/quantized_weights.h"

namespace symmetree {

std::vector<std::uint32_t> first_outliers(const quantized_weights& w) {
    std::vector<std::uint32_t> begin(static_cast<std::size_t>(w.rows) + 1, 0);
    for (const outlier& o : w.outliers) ++begin[o.row + 1];
    for (std::size_t row = 1; row < begin.size(); ++row) begin[row] += begin[row - 1];
    return begin;
}

}  // namespace symmetree
