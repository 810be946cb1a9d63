#pragma once

#include <optional>
#include <vector>

#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/shift_levels.h"

namespace symmetree {

/// Turns codes back into values, row by row. Keeps a reference to the codes.
class row_values {
public:
    explicit row_values(const quantized_weights& q);

    /// Writes the `columns` values of a row.
    void write(std::int64_t row, double* values) const;

private:
    void write_uniform(std::int64_t row, double* values) const;

    const quantized_weights& q_;
    std::optional<shift_levels> levels_;      // pot, post, apot
    std::vector<std::size_t> first_outlier_;  // by row, one past the end too; empty without outliers
};

}  // namespace symmetree
