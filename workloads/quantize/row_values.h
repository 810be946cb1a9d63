#pragma once

#include <vector>

#include "workloads/formats/number_format.h"
#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// Turns codes back into values, row by row. Keeps a reference to the codes.
class row_values {
public:
    explicit row_values(const quantized_weights& q);

    /// Writes the `columns` values of a row.
    void write(std::int64_t row, double* values) const;

private:
    void write_dense(std::int64_t row, double* values) const;

    const quantized_weights& q_;
    const row_formats formats_;
    const std::vector<std::uint32_t> first_outlier_;
};

}  // namespace symmetree
