#include "reference/vector_float.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/pool_window.h"

namespace symmetree {
namespace {

std::int16_t code(double value, const tensor_format& out, const value_range& clip = {}) {
    return static_cast<std::int16_t>(out.code_of(std::clamp(value, clip.least, clip.greatest)));
}

/// The unit's row operators in floats: values of every row through `function`.
template <class Function>
codes map_rows(const tensor_format& in, const tensor_format& out, const codes& x, std::size_t columns, Function function) {
    codes y;
    for (std::size_t first = 0; first < x.size(); first += columns) {
        std::vector<double> row;
        for (std::size_t i = first; i < first + columns; ++i) row.push_back(in.value_of(x[i]));
        for (const double value : function(row)) y.push_back(code(value, out));
    }
    return y;
}

}  // namespace

double exact_gelu(double x) { return x * 0.5 * std::erfc(-x * std::sqrt(0.5)); }

std::vector<double> exact_softmax(const std::vector<double>& row) {
    const double greatest = *std::max_element(row.begin(), row.end());
    std::vector<double> result;
    double sum = 0;
    for (const double x : row) {
        result.push_back(std::exp(x - greatest));
        sum += result.back();
    }
    for (double& x : result) x /= sum;
    return result;
}

std::vector<double> exact_layer_norm(const std::vector<double>& row, const std::vector<float>& gain, const std::vector<float>& bias,
                                     double epsilon) {
    double mean = 0, variance = 0;
    for (const double x : row) mean += x / static_cast<double>(row.size());
    for (const double x : row) variance += (x - mean) * (x - mean) / static_cast<double>(row.size());
    const double root = std::sqrt(variance + epsilon);
    std::vector<double> result;
    for (std::size_t i = 0; i < row.size(); ++i) result.push_back((root > 0 ? (row[i] - mean) / root : 0) * gain[i] + bias[i]);
    return result;
}

codes requantize_float(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip, const codes& x) {
    codes y;
    for (const std::int16_t c : x) y.push_back(code(factor * in.value_of(c), out, clip));
    return y;
}

codes add_float(const tensor_format& in_a, const tensor_format& in_b, const tensor_format& out, const value_range& clip, const codes& a,
                const codes& b) {
    codes y;
    for (std::size_t i = 0; i < a.size(); ++i) y.push_back(code(in_a.value_of(a[i]) + in_b.value_of(b[i]), out, clip));
    return y;
}

codes gelu_float(const tensor_format& in, const tensor_format& out, const codes& x) {
    codes y;
    for (const std::int16_t c : x) y.push_back(code(exact_gelu(in.value_of(c)), out));
    return y;
}

codes softmax_float(const tensor_format& in, const tensor_format& out, const codes& x, std::size_t columns) {
    return map_rows(in, out, x, columns, exact_softmax);
}

codes layer_norm_float(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon, const tensor_format& in,
                       const tensor_format& out, const codes& x) {
    return map_rows(in, out, x, gain.size(), [&](const std::vector<double>& row) { return exact_layer_norm(row, gain, bias, epsilon); });
}

codes pool_float(const pool_op& op, const extents& in_shape, const extents& out_shape, const tensor_format& in, const tensor_format& out,
                 const codes& x) {
    codes y;
    for_each_pixel(out_shape, [&](std::int64_t channel, std::int64_t out_y, std::int64_t out_x) {
        double sum = 0, greatest = -std::numeric_limits<double>::infinity();
        int inside = 0;
        for_each_seen(op, in_shape, channel, out_y, out_x, [&](std::size_t place) {
            sum += in.value_of(x[place]);
            greatest = std::max(greatest, in.value_of(x[place]));
            ++inside;
        });
        const int divisor = op.count_padding ? op.kernel_height * op.kernel_width : inside;
        y.push_back(code(op.maximum ? greatest : sum / divisor, out));
    });
    return y;
}

codes mean_float(std::int64_t rows, const tensor_format& in, const tensor_format& out, const codes& x, std::size_t columns) {
    codes y;
    const std::size_t group = static_cast<std::size_t>(rows) * columns;
    for (std::size_t first = 0; first < x.size(); first += group)
        for (std::size_t c = first; c < first + columns; ++c) {
            double sum = 0;
            for (std::size_t i = c; i < first + group; i += columns) sum += in.value_of(x[i]);
            y.push_back(code(sum / double(rows), out));
        }
    return y;
}

}  // namespace symmetree
