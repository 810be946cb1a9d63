#include "workloads/operators/constant.h"

#include <fmt/format.h>

#include "core/text.h"

namespace symmetree {

made_shape constant_op::shape(const std::vector<extents>&, const extents& stated) const {
    made_shape made = checked_shape(stated);
    if (made.problem.empty() && (!values || static_cast<std::int64_t>(values->size()) != elements_of(stated)))
        return shape_problem_of(fmt::format("{} values do not fill {}", values ? values->size() : 0, dimensions_text(stated)));
    return made;
}

}  // namespace symmetree
