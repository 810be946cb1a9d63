#include "workloads/graph/float_operators.h"

#include <algorithm>
#include <cmath>

#include "workloads/graph/smooth_functions.h"

namespace symmetree {
namespace {

using strides = std::vector<std::int64_t>;

strides row_major(const extents& shape) {
    strides out(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) out[d - 1] = out[d] * shape[d];
    return out;
}

/// Elements before, along and behind an axis range.
std::size_t elements_between(const extents& shape, std::size_t first, std::size_t last) {
    std::size_t count = 1;
    for (std::size_t d = first; d < last; ++d) count *= static_cast<std::size_t>(shape[d]);
    return count;
}

/// Calls row(x, y) with the offsets of every row along the last axis of `shape`, in row-major order.
template <class Row>
void for_each_row(const extents& shape, const strides& x_strides, const strides& y_strides, const Row& row) {
    const std::size_t axes = shape.empty() ? 0 : shape.size() - 1;
    extents at(axes, 0);
    std::int64_t x = 0, y = 0;
    for (;;) {
        row(x, y);
        std::size_t d = axes;
        for (; d > 0; --d) {
            x += x_strides[d - 1];
            y += y_strides[d - 1];
            if (++at[d - 1] < shape[d - 1]) break;
            x -= x_strides[d - 1] * shape[d - 1];
            y -= y_strides[d - 1] * shape[d - 1];
            at[d - 1] = 0;
        }
        if (d == 0) return;
    }
}

/// Copies a box of `shape` from one strided place to another.
void copy_box(const extents& shape, const float* x, const strides& x_strides, float* y, const strides& y_strides) {
    const std::int64_t length = shape.empty() ? 1 : shape.back(), from = shape.empty() ? 1 : x_strides.back(),
                       to = shape.empty() ? 1 : y_strides.back();
    for_each_row(shape, x_strides, y_strides, [&](std::int64_t at_x, std::int64_t at_y) {
        const float* const source = x + at_x;
        float* const target = y + at_y;
        if (from == 1 && to == 1)
            std::copy(source, source + length, target);
        else
            for (std::int64_t i = 0; i < length; ++i) target[i * to] = source[i * from];
    });
}

/// Strides that stand still along the axes where `own` is broadcast to `shape`.
strides broadcast_strides(const extents& own, const extents& shape) {
    const strides packed = row_major(own);
    strides out(shape.size(), 0);
    for (std::size_t d = 0; d < own.size(); ++d)
        if (own[d] != 1) out[d + shape.size() - own.size()] = packed[d];
    return out;
}

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

void clip(const clip_op& op, const float* x, std::size_t count, float* y) {
    for (std::size_t i = 0; i < count; ++i) {
        const float above = x[i] > op.least ? x[i] : op.least;
        y[i] = above < op.greatest ? above : op.greatest;
    }
}

void gelu(const gelu_op& op, const float* x, std::size_t count, float* y) {
    constexpr double twice_root = 1.5957691216057307117;  // 2 sqrt(2 / pi); (1 + tanh u) / 2 = 1 / (1 + exp(-2 u))
    for (std::size_t i = 0; i < count; ++i) {
        const double v = static_cast<double>(x[i]);
        const double share = op.by_tanh ? 1 / (1 + portable_exp(-twice_root * (v + 0.044715 * v * v * v))) : normal_distribution(v);
        y[i] = static_cast<float>(v * share);
    }
}

void scale(const scale_op& op, const float* x, std::size_t count, float* y) {
    for (std::size_t i = 0; i < count; ++i) y[i] = x[i] * op.factor;
}

void softmax(const float* x, std::size_t rows, std::size_t length, float* y) {
    std::vector<double> powers(length);
    for (std::size_t r = 0; r < rows; ++r, x += length, y += length) {
        const double most = static_cast<double>(*std::max_element(x, x + length));
        for (std::size_t i = 0; i < length; ++i) powers[i] = portable_exp(static_cast<double>(x[i]) - most);
        double sum = 0;
        for (const double power : powers) sum += power;
        for (std::size_t i = 0; i < length; ++i) y[i] = static_cast<float>(powers[i] / sum);
    }
}

void layer_norm(const layer_norm_op& op, const float* x, std::size_t rows, std::size_t length, float* y) {
    const auto count = static_cast<double>(length);
    for (std::size_t r = 0; r < rows; ++r, x += length, y += length) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < length; ++i) sum += static_cast<double>(x[i]);
        const double centre = sum / count;
        for (std::size_t i = 0; i < length; ++i) squares += (static_cast<double>(x[i]) - centre) * (static_cast<double>(x[i]) - centre);
        const double factor = 1 / std::sqrt(squares / count + op.epsilon);
        for (std::size_t i = 0; i < length; ++i)
            y[i] = static_cast<float>((static_cast<double>(x[i]) - centre) * factor) * (*op.gain)[i] + (*op.bias)[i];
    }
}

void add(const float* a, const extents& a_shape, const float* b, const extents& b_shape, const extents& shape, float* y) {
    if (a_shape == b_shape) {
        const std::size_t count = elements_between(shape, 0, shape.size());
        for (std::size_t i = 0; i < count; ++i) y[i] = a[i] + b[i];
        return;
    }
    const strides of_a = broadcast_strides(a_shape, shape), of_b = broadcast_strides(b_shape, shape);
    const std::int64_t length = shape.back(), a_step = of_a.back(), b_step = of_b.back();  // scalars alone have equal shapes
    for_each_row(shape, of_a, of_b, [&](std::int64_t at_a, std::int64_t at_b) {
        const float *const p = a + at_a, *const q = b + at_b;
        if (a_step == 1 && b_step == 1)
            for (std::int64_t i = 0; i < length; ++i) y[i] = p[i] + q[i];
        else
            for (std::int64_t i = 0; i < length; ++i) y[i] = p[i * a_step] + q[i * b_step];
        y += length;
    });
}

void pool(const pool_op& op, const float* x, int in_height, int in_width, const extents& shape, float* y) {
    const auto channels = shape[1];
    const auto out_height = static_cast<int>(shape[2]), out_width = static_cast<int>(shape[3]);
    for (std::int64_t c = 0; c < channels; ++c, x += std::int64_t{in_height} * in_width)
        for (int oy = 0; oy < out_height; ++oy) {
            const window rows = window_at(oy, op.stride_height, op.pad_top, op.kernel_height, in_height);
            for (int ox = 0; ox < out_width; ++ox) {
                const window columns = window_at(ox, op.stride_width, op.pad_left, op.kernel_width, in_width);
                if (op.maximum) {
                    *y++ = maximum_of(x, in_width, rows, columns);
                    continue;
                }
                const double area = op.count_padding ? double(op.kernel_height) * op.kernel_width
                                                     : double(rows.end - rows.begin) * (columns.end - columns.begin);
                *y++ = static_cast<float>(sum_of(x, in_width, rows, columns) / area);
            }
        }
}

void mean(const mean_op& op, const float* x, const extents& x_shape, float* y) {
    const auto first = static_cast<std::size_t>(op.first_axis), last = first + static_cast<std::size_t>(op.axes);
    const std::size_t outer = elements_between(x_shape, 0, first), count = elements_between(x_shape, first, last),
                      inner = elements_between(x_shape, last, x_shape.size());
    std::vector<double> sums(inner);
    for (std::size_t o = 0; o < outer; ++o, y += inner) {
        std::fill(sums.begin(), sums.end(), 0);
        for (std::size_t n = 0; n < count; ++n, x += inner)
            for (std::size_t i = 0; i < inner; ++i) sums[i] += static_cast<double>(x[i]);
        for (std::size_t i = 0; i < inner; ++i) y[i] = static_cast<float>(sums[i] / static_cast<double>(count));
    }
}

void transpose(const transpose_op& op, const float* x, const extents& x_shape, const extents& shape, float* y) {
    const strides own = row_major(x_shape);
    strides moved;
    for (const int axis : op.permutation) moved.push_back(own[static_cast<std::size_t>(axis)]);
    copy_box(shape, x, moved, y, row_major(shape));
}

void slice(const slice_op& op, const float* x, const extents& x_shape, const extents& shape, float* y) {
    strides stepped = row_major(x_shape);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        x += op.starts[d] * stepped[d];
        stepped[d] *= op.steps[d];
    }
    copy_box(shape, x, stepped, y, row_major(shape));
}

void concat_part(const concat_op& op, const float* x, const extents& x_shape, std::int64_t offset, const extents& shape, float* y) {
    const strides own = row_major(shape);
    copy_box(x_shape, x, row_major(x_shape), y + offset * own[static_cast<std::size_t>(op.axis)], own);
}

void pad(const pad_op& op, const float* x, const extents& x_shape, const extents& shape, float* y) {
    std::fill(y, y + elements_between(shape, 0, shape.size()), 0.f);
    const strides own = row_major(shape);
    for (std::size_t d = 0; d < shape.size(); ++d) y += op.before[d] * own[d];
    copy_box(x_shape, x, row_major(x_shape), y, own);
}

}  // namespace symmetree
