#pragma once

#include <cstdint>
#include <vector>

#include "workloads/quantize/input_moments.h"

namespace symmetree {

/// How the error of a rounded column is carried into the columns behind it so that the error of the layer's output grows least: with H the
/// moments, H = (U + I) D (U + I)^T, U strictly upper triangular, a column k is rounded from w_k + sum over the columns j before it of
/// (w_j - rounded w_j) U_jk. Chee et al., "QuIP: 2-Bit Quantization of Large Language Models With Guarantees", NeurIPS 2023, theorem 6: the
/// same as Frantar et al., "GPTQ", ICLR 2023, without an inverse.
class error_feedback {
public:
    /// Columns are rounded by falling moment, of equal ones the first first; `damping` times the mean moment is added to all of them.
    error_feedback(const input_moments& moments, double damping, int threads);

    std::int64_t columns() const { return columns_; }
    /// The column that is rounded at a place in the order.
    std::int64_t column_at(std::int64_t place) const { return order_[static_cast<std::size_t>(place)]; }
    /// U's row of a place; those of it behind the place count.
    const double* row(std::int64_t place) const { return upper_.data() + place * columns_; }
    /// D of a place: what the squared error of its rounding, with the errors before it carried in, adds to the error of the output.
    double weight(std::int64_t place) const { return upper_[static_cast<std::size_t>(place * columns_ + place)]; }

private:
    void factor(int threads);
    void divide(std::int64_t i, std::int64_t k, double* moments);
    void subtract(std::int64_t i, std::int64_t k, std::int64_t from, const double* moments);

    std::int64_t columns_;
    std::vector<std::int64_t> order_;
    std::vector<double> upper_;
};

}  // namespace symmetree
