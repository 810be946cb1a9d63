#include "workloads/quantize/row_values.h"

namespace symmetree {

row_values::row_values(const quantized_weights& q) : q_(q), formats_(q), first_outlier_(first_outliers(q)) {}

void row_values::write(std::int64_t row, double* values) const {
    write_dense(row, values);
    const auto i = static_cast<std::size_t>(row);
    const std::int8_t* const codes = q_.codes.data() + row * q_.columns;
    const number_format& format = formats_.of(row);
    for (std::size_t o = first_outlier_[i]; o < first_outlier_[i + 1]; ++o) {
        const outlier& one = q_.outliers[o];
        const double level = format.level(codes[one.column]) - q_.zero_point_of(row);
        values[one.column] = q_.step[i] * (level + one.value * (1 << q_.outlier_shift[i]));
    }
}

void row_values::write_dense(std::int64_t row, double* values) const {
    const std::int8_t* const codes = q_.codes.data() + row * q_.columns;
    const double step = q_.step[static_cast<std::size_t>(row)];
    const int zero_point = q_.zero_point_of(row);
    const number_format& format = formats_.of(row);
    if (format.traits().levels_are_codes())
        for (std::int64_t k = 0; k < q_.columns; ++k) values[k] = step * (codes[k] - zero_point);
    else
        for (std::int64_t k = 0; k < q_.columns; ++k) values[k] = step * (format.level(codes[k]) - zero_point);
}

}  // namespace symmetree
