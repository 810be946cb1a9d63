#pragma once

#include <cstddef>
#include <cstdint>

namespace symmetree {

/// to[j] += factors[r] * rows[r * stride + j] for j = 0 .. length - 1, with r = 0 .. count - 1 one after the other: each sum has this order
/// and each product is rounded, on every CPU.
void add_scaled_rows(const double* factors, const double* rows, std::ptrdiff_t stride, std::int64_t count, std::int64_t length, double* to);

/// The same in plain loops; what add_scaled_rows does on a CPU without AVX2.
void add_scaled_rows_portable(const double* factors, const double* rows, std::ptrdiff_t stride, std::int64_t count, std::int64_t length,
                              double* to);

}  // namespace symmetree
