#include "workloads/operators/pool.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/limits.h"
#include "core/text.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree {
namespace {

struct window {
    int begin = 0, end = 0;  ///< inside the input
};

window window_at(int out, int stride, int pad, int kernel, int extent) {
    const int start = out * stride - pad;
    return {std::max(start, 0), std::min(start + kernel, extent)};
}

float maximum_of(const float* x, int in_width, window rows, window columns) {
    float most = x[rows.begin * in_width + columns.begin];
    for (int r = rows.begin; r < rows.end; ++r)
        for (int c = columns.begin; c < columns.end; ++c) most = std::max(most, x[r * in_width + c]);
    return most;
}

double sum_of(const float* x, int in_width, window rows, window columns) {
    double sum = 0;
    for (int r = rows.begin; r < rows.end; ++r)
        for (int c = columns.begin; c < columns.end; ++c) sum += static_cast<double>(x[r * in_width + c]);
    return sum;
}

}  // namespace

made_shape pool_op::shape(const std::vector<extents>& inputs, const extents&) const {
    if (inputs[0].size() != 4 || inputs[0][0] != 1)
        return shape_problem_of(fmt::format("[1, channels, height, width] is wanted, the input is {}", dimensions_text(inputs[0])));
    // The same rules as for a convolution of one channel.
    conv_shape s;
    s.in_channels = s.out_channels = 1;
    if (inputs[0][2] > largest_extent || inputs[0][3] > largest_extent)
        return shape_problem_of(fmt::format("a height and width of at most {} are allowed", largest_extent));
    s.in_height = static_cast<int>(inputs[0][2]);
    s.in_width = static_cast<int>(inputs[0][3]);
    s.kernel_height = kernel_height;
    s.kernel_width = kernel_width;
    s.stride_height = stride_height;
    s.stride_width = stride_width;
    s.pad_top = pad_top;
    s.pad_left = pad_left;
    s.pad_bottom = pad_bottom;
    s.pad_right = pad_right;
    for (const shape_problem& p : shape_problems(s)) return shape_problem_of(p.field.empty() ? p.message : p.field + ": " + p.message);
    return checked_shape({1, inputs[0][1], s.out_height(), s.out_width()});
}

void pool_op::compute(const float_call& call) const {
    const float* x = call.x();
    float* y = call.y;
    const extents& shape = call.shape;
    const auto in_height = static_cast<int>(call.x_shape()[2]), in_width = static_cast<int>(call.x_shape()[3]);
    const auto channels = shape[1];
    const auto out_height = static_cast<int>(shape[2]), out_width = static_cast<int>(shape[3]);
    for (std::int64_t c = 0; c < channels; ++c, x += std::int64_t{in_height} * in_width)
        for (int oy = 0; oy < out_height; ++oy) {
            const window rows = window_at(oy, stride_height, pad_top, kernel_height, in_height);
            for (int ox = 0; ox < out_width; ++ox) {
                const window columns = window_at(ox, stride_width, pad_left, kernel_width, in_width);
                if (maximum) {
                    *y++ = maximum_of(x, in_width, rows, columns);
                    continue;
                }
                const double area =
                    count_padding ? double(kernel_height) * kernel_width : double(rows.end - rows.begin) * (columns.end - columns.begin);
                *y++ = static_cast<float>(sum_of(x, in_width, rows, columns) / area);
            }
        }
}

}  // namespace symmetree
