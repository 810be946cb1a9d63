#include "models/vector_unit/vector_float_math.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace symmetree {
namespace {

std::int16_t code(double value, const tensor_format& out, const value_range& clip = {}) {
    return static_cast<std::int16_t>(out.code_of(std::clamp(value, clip.least, clip.greatest)));
}

/// The unit's row operators in floats: values of every row through `function`.
template <class Function>
void map_rows(const tensor_format& in, const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t rows,
              std::size_t columns, Function function) {
    std::vector<double> row(columns);
    for (std::size_t r = 0; r < rows; ++r, x += columns, y += columns) {
        std::transform(x, x + columns, row.begin(), [&](std::int16_t c) { return in.value_of(c); });
        const std::vector<double> result = function(row);
        std::transform(result.begin(), result.end(), y, [&](double value) { return code(value, out); });
    }
}

/// Sum, greatest and number of the values that a window sees of one channel.
struct window_values {
    double sum = 0, greatest = -std::numeric_limits<double>::infinity();
    int count = 0;
};

window_values look(const pool_shape& s, const tensor_format& in, const std::int16_t* x, int out_y, int out_x, int channel) {
    window_values seen;
    for (int ky = 0; ky < s.kernel_height; ++ky) {
        for (int kx = 0; kx < s.kernel_width; ++kx) {
            const int row = out_y * s.stride_height - s.pad_top + ky, column = out_x * s.stride_width - s.pad_left + kx;
            if (row < 0 || row >= s.in_height || column < 0 || column >= s.in_width) continue;
            const double value = in.value_of(x[(std::int64_t{row} * s.in_width + column) * s.channels + channel]);
            seen.sum += value;
            seen.greatest = std::max(seen.greatest, value);
            ++seen.count;
        }
    }
    return seen;
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

void requantize_float(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip, const std::int16_t* x,
                      std::int16_t* y, std::size_t count) {
    std::transform(x, x + count, y, [&](std::int16_t c) { return code(factor * in.value_of(c), out, clip); });
}

void add_float(const tensor_format& in_a, const tensor_format& in_b, const tensor_format& out, const value_range& clip,
               const std::int16_t* a, const std::int16_t* b, std::int16_t* y, std::size_t count) {
    std::transform(a, a + count, b, y,
                   [&](std::int16_t p, std::int16_t q) { return code(in_a.value_of(p) + in_b.value_of(q), out, clip); });
}

void gelu_float(const tensor_format& in, const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t count) {
    std::transform(x, x + count, y, [&](std::int16_t c) { return code(exact_gelu(in.value_of(c)), out); });
}

void softmax_float(const tensor_format& in, const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t rows,
                   std::size_t columns) {
    map_rows(in, out, x, y, rows, columns, exact_softmax);
}

void layer_norm_float(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon, const tensor_format& in,
                      const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t rows) {
    map_rows(in, out, x, y, rows, gain.size(), [&](const std::vector<double>& row) { return exact_layer_norm(row, gain, bias, epsilon); });
}

void pool_float(bool maximum, const pool_shape& s, bool count_padding, const tensor_format& in, const tensor_format& out,
                const value_range& clip, const std::int16_t* x, std::int16_t* y) {
    for (int out_y = 0; out_y < s.out_height; ++out_y) {
        for (int out_x = 0; out_x < s.out_width; ++out_x) {
            for (int channel = 0; channel < s.channels; ++channel) {
                const window_values seen = look(s, in, x, out_y, out_x, channel);
                const int divisor = count_padding ? s.kernel_height * s.kernel_width : seen.count;
                *y++ = code(maximum ? seen.greatest : seen.sum / divisor, out, clip);
            }
        }
    }
}

void mean_float(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip, const std::int16_t* x,
                std::int16_t* y, std::size_t groups, std::size_t columns) {
    pool_shape column;  // a mean over rows is an average over a window as high as the image
    column.in_height = column.kernel_height = static_cast<std::int32_t>(rows);
    column.channels = static_cast<std::int32_t>(columns);
    for (std::size_t group = 0; group < groups; ++group, x += static_cast<std::size_t>(rows) * columns, y += columns)
        pool_float(false, column, false, in, out, clip, x, y);
}

}  // namespace symmetree
