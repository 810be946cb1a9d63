#include "workloads/operators/pad.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "workloads/operators/strided_boxes.h"

namespace symmetree {

made_shape pad_op::shape(const std::vector<extents>& inputs, const extents& stated) const {
    const extents& in = inputs[0];
    made_shape made = checked_shape(stated);
    if (!made.problem.empty()) return made;
    if (before.size() != in.size() || stated.size() != in.size())
        return shape_problem_of(fmt::format("one number for each axis of {} is wanted", dimensions_text(in)));
    for (std::size_t d = 0; d < in.size(); ++d)
        if (before[d] < 0 || before[d] > stated[d] - in[d])
            return shape_problem_of(fmt::format("{} before {} do not fit into {} along axis {}", before[d], in[d], stated[d], d));
    return made;
}

void pad_op::compute(const float_call& call) const {
    float* y = call.y;
    const extents &shape = call.shape, &x_shape = call.x_shape();
    std::fill(y, y + elements_between(shape, 0, shape.size()), 0.f);
    const strides own = row_major(shape);
    for (std::size_t d = 0; d < shape.size(); ++d) y += before[d] * own[d];
    copy_box(x_shape, call.x(), row_major(x_shape), y, own);
}

}  // namespace symmetree
