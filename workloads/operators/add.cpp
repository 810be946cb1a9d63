#include "workloads/operators/add.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "workloads/operators/strided_boxes.h"

namespace symmetree {

made_shape broadcast_shape(const extents& a, const extents& b) {
    extents shape(std::max(a.size(), b.size()), 1);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const std::int64_t x = d + a.size() >= shape.size() ? a[d + a.size() - shape.size()] : 1;
        const std::int64_t y = d + b.size() >= shape.size() ? b[d + b.size() - shape.size()] : 1;
        if (x != y && x != 1 && y != 1)
            return shape_problem_of(fmt::format("{} and {} do not broadcast", dimensions_text(a), dimensions_text(b)));
        shape[d] = x == 1 ? y : x;
    }
    return checked_shape(std::move(shape));
}

made_shape add_op::shape(const std::vector<extents>& inputs, const extents&) const { return broadcast_shape(inputs[0], inputs[1]); }

void add_op::compute(const float_call& call) const {
    const float *const a = call.inputs[0].values, *const b = call.inputs[1].values;
    const extents &a_shape = call.inputs[0].shape, &b_shape = call.inputs[1].shape, &shape = call.shape;
    float* y = call.y;
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

}  // namespace symmetree
