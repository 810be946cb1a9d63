#include "workloads/operators/concat.h"

#include <fmt/format.h>

#include "core/text.h"
#include "workloads/operators/strided_boxes.h"

namespace symmetree {

made_shape concat_op::shape(const std::vector<extents>& inputs, const extents&) const {
    extents made = inputs[0];
    if (!has_axis(made, axis)) return shape_problem_of(fmt::format("axis {} is not in {}", axis, dimensions_text(made)));
    const auto along = static_cast<std::size_t>(axis);
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        extents other = inputs[i];
        if (other.size() == made.size()) other[along] = made[along];
        if (other != made)
            return shape_problem_of(
                fmt::format("{} and {} differ beyond axis {}", dimensions_text(inputs[0]), dimensions_text(inputs[i]), axis));
    }
    for (std::size_t i = 1; i < inputs.size(); ++i) made[along] += inputs[i][along];
    return checked_shape(std::move(made));
}

void concat_op::compute(const float_call& call) const {
    const strides own = row_major(call.shape);
    const auto along = static_cast<std::size_t>(axis);
    float* y = call.y;
    for (const float_call::operand& part : call.inputs) {
        copy_box(part.shape, part.values, row_major(part.shape), y, own);
        y += part.shape[along] * own[along];
    }
}

}  // namespace symmetree
