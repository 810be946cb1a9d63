#include "workloads/operators/product.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace symmetree {
namespace {

/// Elements of all axes but the last `inner` ones.
std::int64_t leading(const extents& shape, std::size_t inner) {
    return elements_of(extents(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(inner)));
}

struct product_rules {
    const std::vector<extents>& inputs;

    made_shape operator()(const conv_shape& s) const {
        const extents wanted = {1, s.in_channels, s.in_height, s.in_width};
        if (inputs.size() != 1) return shape_problem_of("one input is wanted");
        if (inputs[0] != wanted)
            return shape_problem_of(
                fmt::format("its layer wants {}, the input is {}", dimensions_text(wanted), dimensions_text(inputs[0])));
        return checked_shape({1, s.out_channels, s.out_height(), s.out_width()});
    }
    made_shape operator()(const linear_shape& s) const {
        if (inputs.size() != 1) return shape_problem_of("one input is wanted");
        extents shape = inputs[0];
        if (shape.empty() || shape.back() != s.in || leading(shape, 1) != s.tokens)
            return shape_problem_of(
                fmt::format("its layer wants {} vectors of {}, the input is {}", s.tokens, s.in, dimensions_text(shape)));
        shape.back() = s.out;
        return checked_shape(std::move(shape));
    }
    made_shape operator()(const matmul_shape& s) const {
        if (inputs.size() != 2) return shape_problem_of("two inputs are wanted");
        const extents &a = inputs[0], &b = inputs[1];
        if (a.size() < 2 || b.size() < 2 || a.back() != s.inner || b[b.size() - 2] != s.inner || b.back() != s.columns)
            return shape_problem_of(fmt::format("its layer wants [.., {0}, {1}] and [.., {1}, {2}], the inputs are {3} and {4}", s.rows,
                                                s.inner, s.columns, dimensions_text(a), dimensions_text(b)));
        const bool each =
            a[a.size() - 2] == s.rows && leading(a, 2) == s.count && std::equal(a.begin(), a.end() - 2, b.begin(), b.end() - 2);
        const bool shared = s.count == 1 && leading(b, 2) == 1 && b.size() <= a.size() && leading(a, 1) == s.rows;
        if (!each && !shared)
            return shape_problem_of(
                fmt::format("{} products of {} rows can't be made of {} and {}", s.count, s.rows, dimensions_text(a), dimensions_text(b)));
        extents shape = a;
        shape.back() = s.columns;
        return checked_shape(std::move(shape));
    }
};

}  // namespace

made_shape shape_of_product(const layer_shape& layer, const std::vector<extents>& inputs) {
    return std::visit(product_rules{inputs}, layer);
}

}  // namespace symmetree
