#include "workloads/quantize/row_values.h"

namespace symmetree {

row_values::row_values(const quantized_weights& q) : q_(q) {
    if (is_shift_family(q.family)) levels_.emplace(q.family, q.bits);
    if (q.outliers.empty()) return;
    first_outlier_.assign(static_cast<std::size_t>(q.rows) + 1, 0);
    for (const outlier& o : q.outliers) ++first_outlier_[o.row + 1];
    for (std::size_t row = 1; row < first_outlier_.size(); ++row) first_outlier_[row] += first_outlier_[row - 1];
}

void row_values::write(std::int64_t row, double* values) const {
    if (!levels_) return write_uniform(row, values);
    const std::int8_t* const codes = q_.codes.data() + row * q_.columns;
    const double step = q_.step[static_cast<std::size_t>(row)];
    for (std::int64_t k = 0; k < q_.columns; ++k) values[k] = step * levels_->value(codes[k]);
}

void row_values::write_uniform(std::int64_t row, double* values) const {
    const auto i = static_cast<std::size_t>(row);
    const std::int8_t* const codes = q_.codes.data() + row * q_.columns;
    const int zero_point = q_.zero_point.empty() ? 0 : q_.zero_point[i];
    for (std::int64_t k = 0; k < q_.columns; ++k) values[k] = q_.step[i] * (codes[k] - zero_point);
    if (first_outlier_.empty()) return;
    for (std::size_t o = first_outlier_[i]; o < first_outlier_[i + 1]; ++o) {
        const outlier& one = q_.outliers[o];
        values[one.column] = q_.step[i] * (codes[one.column] - zero_point + one.value * (1 << q_.outlier_shift[i]));
    }
}

}  // namespace symmetree
