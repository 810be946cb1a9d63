#include "workloads/operators/graph_operator.h"

#include <fmt/format.h>

#include "core/limits.h"
#include "core/text.h"

namespace symmetree {
namespace {

constexpr std::size_t most_axes = 8;

/// The product of the extents, or one more than a tensor may have where it would exceed that.
std::int64_t bounded_elements(const extents& shape) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        if (__builtin_mul_overflow(count, extent, &count) || count > largest_tensor) return largest_tensor + 1;
    return count;
}

}  // namespace

made_shape shape_problem_of(std::string text) { return {{}, std::move(text)}; }

made_shape checked_shape(extents shape) {
    if (shape.size() > most_axes)
        return shape_problem_of(fmt::format("at most {} axes are allowed, given {}", most_axes, dimensions_text(shape)));
    for (const std::int64_t extent : shape)
        if (extent < 1 || extent > largest_tensor)
            return shape_problem_of(fmt::format("extents from 1 to {} are allowed, given {}", largest_tensor, dimensions_text(shape)));
    if (bounded_elements(shape) > largest_tensor)
        return shape_problem_of(fmt::format("at most {} elements are allowed, given {}", largest_tensor, dimensions_text(shape)));
    return {std::move(shape), ""};
}

made_shape same_shape(const std::vector<extents>& inputs, std::size_t least_axes) {
    if (inputs[0].size() < least_axes) return shape_problem_of("an input with at least one axis is wanted");
    return checked_shape(inputs[0]);
}

bool has_axis(const extents& shape, std::int64_t axis) { return axis >= 0 && axis < static_cast<std::int64_t>(shape.size()); }

}  // namespace symmetree
