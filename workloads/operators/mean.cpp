#include "workloads/operators/mean.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "workloads/operators/strided_boxes.h"

namespace symmetree {

made_shape mean_op::shape(const std::vector<extents>& inputs, const extents&) const {
    if (axes < 1 || first_axis < 0 || !has_axis(inputs[0], std::int64_t{first_axis} + axes - 1))
        return shape_problem_of(fmt::format("{} axes from axis {} are not in {}", axes, first_axis, dimensions_text(inputs[0])));
    extents made = inputs[0];
    const auto first = made.begin() + first_axis;
    if (keep_axes)
        std::fill(first, first + axes, 1);
    else
        made.erase(first, first + axes);
    return checked_shape(std::move(made));
}

void mean_op::compute(const float_call& call) const {
    const float* x = call.x();
    float* y = call.y;
    const extents& x_shape = call.x_shape();
    const auto first = static_cast<std::size_t>(first_axis), last = first + static_cast<std::size_t>(axes);
    const std::size_t outer = elements_between(x_shape, 0, first), count = elements_between(x_shape, first, last),
                      inner = elements_between(x_shape, last, x_shape.size());
    std::vector<double> sums(inner);
    for (std::size_t o = 0; o < outer; ++o, y += inner) {
        std::fill(sums.begin(), sums.end(), 0);
        for (std::size_t n = 0; n < count; ++n, x += inner)
            for (std::size_t i = 0; i < inner; ++i) sums[i] += static_cast<double>(x[i]);
        for (std::size_t i = 0; i < inner; ++i) y[i] = static_cast<float>(sums[i] / static_cast<double>(count));
    }
}

}  // namespace symmetree
