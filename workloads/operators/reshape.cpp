#include "workloads/operators/reshape.h"

#include <fmt/format.h>

#include "core/text.h"

namespace symmetree {

made_shape reshape_op::shape(const std::vector<extents>& inputs, const extents& stated) const {
    made_shape made = checked_shape(stated);
    if (made.problem.empty() && elements_of(stated) != elements_of(inputs[0]))
        return shape_problem_of(fmt::format("{} does not hold the elements of {}", dimensions_text(stated), dimensions_text(inputs[0])));
    return made;
}

}  // namespace symmetree
