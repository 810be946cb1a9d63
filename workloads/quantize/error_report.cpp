#include "workloads/quantize/error_report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/formats/number_format.h"
#include "workloads/formats/outlier_bound.h"
#include "workloads/quantize/error_measures.h"

namespace symmetree {
namespace {

std::vector<level_use> count_levels(const quantized_weights& q) {
    const row_formats formats(q);
    const number_format& format = formats.of(0);
    const bool same_zero = q.zero_point.empty() || std::equal(q.zero_point.begin() + 1, q.zero_point.end(), q.zero_point.begin());
    const bool same_levels = same_zero && !formats.differ();
    std::vector<level_use> all;
    for (int code = format.least_code(); code <= format.greatest_written_code(); ++code)
        all.push_back({code, same_levels ? std::optional(format.level(code) - q.zero_point_of(0)) : std::nullopt, 0});
    for (const std::int8_t code : q.codes) ++all[static_cast<std::size_t>(code - all.front().code)].count;
    return all;
}

/// |max + min| / 2 of each row, without the listed elements; 0 where none is left.
std::vector<double> midranges(const std::vector<float>& weights, const quantized_weights& q, const std::vector<outlier>& skip) {
    std::vector<double> result;
    auto next = skip.begin();
    for (std::int64_t i = 0; i < q.rows; ++i) {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (std::int64_t k = 0; k < q.columns; ++k) {
            if (next != skip.end() && next->row == i && next->column == k) {
                ++next;
                continue;
            }
            const double w = static_cast<double>(weights[static_cast<std::size_t>(i * q.columns + k)]);
            low = std::min(low, w);
            high = std::max(high, w);
        }
        result.push_back(low <= high ? std::fabs(high + low) / 2 : 0);
    }
    return result;
}

void count_crowded(const quantized_weights& q, const scheme& used, std::int64_t group_rows, weight_error_report& r) {
    r.fullest_channel = most_outliers(q, outlier_cells({}, q.rows, q.columns, group_rows));
    if (traits_of(used.family).has_outliers && used.dasq.bound)
        r.fullest_cell = most_outliers(q, outlier_cells(*used.dasq.bound, q.rows, q.columns, group_rows));
}

}  // namespace

std::int64_t weight_error_report::unused_levels() const {
    return std::count_if(levels.begin(), levels.end(), [](const level_use& l) { return l.count == 0; });
}

weight_error_report report_errors(const std::string& layer, const scheme& used, const std::vector<float>& weights,
                                  const quantized_weights& q, std::uint64_t seed, std::int64_t group_rows) {
    const std::string share = traits_of(used.family).has_outliers ? used.dasq.sparsity : "98";
    weight_error_report r;
    r.layer = layer;
    r.used_scheme = used;
    r.rows = q.rows;
    r.columns = q.columns;
    r.error = q.error;
    r.levels = count_levels(q);
    r.outliers_listed = q.outliers_listed;
    r.outliers_stored = static_cast<std::int64_t>(q.outliers.size());
    count_crowded(q, used, group_rows == 0 ? q.rows : group_rows, r);
    r.symmetry = symmetry_of(weights, q.rows, q.columns, share);
    r.noise = symmetry_of_noise(q.rows, q.columns, share, seed, layer);
    const std::vector<quantization_error> errors = row_errors(weights, q);
    const std::vector<double> all = midranges(weights, q, {}), rest = midranges(weights, q, q.outliers);
    const double unit = r.symmetry.deviation > 0 ? r.symmetry.deviation : 1;
    for (std::size_t i = 0; i < errors.size(); ++i)
        r.channels.push_back({errors[i], q.step[i], q.zero_point_of(static_cast<std::int64_t>(i)), all[i] / unit, rest[i] / unit});
    return r;
}

}  // namespace symmetree
