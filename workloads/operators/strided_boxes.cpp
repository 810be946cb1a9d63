#include "workloads/operators/strided_boxes.h"

#include <algorithm>

namespace symmetree {

strides row_major(const extents& shape) {
    strides out(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) out[d - 1] = out[d] * shape[d];
    return out;
}

strides broadcast_strides(const extents& own, const extents& shape) {
    const strides packed = row_major(own);
    strides out(shape.size(), 0);
    for (std::size_t d = 0; d < own.size(); ++d)
        if (own[d] != 1) out[d + shape.size() - own.size()] = packed[d];
    return out;
}

std::size_t elements_between(const extents& shape, std::size_t first, std::size_t last) {
    std::size_t count = 1;
    for (std::size_t d = first; d < last; ++d) count *= static_cast<std::size_t>(shape[d]);
    return count;
}

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

}  // namespace symmetree
