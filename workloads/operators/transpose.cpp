#include "workloads/operators/transpose.h"

#include "workloads/operators/strided_boxes.h"

namespace symmetree {

made_shape transpose_op::shape(const std::vector<extents>& inputs, const extents&) const {
    std::vector<bool> seen(inputs[0].size(), false);
    extents made;
    for (const int axis : permutation) {
        if (!has_axis(inputs[0], axis) || seen[static_cast<std::size_t>(axis)]) return shape_problem_of("not a permutation of the axes");
        seen[static_cast<std::size_t>(axis)] = true;
        made.push_back(inputs[0][static_cast<std::size_t>(axis)]);
    }
    if (made.size() != inputs[0].size()) return shape_problem_of("not a permutation of the axes");
    return checked_shape(std::move(made));
}

void transpose_op::compute(const float_call& call) const {
    const extents &shape = call.shape, &x_shape = call.x_shape();
    const strides own = row_major(x_shape);
    strides moved;
    for (const int axis : permutation) moved.push_back(own[static_cast<std::size_t>(axis)]);
    copy_box(shape, call.x(), moved, call.y, row_major(shape));
}

}  // namespace symmetree
