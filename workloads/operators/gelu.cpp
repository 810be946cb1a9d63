#include "workloads/operators/gelu.h"

#include "workloads/operators/smooth_functions.h"

namespace symmetree {

made_shape gelu_op::shape(const std::vector<extents>& inputs, const extents&) const { return same_shape(inputs); }

void gelu_op::compute(const float_call& call) const {
    const float* const x = call.x();
    float* const y = call.y;
    const std::size_t count = call.count();
    constexpr double twice_root = 1.5957691216057307117;  // 2 sqrt(2 / pi); (1 + tanh u) / 2 = 1 / (1 + exp(-2 u))
    for (std::size_t i = 0; i < count; ++i) {
        const double v = static_cast<double>(x[i]);
        const double share = by_tanh ? 1 / (1 + portable_exp(-twice_root * (v + 0.044715 * v * v * v))) : normal_distribution(v);
        y[i] = static_cast<float>(v * share);
    }
}

}  // namespace symmetree
