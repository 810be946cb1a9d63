#include "workloads/operators/softmax.h"

#include <algorithm>

#include "workloads/operators/smooth_functions.h"

namespace symmetree {

made_shape softmax_op::shape(const std::vector<extents>& inputs, const extents&) const { return same_shape(inputs, 1); }

void softmax_op::compute(const float_call& call) const {
    const float* x = call.x();
    float* y = call.y;
    const std::size_t length = call.length(), rows = call.count() / length;
    std::vector<double> powers(length);
    for (std::size_t r = 0; r < rows; ++r, x += length, y += length) {
        const double most = static_cast<double>(*std::max_element(x, x + length));
        for (std::size_t i = 0; i < length; ++i) powers[i] = portable_exp(static_cast<double>(x[i]) - most);
        double sum = 0;
        for (const double power : powers) sum += power;
        for (std::size_t i = 0; i < length; ++i) y[i] = static_cast<float>(powers[i] / sum);
    }
}

}  // namespace symmetree
