#include "workloads/quantize/shift_fit.h"

#include <algorithm>
#include <cmath>

#include "workloads/formats/shift_levels.h"
#include "workloads/quantize/parallel_rows.h"
#include "workloads/quantize/step_search.h"

namespace symmetree {

quantized_weights fit_shift(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads) {
    const shift_levels levels(s.family, s.weight_bits);
    const auto length = static_cast<std::size_t>(columns);
    quantized_weights q;
    q.family = s.family;
    q.bits = s.weight_bits;
    q.guard_bits = s.shift.guard_bits;
    q.rows = rows;
    q.columns = columns;
    q.codes.resize(weights.size());
    q.step.resize(static_cast<std::size_t>(rows));
    for_row_pieces(rows, threads, rows_per_piece, [&](std::int64_t first, std::int64_t last) {
        std::vector<double> magnitudes(length);
        int hint = usual_candidate;
        for (auto row = static_cast<std::size_t>(first); row < static_cast<std::size_t>(last); ++row) {
            const float* const values = weights.data() + row * length;
            std::transform(values, values + length, magnitudes.begin(), [](float w) { return std::fabs(static_cast<double>(w)); });
            const double largest = *std::max_element(magnitudes.begin(), magnitudes.end()) / levels.largest();
            if (largest == 0) continue;
            const step_choice best = search_step(largest, hint, [&](double step, double bound) {
                return squared_error(magnitudes.data(), length, step, bound, [&](double t) { return levels.nearest_magnitude(t); });
            });
            hint = best.candidate;
            q.step[row] = best.step;
        }
    });
    fill_zero_steps(q.step);
    for (std::size_t i = 0; i < weights.size(); ++i)
        q.codes[i] = static_cast<std::int8_t>(levels.code(static_cast<double>(weights[i]) / q.step[i / length]));
    return q;
}

}  // namespace symmetree
