#include "workloads/quantize/step_search.h"

namespace symmetree {

step_choice search_uniform_step(const double* values, std::size_t count, double largest, code_bounds bounds, rounding round, int hint,
                                double bound) {
    const step_kernel& kernel = best_kernel();
    const auto squared_error = round == rounding::truncate ? kernel.squared_error_truncated : kernel.squared_error;
    return search_step(
        largest, hint, [&](double step, double most) { return squared_error(values, count, step, bounds, most); }, bound);
}

void pad_row(const float* values, std::size_t count, std::vector<double>& into) {
    into.resize(padded_count(count));
    std::copy(values, values + count, into.begin());
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(count), into.end(), 0.0);
}

void fill_zero_steps(std::vector<double>& steps) {
    double smallest = std::numeric_limits<double>::infinity();
    for (double step : steps) {
        if (step > 0) smallest = std::min(smallest, step);
    }
    if (smallest == std::numeric_limits<double>::infinity()) smallest = 1;
    std::replace(steps.begin(), steps.end(), 0.0, smallest);
}

}  // namespace symmetree
