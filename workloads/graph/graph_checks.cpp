#include "workloads/graph/graph_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace symmetree {
namespace {

/// How many inputs are wanted, if `given` are not right.
std::optional<std::size_t> inputs_missed(input_count wanted, std::size_t given) {
    const auto exactly = [&](std::size_t count) { return given == count ? std::nullopt : std::optional(count); };
    switch (wanted) {
        case input_count::none: return exactly(0);
        case input_count::one: return exactly(1);
        case input_count::two: return exactly(2);
        case input_count::some: return given > 0 ? std::nullopt : std::optional<std::size_t>(1);
        case input_count::by_layer: return {};
    }
    return {};
}

struct shape_of {
    const std::vector<extents>& inputs;
    const extents& stated;
    const std::vector<layer>& layers;

    made_shape operator()(const product_op& op) const {
        if (op.layer >= layers.size()) return shape_problem_of("there is no such layer");
        return shape_of_product(layers[op.layer].shape, inputs);
    }
    template <class Op>
    made_shape operator()(const Op& op) const {
        return op.shape(inputs, stated);
    }
};

}  // namespace

made_shape shape_made(const graph_op& op, const std::vector<extents>& inputs, const extents& stated, const std::vector<layer>& layers) {
    if (const auto wanted = inputs_missed(facts_of(op).inputs, inputs.size()))
        return shape_problem_of(fmt::format("{} inputs are wanted, given {}", *wanted, inputs.size()));
    return std::visit(shape_of{inputs, stated, layers}, op);
}

activation_class kind_made(const graph_op& op, const std::vector<activation_class>& inputs) {
    switch (facts_of(op).kind) {
        case result_class::dense: return activation_class::dense;
        case result_class::relu: return activation_class::relu;
        case result_class::gelu: return activation_class::gelu;
        case result_class::of_inputs: break;
    }
    const bool all = std::all_of(inputs.begin(), inputs.end(), [&](activation_class c) { return c == inputs[0]; });
    return all && !inputs.empty() ? inputs[0] : activation_class::dense;
}

}  // namespace symmetree
