#include "workloads/network/channel_layout.h"

#include <algorithm>

namespace symmetree {
namespace {

/// Elements behind an axis, up to the next position on it.
std::int64_t run_of(const extents& shape, std::size_t axis) {
    return elements_of(extents(shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, shape.end()));
}

/// The axis that holds nothing but the channels; absent where they share one with others.
std::optional<std::size_t> axis_of(const channel_layout& layout, const extents& shape) {
    for (std::size_t axis = shape.size(); axis-- > 0;)
        if (shape[axis] == layout.channels && run_of(shape, axis) == layout.run) return axis;
    return {};
}

/// What each operator makes of the channels; nothing where their factors do not come out as they went in.
struct layout_rules {
    using answer = std::optional<channel_layout>;
    const channel_layout& in;
    const extents &from, &to;

    answer operator()(const input_op&) const { return {}; }
    answer operator()(const constant_op&) const { return {}; }
    answer operator()(const product_op&) const { return {}; }
    answer operator()(const gelu_op&) const { return {}; }
    answer operator()(const softmax_op&) const { return {}; }
    answer operator()(const layer_norm_op&) const { return {}; }
    answer operator()(const add_op&) const { return {}; }
    answer operator()(const concat_op&) const { return {}; }
    answer operator()(const clip_op& op) const { return op.is_relu() ? answer(in) : answer(); }
    answer operator()(const scale_op&) const { return in; }
    answer operator()(const reshape_op&) const { return in; }
    answer operator()(const pad_op&) const { return on_axis(axis_of(in, from)); }
    answer operator()(const slice_op&) const { return on_axis(axis_of(in, from)); }
    answer operator()(const pool_op&) const {
        const auto axis = axis_of(in, from);
        return axis && *axis + 2 < from.size() ? on_axis(axis) : answer();
    }
    answer operator()(const mean_op& op) const {
        const auto axis = axis_of(in, from);
        const auto first = static_cast<std::size_t>(op.first_axis), count = static_cast<std::size_t>(op.axes);
        if (!axis || (*axis >= first && *axis < first + count)) return {};
        return on_axis(*axis < first || op.keep_axes ? *axis : *axis - count);
    }
    answer operator()(const transpose_op& op) const {
        const auto axis = axis_of(in, from);
        if (!axis) return {};
        const auto place = std::find(op.permutation.begin(), op.permutation.end(), static_cast<int>(*axis));
        return on_axis(static_cast<std::size_t>(place - op.permutation.begin()));
    }

    /// All channels lie on this axis of the result.
    answer on_axis(const std::optional<std::size_t>& axis) const {
        if (!axis || to[*axis] != in.channels) return {};
        return channel_layout{in.channels, run_of(to, *axis)};
    }
};

}  // namespace

std::optional<channel_layout> layout_behind(const graph_node& node, const channel_layout& in, const extents& input_shape) {
    return std::visit(layout_rules{in, input_shape, node.shape}, node.op);
}

}  // namespace symmetree
