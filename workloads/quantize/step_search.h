#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "workloads/formats/scheme.h"
#include "workloads/quantize/step_kernel.h"

namespace symmetree {

/// Candidates of the search for the step of least squared error: largest * j / 100 for j = 1..100.
inline constexpr int step_candidates = 100;

inline double candidate_step(double largest, int j) { return largest * j / step_candidates; }

struct step_choice {
    int candidate = 0;  ///< 0: none is below the bound
    double step = 0;
    double error = std::numeric_limits<double>::infinity();
};

/// The candidate of least error below `bound`, of equal ones the first. error_of(step, bound) returns the squared error, or any number
/// above `bound` that does not exceed it. `hint` is where to look first: a good one lets most candidates give up early and
/// never changes the result.
template <class ErrorOf>
step_choice search_step(double largest, int hint, const ErrorOf& error_of, double bound = std::numeric_limits<double>::infinity()) {
    int best = 0;
    double least = bound;
    const auto look_at = [&](int j) {
        if (j < 1 || j > step_candidates) return;
        const double error = error_of(candidate_step(largest, j), least);
        if (error < least || (error == least && j < best)) {
            least = error;
            best = j;
        }
    };
    const int start = std::clamp(hint, 1, step_candidates);
    look_at(start);
    for (int distance = 1; distance < step_candidates; ++distance) {
        look_at(start - distance);
        look_at(start + distance);
    }
    return {best, candidate_step(largest, best), least};
}

/// search_step for uniform codes; `values` as step_kernel wants them.
step_choice search_uniform_step(const double* values, std::size_t count, double largest, code_bounds bounds, rounding round, int hint,
                                double bound = std::numeric_limits<double>::infinity());

/// Squared error of some values by their nearest levels, `nearest` in steps, given up above `bound`. One running sum, in order.
template <class Value, class Nearest>
double squared_error(const Value* values, std::size_t count, double step, double bound, const Nearest& nearest) {
    constexpr std::size_t block = 64;
    const double scale = step * step;
    double sum = 0;
    for (std::size_t begin = 0; begin < count && scale * sum <= bound; begin += block)
        for (std::size_t i = begin; i < std::min(begin + block, count); ++i) {
            const double t = static_cast<double>(values[i]) / step;
            const double rest = t - nearest(t);
            sum += rest * rest;
        }
    return scale * sum;
}

/// Where a search without better knowledge starts.
inline constexpr int usual_candidate = 70;

/// `count` rounded up to what step_kernel takes.
inline std::size_t padded_count(std::size_t count) { return (count + kernel_lanes - 1) / kernel_lanes * kernel_lanes; }

/// Copies floats to doubles and pads with zeros; `into` is kept between calls to save its allocation.
void pad_row(const float* values, std::size_t count, std::vector<double>& into);

/// Replaces zero steps (channels of zeros only) by the smallest other step, or by 1 when there is none.
void fill_zero_steps(std::vector<double>& steps);

}  // namespace symmetree
