#include "workloads/quantize/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "workloads/quantize/dasq.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/level_fit.h"
#include "workloads/quantize/row_values.h"
#include "workloads/quantize/shift_fit.h"
#include "workloads/quantize/uniform.h"

namespace symmetree {
namespace {

void check_input(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns) {
    if (rows < 0 || columns < 0 || static_cast<std::int64_t>(weights.size()) != rows * columns)
        throw model_fault(fmt::format("{} weights for {} rows of {}", weights.size(), rows, columns));
    if (!std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }))
        throw model_fault("weights to be quantized are not finite");
}

quantized_weights fit(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                      std::int64_t group_rows) {
    switch (s.family) {
        case scheme_family::symq:
        case scheme_family::asymq: return fit_uniform(weights, rows, columns, s, threads);
        case scheme_family::dasq: return fit_dasq(weights, rows, columns, s, threads, group_rows);
        case scheme_family::pot:
        case scheme_family::post:
        case scheme_family::apot: return fit_shift(weights, rows, columns, s, threads);
        case scheme_family::levels: return fit_levels(weights, rows, columns, s, threads);
    }
    throw model_fault("unknown scheme family");
}

}  // namespace

quantized_weights quantize_weights(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                                   std::int64_t group_rows) {
    if (group_rows == 0) group_rows = rows;
    if (group_rows < 0 || (rows > 0 && rows % group_rows != 0)) throw model_fault(fmt::format("{} rows in groups of {}", rows, group_rows));
    // A width may come from a layer and never have been written in a scheme: the same limits and the same words.
    const scheme checked = parse_scheme(to_string(s));
    check_input(weights, rows, columns);
    quantized_weights q = fit(weights, rows, columns, checked, threads, group_rows);
    q.error = total_error(weights, q, threads);
    return q;
}

std::vector<double> dequantize(const quantized_weights& q) {
    std::vector<double> values(static_cast<std::size_t>(q.rows * q.columns));
    const row_values rows(q);
    for (std::int64_t i = 0; i < q.rows; ++i) rows.write(i, values.data() + i * q.columns);
    return values;
}

}  // namespace symmetree
