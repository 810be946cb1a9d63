#include "workloads/graph/graph_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/limits.h"
#include "core/text.h"
#include "workloads/network/layer_checks.h"

namespace symmetree {
namespace {

constexpr std::size_t most_axes = 8;

made_shape problem(std::string text) { return {{}, std::move(text)}; }

/// The product of the extents, or one more than a tensor may have where it would exceed that.
std::int64_t bounded_elements(const extents& shape) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        if (__builtin_mul_overflow(count, extent, &count) || count > largest_tensor) return largest_tensor + 1;
    return count;
}

made_shape checked(extents shape) {
    if (shape.size() > most_axes) return problem(fmt::format("at most {} axes are allowed, given {}", most_axes, dimensions_text(shape)));
    for (const std::int64_t extent : shape)
        if (extent < 1 || extent > largest_tensor)
            return problem(fmt::format("extents from 1 to {} are allowed, given {}", largest_tensor, dimensions_text(shape)));
    if (bounded_elements(shape) > largest_tensor)
        return problem(fmt::format("at most {} elements are allowed, given {}", largest_tensor, dimensions_text(shape)));
    return {std::move(shape), ""};
}

bool has_axis(const extents& shape, std::int64_t axis) { return axis >= 0 && axis < static_cast<std::int64_t>(shape.size()); }

/// Elements of all axes but the last `inner` ones.
std::int64_t leading(const extents& shape, std::size_t inner) {
    return elements_of(extents(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(inner)));
}

struct product_inputs {
    const std::vector<extents>& inputs;

    made_shape operator()(const conv_shape& s) const {
        const extents wanted = {1, s.in_channels, s.in_height, s.in_width};
        if (inputs.size() != 1) return problem("one input is wanted");
        if (inputs[0] != wanted)
            return problem(fmt::format("its layer wants {}, the input is {}", dimensions_text(wanted), dimensions_text(inputs[0])));
        return checked({1, s.out_channels, s.out_height(), s.out_width()});
    }
    made_shape operator()(const linear_shape& s) const {
        if (inputs.size() != 1) return problem("one input is wanted");
        extents shape = inputs[0];
        if (shape.empty() || shape.back() != s.in || leading(shape, 1) != s.tokens)
            return problem(fmt::format("its layer wants {} vectors of {}, the input is {}", s.tokens, s.in, dimensions_text(shape)));
        shape.back() = s.out;
        return checked(std::move(shape));
    }
    made_shape operator()(const matmul_shape& s) const {
        if (inputs.size() != 2) return problem("two inputs are wanted");
        const extents &a = inputs[0], &b = inputs[1];
        if (a.size() < 2 || b.size() < 2 || a.back() != s.inner || b[b.size() - 2] != s.inner || b.back() != s.columns)
            return problem(fmt::format("its layer wants [.., {0}, {1}] and [.., {1}, {2}], the inputs are {3} and {4}", s.rows, s.inner,
                                       s.columns, dimensions_text(a), dimensions_text(b)));
        const bool each =
            a[a.size() - 2] == s.rows && leading(a, 2) == s.count && std::equal(a.begin(), a.end() - 2, b.begin(), b.end() - 2);
        const bool shared = s.count == 1 && leading(b, 2) == 1 && b.size() <= a.size() && leading(a, 1) == s.rows;
        if (!each && !shared)
            return problem(
                fmt::format("{} products of {} rows can't be made of {} and {}", s.count, s.rows, dimensions_text(a), dimensions_text(b)));
        extents shape = a;
        shape.back() = s.columns;
        return checked(std::move(shape));
    }
};

/// One overload per operator; `visit` reads as the list of what is allowed.
struct shape_rules {
    const std::vector<extents>& inputs;
    const extents& stated;
    const std::vector<layer>& layers;

    made_shape operator()(const input_op&) const { return checked(stated); }
    made_shape operator()(const constant_op& op) const {
        made_shape made = checked(stated);
        if (made.problem.empty() && (!op.values || static_cast<std::int64_t>(op.values->size()) != elements_of(stated)))
            return problem(fmt::format("{} values do not fill {}", op.values ? op.values->size() : 0, dimensions_text(stated)));
        return made;
    }
    made_shape operator()(const product_op& op) const {
        if (op.layer >= layers.size()) return problem("there is no such layer");
        return std::visit(product_inputs{inputs}, layers[op.layer].shape);
    }
    made_shape operator()(const clip_op& op) const {
        if (!(op.least <= op.greatest)) return problem(fmt::format("from {} to {} leaves nothing", op.least, op.greatest));
        return same();
    }
    made_shape operator()(const gelu_op&) const { return same(); }
    made_shape operator()(const softmax_op&) const { return same(1); }
    made_shape operator()(const layer_norm_op& op) const {
        const auto length = inputs[0].empty() ? 0 : static_cast<std::size_t>(inputs[0].back());
        if (!op.gain || !op.bias || op.gain->size() != length || op.bias->size() != length)
            return problem(fmt::format("gain and bias must have {} values", length));
        if (!(op.epsilon >= 0) || !std::isfinite(op.epsilon))
            return problem(fmt::format("epsilon from 0 is allowed, given {}", op.epsilon));
        return same(1);
    }
    made_shape operator()(const add_op&) const { return broadcast_shape(inputs[0], inputs[1]); }
    made_shape operator()(const scale_op& op) const {
        if (!std::isfinite(op.factor)) return problem("a finite factor is wanted");
        return same();
    }
    made_shape operator()(const pool_op& op) const {
        if (inputs[0].size() != 4 || inputs[0][0] != 1)
            return problem(fmt::format("[1, channels, height, width] is wanted, the input is {}", dimensions_text(inputs[0])));
        // The same rules as for a convolution of one channel.
        conv_shape s;
        s.in_channels = s.out_channels = 1;
        if (inputs[0][2] > largest_extent || inputs[0][3] > largest_extent)
            return problem(fmt::format("a height and width of at most {} are allowed", largest_extent));
        s.in_height = static_cast<int>(inputs[0][2]);
        s.in_width = static_cast<int>(inputs[0][3]);
        s.kernel_height = op.kernel_height;
        s.kernel_width = op.kernel_width;
        s.stride_height = op.stride_height;
        s.stride_width = op.stride_width;
        s.pad_top = op.pad_top;
        s.pad_left = op.pad_left;
        s.pad_bottom = op.pad_bottom;
        s.pad_right = op.pad_right;
        for (const shape_problem& p : shape_problems(s)) return problem(p.field.empty() ? p.message : p.field + ": " + p.message);
        return checked({1, inputs[0][1], s.out_height(), s.out_width()});
    }
    made_shape operator()(const mean_op& op) const {
        if (op.axes < 1 || op.first_axis < 0 || !has_axis(inputs[0], std::int64_t{op.first_axis} + op.axes - 1))
            return problem(fmt::format("{} axes from axis {} are not in {}", op.axes, op.first_axis, dimensions_text(inputs[0])));
        extents shape = inputs[0];
        const auto first = shape.begin() + op.first_axis;
        if (op.keep_axes)
            std::fill(first, first + op.axes, 1);
        else
            shape.erase(first, first + op.axes);
        return checked(std::move(shape));
    }
    made_shape operator()(const reshape_op&) const {
        made_shape made = checked(stated);
        if (made.problem.empty() && elements_of(stated) != elements_of(inputs[0]))
            return problem(fmt::format("{} does not hold the elements of {}", dimensions_text(stated), dimensions_text(inputs[0])));
        return made;
    }
    made_shape operator()(const transpose_op& op) const {
        std::vector<bool> seen(inputs[0].size(), false);
        extents shape;
        for (const int axis : op.permutation) {
            if (!has_axis(inputs[0], axis) || seen[static_cast<std::size_t>(axis)]) return problem("not a permutation of the axes");
            seen[static_cast<std::size_t>(axis)] = true;
            shape.push_back(inputs[0][static_cast<std::size_t>(axis)]);
        }
        if (shape.size() != inputs[0].size()) return problem("not a permutation of the axes");
        return checked(std::move(shape));
    }
    made_shape operator()(const slice_op& op) const {
        const extents& in = inputs[0];
        made_shape made = checked(stated);
        if (!made.problem.empty()) return made;
        if (op.starts.size() != in.size() || op.steps.size() != in.size() || stated.size() != in.size())
            return problem(fmt::format("a start, a step and an extent are wanted for each axis of {}", dimensions_text(in)));
        for (std::size_t d = 0; d < in.size(); ++d)
            if (op.starts[d] < 0 || op.starts[d] >= in[d] || op.steps[d] < 1 || (stated[d] - 1) > (in[d] - 1 - op.starts[d]) / op.steps[d])
                return problem(fmt::format("{} elements from {} in steps of {} are not in axis {} of {}", stated[d], op.starts[d],
                                           op.steps[d], d, dimensions_text(in)));
        return made;
    }
    made_shape operator()(const concat_op& op) const {
        extents shape = inputs[0];
        if (!has_axis(shape, op.axis)) return problem(fmt::format("axis {} is not in {}", op.axis, dimensions_text(shape)));
        const auto axis = static_cast<std::size_t>(op.axis);
        for (std::size_t i = 1; i < inputs.size(); ++i) {
            extents other = inputs[i];
            if (other.size() == shape.size()) other[axis] = shape[axis];
            if (other != shape)
                return problem(
                    fmt::format("{} and {} differ beyond axis {}", dimensions_text(inputs[0]), dimensions_text(inputs[i]), axis));
        }
        for (std::size_t i = 1; i < inputs.size(); ++i) shape[axis] += inputs[i][axis];
        return checked(std::move(shape));
    }
    made_shape operator()(const pad_op& op) const {
        const extents& in = inputs[0];
        made_shape made = checked(stated);
        if (!made.problem.empty()) return made;
        if (op.before.size() != in.size() || stated.size() != in.size())
            return problem(fmt::format("one number for each axis of {} is wanted", dimensions_text(in)));
        for (std::size_t d = 0; d < in.size(); ++d)
            if (op.before[d] < 0 || op.before[d] > stated[d] - in[d])
                return problem(fmt::format("{} before {} do not fit into {} along axis {}", op.before[d], in[d], stated[d], d));
        return made;
    }

private:
    made_shape same(std::size_t least_axes = 0) const {
        if (inputs[0].size() < least_axes) return problem("an input with at least one axis is wanted");
        return checked(inputs[0]);
    }
};

struct input_count {
    template <class Op>
    std::size_t operator()(const Op&) const {
        return 1;
    }
    std::size_t operator()(const input_op&) const { return 0; }
    std::size_t operator()(const constant_op&) const { return 0; }
    std::size_t operator()(const add_op&) const { return 2; }
};

struct operator_name {
    const char* operator()(const input_op&) const { return "Input"; }
    const char* operator()(const constant_op&) const { return "Constant"; }
    const char* operator()(const product_op&) const { return "Product"; }
    const char* operator()(const clip_op& op) const { return op.least == 0 && std::isinf(op.greatest) ? "Relu" : "Clip"; }
    const char* operator()(const gelu_op&) const { return "Gelu"; }
    const char* operator()(const softmax_op&) const { return "Softmax"; }
    const char* operator()(const layer_norm_op&) const { return "LayerNormalization"; }
    const char* operator()(const add_op&) const { return "Add"; }
    const char* operator()(const scale_op&) const { return "Scale"; }
    const char* operator()(const pool_op& op) const { return op.maximum ? "MaxPool" : "AveragePool"; }
    const char* operator()(const mean_op&) const { return "Mean"; }
    const char* operator()(const reshape_op&) const { return "Reshape"; }
    const char* operator()(const transpose_op&) const { return "Transpose"; }
    const char* operator()(const slice_op&) const { return "Slice"; }
    const char* operator()(const concat_op&) const { return "Concat"; }
    const char* operator()(const pad_op&) const { return "Pad"; }
};

struct kind_rules {
    const std::vector<activation_class>& inputs;

    activation_class operator()(const input_op&) const { return activation_class::dense; }
    activation_class operator()(const constant_op&) const { return activation_class::dense; }
    activation_class operator()(const product_op&) const { return activation_class::dense; }
    activation_class operator()(const clip_op& op) const { return op.least == 0 ? activation_class::relu : activation_class::dense; }
    activation_class operator()(const gelu_op&) const { return activation_class::gelu; }
    activation_class operator()(const softmax_op&) const { return activation_class::dense; }
    activation_class operator()(const layer_norm_op&) const { return activation_class::dense; }
    activation_class operator()(const add_op&) const { return activation_class::dense; }
    activation_class operator()(const scale_op&) const { return activation_class::dense; }
    activation_class operator()(const pool_op&) const { return common(); }
    activation_class operator()(const mean_op&) const { return common(); }
    activation_class operator()(const reshape_op&) const { return common(); }
    activation_class operator()(const transpose_op&) const { return common(); }
    activation_class operator()(const slice_op&) const { return common(); }
    activation_class operator()(const concat_op&) const { return common(); }
    activation_class operator()(const pad_op&) const { return common(); }

private:
    activation_class common() const {
        const bool all = std::all_of(inputs.begin(), inputs.end(), [&](activation_class c) { return c == inputs[0]; });
        return all && !inputs.empty() ? inputs[0] : activation_class::dense;
    }
};

}  // namespace

made_shape broadcast_shape(const extents& a, const extents& b) {
    extents shape(std::max(a.size(), b.size()), 1);
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const std::int64_t x = d + a.size() >= shape.size() ? a[d + a.size() - shape.size()] : 1;
        const std::int64_t y = d + b.size() >= shape.size() ? b[d + b.size() - shape.size()] : 1;
        if (x != y && x != 1 && y != 1) return problem(fmt::format("{} and {} do not broadcast", dimensions_text(a), dimensions_text(b)));
        shape[d] = x == 1 ? y : x;
    }
    return checked(std::move(shape));
}

made_shape shape_made(const graph_op& op, const std::vector<extents>& inputs, const extents& stated, const std::vector<layer>& layers) {
    const bool any_count = std::holds_alternative<product_op>(op) || (std::holds_alternative<concat_op>(op) && !inputs.empty());
    const std::size_t wanted = std::visit(input_count{}, op);
    if (!any_count && inputs.size() != wanted) return problem(fmt::format("{} inputs are wanted, given {}", wanted, inputs.size()));
    return std::visit(shape_rules{inputs, stated, layers}, op);
}

activation_class kind_made(const graph_op& op, const std::vector<activation_class>& inputs) { return std::visit(kind_rules{inputs}, op); }

const char* name_of(const graph_op& op) { return std::visit(operator_name{}, op); }

}  // namespace symmetree
