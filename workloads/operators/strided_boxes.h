#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

// Boxes of elements in strided places: what operators that move or broadcast values are made of.

using strides = std::vector<std::int64_t>;

strides row_major(const extents& shape);
/// Strides that stand still along the axes where `own` is broadcast to `shape`.
strides broadcast_strides(const extents& own, const extents& shape);
/// Elements before, along and behind an axis range.
std::size_t elements_between(const extents& shape, std::size_t first, std::size_t last);

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
void copy_box(const extents& shape, const float* x, const strides& x_strides, float* y, const strides& y_strides);

}  // namespace symmetree
