#include "workloads/operators/slice.h"

#include <fmt/format.h>

#include "core/text.h"
#include "workloads/operators/strided_boxes.h"

namespace symmetree {

made_shape slice_op::shape(const std::vector<extents>& inputs, const extents& stated) const {
    const extents& in = inputs[0];
    made_shape made = checked_shape(stated);
    if (!made.problem.empty()) return made;
    if (starts.size() != in.size() || steps.size() != in.size() || stated.size() != in.size())
        return shape_problem_of(fmt::format("a start, a step and an extent are wanted for each axis of {}", dimensions_text(in)));
    for (std::size_t d = 0; d < in.size(); ++d)
        if (starts[d] < 0 || starts[d] >= in[d] || steps[d] < 1 || (stated[d] - 1) > (in[d] - 1 - starts[d]) / steps[d])
            return shape_problem_of(fmt::format("{} elements from {} in steps of {} are not in axis {} of {}", stated[d], starts[d],
                                                steps[d], d, dimensions_text(in)));
    return made;
}

void slice_op::compute(const float_call& call) const {
    const float* x = call.x();
    const extents &shape = call.shape, &x_shape = call.x_shape();
    strides stepped = row_major(x_shape);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        x += starts[d] * stepped[d];
        stepped[d] *= steps[d];
    }
    copy_box(shape, x, stepped, call.y, row_major(shape));
}

}  // namespace symmetree
