#include "workloads/quantize/error_report.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "workloads/formats/shift_levels.h"
#include "workloads/quantize/error_measures.h"
#include "workloads/quantize/uniform.h"

namespace symmetree {
namespace {

std::vector<level_use> shift_codes(const quantized_weights& q) {
    const shift_levels levels(q.family, q.bits);
    const int negative_zero = levels.sign_bit() | static_cast<int>(levels.zero());
    std::vector<level_use> all;
    for (int code = 0; code < negative_zero; ++code) all.push_back({code, levels.value(code), 0});
    return all;
}

std::vector<level_use> uniform_codes(const quantized_weights& q) {
    const bool same_zero = q.zero_point.empty() || std::equal(q.zero_point.begin() + 1, q.zero_point.end(), q.zero_point.begin());
    const int zero = q.zero_point.empty() ? 0 : q.zero_point.front();
    std::vector<level_use> all;
    for (int code = least_code(q.bits); code <= greatest_code(q.bits); ++code)
        all.push_back({code, same_zero ? std::optional<double>(code - zero) : std::nullopt, 0});
    return all;
}

std::vector<level_use> count_levels(const quantized_weights& q) {
    std::vector<level_use> all = is_shift_family(q.family) ? shift_codes(q) : uniform_codes(q);
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

}  // namespace

std::int64_t weight_error_report::unused_levels() const {
    return std::count_if(levels.begin(), levels.end(), [](const level_use& l) { return l.count == 0; });
}

weight_error_report report_errors(const std::string& layer, const scheme& used, const std::vector<float>& weights,
                                  const quantized_weights& q, std::uint64_t seed) {
    const std::string share = used.family == scheme_family::dasq ? used.dasq.sparsity : "98";
    weight_error_report r;
    r.layer = layer;
    r.used = used;
    r.rows = q.rows;
    r.columns = q.columns;
    r.error = q.error;
    r.levels = count_levels(q);
    r.outliers_listed = q.outliers_listed;
    r.outliers_stored = static_cast<std::int64_t>(q.outliers.size());
    r.symmetry = symmetry_of(weights, q.rows, q.columns, share);
    r.noise = symmetry_of_noise(q.rows, q.columns, share, seed, layer);
    const std::vector<quantization_error> errors = row_errors(weights, q);
    const std::vector<double> all = midranges(weights, q, {}), rest = midranges(weights, q, q.outliers);
    const double unit = r.symmetry.deviation > 0 ? r.symmetry.deviation : 1;
    for (std::size_t i = 0; i < errors.size(); ++i)
        r.channels.push_back({errors[i], q.step[i], q.zero_point.empty() ? 0 : q.zero_point[i], all[i] / unit, rest[i] / unit});
    return r;
}

}  // namespace symmetree
