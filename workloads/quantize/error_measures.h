#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// Sums from which all error measures follow; added up in a fixed order, so that they never depend on threads.
struct error_sums {
    double signal = 0;       ///< sum of exact^2
    double approximate = 0;  ///< sum of approximation^2
    double product = 0;      ///< sum of exact * approximation
    double squared = 0;      ///< sum of (exact - approximation)^2
    double max_abs = 0;
    std::int64_t count = 0;

    void add(double exact, double approximation);
    error_sums& operator+=(const error_sums& other);
    quantization_error measures() const;
};

/// Error of each row (output channel) of `q` against the weights it was fitted to.
std::vector<quantization_error> row_errors(const std::vector<float>& weights, const quantized_weights& q);

/// Error of the whole layer: the rows' sums, added in order of the rows.
quantization_error total_error(const std::vector<float>& weights, const quantized_weights& q, int threads);

/// How symmetric the channels are: mean over the rows of |max + min| / 2 (Mori, Gongyo, Ambai, CVPR 2026). With `skip`
/// the listed elements are left out, rows without any other element count as 0.
double mean_midrange(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const std::vector<outlier>& skip = {});

}  // namespace symmetree
