#include "workloads/operators/clip.h"

#include <fmt/format.h>

namespace symmetree {

made_shape clip_op::shape(const std::vector<extents>& inputs, const extents&) const {
    if (!(least <= greatest)) return shape_problem_of(fmt::format("from {} to {} leaves nothing", least, greatest));
    return same_shape(inputs);
}

void clip_op::compute(const float_call& call) const {
    const float* const x = call.x();
    float* const y = call.y;
    const std::size_t count = call.count();
    for (std::size_t i = 0; i < count; ++i) {
        const float above = x[i] > least ? x[i] : least;
        y[i] = above < greatest ? above : greatest;
    }
}

}  // namespace symmetree
