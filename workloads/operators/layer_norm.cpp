#include "workloads/operators/layer_norm.h"

#include <fmt/format.h>

#include <cmath>

namespace symmetree {

made_shape layer_norm_op::shape(const std::vector<extents>& inputs, const extents&) const {
    const auto length = inputs[0].empty() ? 0 : static_cast<std::size_t>(inputs[0].back());
    if (!gain || !bias || gain->size() != length || bias->size() != length)
        return shape_problem_of(fmt::format("gain and bias must have {} values", length));
    if (!(epsilon >= 0) || !std::isfinite(epsilon)) return shape_problem_of(fmt::format("epsilon from 0 is allowed, given {}", epsilon));
    return same_shape(inputs, 1);
}

void layer_norm_op::compute(const float_call& call) const {
    const float* x = call.x();
    float* y = call.y;
    const std::size_t length = call.length(), rows = call.count() / length;
    const auto count = static_cast<double>(length);
    for (std::size_t r = 0; r < rows; ++r, x += length, y += length) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < length; ++i) sum += static_cast<double>(x[i]);
        const double centre = sum / count;
        for (std::size_t i = 0; i < length; ++i) squares += (static_cast<double>(x[i]) - centre) * (static_cast<double>(x[i]) - centre);
        const double factor = 1 / std::sqrt(squares / count + epsilon);
        for (std::size_t i = 0; i < length; ++i)
            y[i] = static_cast<float>((static_cast<double>(x[i]) - centre) * factor) * (*gain)[i] + (*bias)[i];
    }
}

}  // namespace symmetree
