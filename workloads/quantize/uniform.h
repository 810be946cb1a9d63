#pragma once

#include <vector>

#include "workloads/formats/quantized_weights.h"
#include "workloads/quantize/step_kernel.h"

namespace symmetree {

/// Range of two's complement codes of `bits` bits.
inline int least_code(int bits) { return -(1 << (bits - 1)); }
inline int greatest_code(int bits) { return (1 << (bits - 1)) - 1; }

/// What min/max says about a set of values: the step, 0 when all of them are 0, and the zero point.
struct min_max_fit {
    double step = 0;
    int zero_point = 0;
};

/// Symmetric: the largest magnitude takes the code `greatest`.
min_max_fit symmetric_min_max(const double* values, std::size_t count, int greatest);
/// Asymmetric: the range, widened to hold 0, takes all codes least..greatest.
min_max_fit asymmetric_min_max(const double* values, std::size_t count, int least, int greatest);

/// AsymQ's zero points: of least error together with their steps, or those of the range.
enum class zero_points { searched, of_range };

/// SymQ and AsymQ (docs/numerics.md). Everything but the error is filled in.
quantized_weights fit_uniform(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                              zero_points zero = zero_points::searched);

}  // namespace symmetree
