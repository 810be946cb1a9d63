#pragma once

#include <cstddef>

namespace symmetree {

/// Bounds of code - zero point, whole numbers with least <= 0 <= greatest.
struct code_bounds {
    double least = 0;
    double greatest = 0;
};

/// Inner loops of the fits over one channel. `count` is a multiple of `kernel_lanes`; the caller pads with zeros, which
/// are exact under every step. All sums run over eight fixed lanes (lane = index mod 8), added up in one fixed order, so
/// that every variant gives the same bits.
inline constexpr std::size_t kernel_lanes = 8;
/// Values between two looks at the bound; a multiple of kernel_lanes.
inline constexpr std::size_t kernel_block = 128;

struct step_kernel {
    /// Squared error step^2 * sum (t - code)^2 with t = value * (1 / step), code = t clamped and rounded half to even.
    /// Gives up once a partial sum exceeds `bound` and returns that partial sum: sums of squares only grow.
    double (*squared_error)(const double* values, std::size_t count, double step, code_bounds bounds, double bound);
    /// The same with t = value / step and the code truncated towards zero (a product with the reciprocal could fall
    /// below a whole number that the quotient reaches).
    double (*squared_error_truncated)(const double* values, std::size_t count, double step, code_bounds bounds, double bound);
    /// residual = value - step * code with t = value / step, rounded half to even.
    void (*residual)(const double* values, std::size_t count, double step, code_bounds bounds, double* residual);
    /// sum of value^2
    double (*sum_of_squares)(const double* values, std::size_t count);
};

extern const step_kernel baseline_kernel;  ///< runs on every x86-64 (and, in plain vectors, elsewhere)
/// Null where the processor or the architecture lacks AVX2.
const step_kernel* avx2_kernel();
/// The fastest of the above; all give the same bits.
const step_kernel& best_kernel();

}  // namespace symmetree
