#include "workloads/operators/scale.h"

#include <cmath>

namespace symmetree {

made_shape scale_op::shape(const std::vector<extents>& inputs, const extents&) const {
    if (!std::isfinite(factor)) return shape_problem_of("a finite factor is wanted");
    return same_shape(inputs);
}

void scale_op::compute(const float_call& call) const {
    const float* const x = call.x();
    float* const y = call.y;
    const std::size_t count = call.count();
    for (std::size_t i = 0; i < count; ++i) y[i] = x[i] * factor;
}

}  // namespace symmetree
