// Nodes of a network that become steps of the vector unit.
#include <utility>

#include "compile/network_compiler.h"
#include "compile/requantized_network.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {
namespace {

/// Codes of a constant written out to a larger shape, as numpy broadcasts.
std::vector<std::int16_t> broadcast_codes(const std::vector<float>& values, const extents& from, const extents& to,
                                          const tensor_format& format) {
    const std::size_t missing = to.size() - from.size();
    const std::vector<std::int64_t> own = row_major_strides(from);
    tensor_view v{0, 0, to, std::vector<std::int64_t>(to.size(), 0)};
    for (std::size_t a = 0; a < from.size(); ++a)
        if (from[a] != 1) v.strides[missing + a] = own[a];
    std::vector<std::int16_t> codes(std::size_t(elements_of(to)));
    for_each_element(
        v, [&](std::size_t e, std::int64_t at) { codes[e] = static_cast<std::int16_t>(format.code_of(values[std::size_t(at)])); });
    return codes;
}

pool_shape windows_of(const pool_op& op, const extents& in, const extents& out) {
    const auto size = [](std::int64_t v) { return static_cast<std::int32_t>(v); };
    pool_shape s;
    s.channels = size(in[1]);
    s.in_height = size(in[2]);
    s.in_width = size(in[3]);
    s.out_height = size(out[2]);
    s.out_width = size(out[3]);
    s.kernel_height = op.kernel_height;
    s.kernel_width = op.kernel_width;
    s.stride_height = op.stride_height;
    s.stride_width = op.stride_width;
    s.pad_top = op.pad_top;
    s.pad_left = op.pad_left;
    return s;
}

/// Codes move as they are where they mean the same in both formats.
rearrange_parameters moving_between(const tensor_format& in, const tensor_format& out) {
    const bool same = in.step == out.step && in.zero_point == out.zero_point && in.least >= out.least && in.greatest <= out.greatest;
    return same ? rearrange_parameters{} : rearrange_parameters{make_requantize(in, out)};
}

}  // namespace

vector_descriptor network_compiler::step_of(vector_operation operation, const memory_tensor& a, const memory_tensor& result) const {
    vector_descriptor d;
    d.magic = vector_magic;
    d.operation = static_cast<std::uint8_t>(operation);
    d.a = a;
    d.result = result;
    d.images = static_cast<std::uint32_t>(batch_);
    return d;
}

void network_compiler::emit(std::size_t node, vector_descriptor d, const vector_parameters& parameters) {
    if (platform_.vector_unit.lanes == 0) throw does_not_fit("it has no vector_unit");
    std::vector<std::uint8_t> bytes = encode_parameters(parameters);
    d.parameters_bytes = static_cast<std::uint32_t>(bytes.size());
    d.parameters_address = program_.load(part_of(node, "parameters"), std::move(bytes));
    network_step step;
    step.name = graph_.nodes[node].name;
    step.node = node;
    step.operation = operation_of(d);
    program_.add(std::move(step), d);
}

void network_compiler::elementwise(std::size_t i, const vector_parameters& parameters) {
    const tensor_view v = dense_view(i, views_[graph_.nodes[i].inputs.front()]);
    const std::size_t buffer = new_tensor(i, buffer_of(v).rows, buffer_of(v).row_elements);
    vector_descriptor d = step_of(operation_of(parameters), buffer_of(v), program_.buffer(buffer));
    if (q_.nodes[i].adapter) d.scale_address[0] = scales_.at(i);
    emit(i, d, parameters);
    views_[i] = {buffer, 0, v.shape, v.strides};
}

void network_compiler::place_scale(std::size_t i, const requantize_parameters& parameters) {
    if (q_.nodes[i].adapter) place_adapter(i);
    elementwise(i, parameters);
}

/// beta of a tensor, 8 bytes that every step and layer that needs them reads.
void network_compiler::place_adapter(std::size_t i) {
    const std::size_t from = graph_.nodes[i].inputs.front();
    const tensor_view& v = views_[from];
    const adapter_parameters p = make_adapter(*q_.nodes[i].adapter, adapter_shape_of(graph_.nodes[from].shape).positions, format_of(from));
    const bool image = v.shape.size() == 4 && v.shape[0] == 1;
    const memory_tensor in = image ? images_of(i, v, 1) : rows_of(i, v, p.rows, p.channels);
    memory_tensor scale;
    scale.rows = 1;
    scale.row_elements = image_scale_bytes / 2;
    scale.bits = 16;
    scale.is_signed = 0;
    scale.image_bytes = image_scale_bytes;
    scale.address = scales_[i] = program_.reserve(part_of(i, "beta"), image_scale_bytes * std::uint64_t(batch_));
    emit(i, step_of(vector_operation::adapter, in, scale), p);
}

/// Where the beta stands that the steps of a node's codes are multiplied by; 0 for none.
std::uint64_t network_compiler::scale_of_input(std::size_t i, std::size_t at) const {
    const std::optional<std::size_t> by = q_.nodes[graph_.nodes[i].inputs[at]].adapted_by;
    return by ? scales_.at(*by) : 0;
}

void network_compiler::row_wise(std::size_t i, const vector_parameters& parameters) {
    const extents& shape = graph_.nodes[i].shape;
    const std::int64_t columns = shape.back(), rows = elements_of(shape) / columns;
    const memory_tensor in = rows_of(i, views_[graph_.nodes[i].inputs.front()], rows, columns);
    views_[i] = row_view(i, shape);
    emit(i, step_of(operation_of(parameters), in, buffer_of(views_[i])), parameters);
}

void network_compiler::place_add(std::size_t i) {
    const graph_node& node = graph_.nodes[i];
    const bool swap = graph_.nodes[node.inputs[0]].shape != node.shape;
    const std::size_t first = node.inputs[swap ? 1 : 0], second = node.inputs[swap ? 0 : 1];
    if (graph_.nodes[first].shape != node.shape) throw does_not_fit("both inputs of an addition are broadcast");
    const tensor_view a = dense_view(i, views_[first]);
    tensor_view b = views_[second];
    if (graph_.nodes[second].shape != node.shape) b = broadcast_constant(i, second, a, node.shape);
    const bool alike = b.first == 0 && b.strides == a.strides && buffer_of(b).rows == buffer_of(a).rows &&
                       buffer_of(b).row_elements == buffer_of(a).row_elements;
    if (!alike) b = moved(i, b, buffer_of(a).rows, buffer_of(a).row_elements, a.strides);
    const std::size_t buffer = new_tensor(i, buffer_of(a).rows, buffer_of(a).row_elements);
    vector_descriptor d = step_of(vector_operation::add, buffer_of(swap ? b : a), program_.buffer(buffer));
    d.has_second = 1;
    d.b = buffer_of(swap ? a : b);
    for (std::size_t at = 0; at < 2; ++at) d.scale_address[at] = scale_of_input(i, at);
    emit(i, d, make_add(format_of(node.inputs[0]), format_of(node.inputs[1]), format_of(i), q_.nodes[i].clip));
    views_[i] = {buffer, 0, node.shape, a.strides};
}

/// A constant written out to the shape of what `node` adds it to, in the same places.
tensor_view network_compiler::broadcast_constant(std::size_t node, std::size_t constant, const tensor_view& like_view,
                                                 const extents& shape) {
    const std::vector<float>* values = constant_values(graph_.nodes[constant]);
    if (!values) throw does_not_fit("an addition of tensors of different shapes, neither of them a constant");
    const tensor_format& format = format_of(constant);
    const std::size_t buffer = program_.new_buffer(part_of(node, "broadcast constant"), buffer_of(like_view).rows,
                                                   buffer_of(like_view).row_elements, format, tensor_owner::all_images);
    tensor_view v{buffer, 0, shape, like_view.strides};
    program_.load_at(buffer_of(v).address,
                     pack_tensor(buffer_of(v), v, broadcast_codes(*values, graph_.nodes[constant].shape, shape, format)));
    return v;
}

void network_compiler::place_pool(std::size_t i, const pool_op& op) {
    const graph_node& node = graph_.nodes[i];
    const memory_tensor in = images_of(i, views_[node.inputs.front()], 1);
    views_[i] = image_view(i, node.shape);
    const pool_shape windows = windows_of(op, graph_.nodes[node.inputs.front()].shape, node.shape);
    window_step(i, make_pool(op.maximum, windows, op.count_padding, format_of(node.inputs.front()), format_of(i)), in, op.kernel_height,
                op.stride_height, op.pad_top);
}

void network_compiler::window_step(std::size_t i, const vector_parameters& parameters, const memory_tensor& in, int kernel_rows,
                                   int stride_rows, int pad_top) {
    vector_descriptor d = step_of(operation_of(parameters), in, buffer_of(views_[i]));
    d.kernel_rows = static_cast<std::uint16_t>(kernel_rows);
    d.stride_rows = static_cast<std::uint16_t>(stride_rows);
    d.first_row = static_cast<std::int16_t>(-pad_top);
    emit(i, d, parameters);
}

/// The mean over tokens is that of an image one pixel wide.
void network_compiler::place_mean(std::size_t i, const mean_op& op) {
    const graph_node& node = graph_.nodes[i];
    const extents& in_shape = graph_.nodes[node.inputs.front()].shape;
    const auto first = in_shape.begin() + op.first_axis;
    const std::int64_t before = elements_of({in_shape.begin(), first}), over = elements_of({first, first + op.axes}),
                       after = elements_of({first + op.axes, in_shape.end()});
    if (before != 1) throw does_not_fit("a mean over inner axes of several tensors");
    const memory_tensor in = rows_of(i, views_[node.inputs.front()], over, after);
    views_[i] = {new_tensor(i, 1, after), 0, node.shape, row_major_strides(node.shape)};
    window_step(i, make_mean(over, format_of(node.inputs.front()), format_of(i)), in, static_cast<int>(over), static_cast<int>(over), 0);
}

void network_compiler::place_reshape(std::size_t i) {
    const graph_node& node = graph_.nodes[i];
    const tensor_view& v = views_[node.inputs.front()];
    if (const auto seen = reshaped_view(v, node.shape)) {
        views_[i] = *seen;
        return;
    }
    const std::int64_t columns = v.shape.back();
    tensor_view m = moved(i, v, elements_of(v.shape) / columns, columns, row_major_strides(v.shape));
    views_[i] = {m.buffer, 0, node.shape, row_major_strides(node.shape)};
}

void network_compiler::place_concat(std::size_t i, const concat_op& op) {
    const graph_node& node = graph_.nodes[i];
    const tensor_view whole = row_view(i, node.shape);
    std::int64_t at = 0;
    for (const std::size_t input : node.inputs) {
        const tensor_view& v = views_[input];
        copy_into(i, v, whole, at * whole.strides[std::size_t(op.axis)], moving_between(format_of(input), format_of(i)));
        at += v.shape[std::size_t(op.axis)];
    }
    views_[i] = whole;
}

void network_compiler::place_pad(std::size_t i, const pad_op& op) {
    const graph_node& node = graph_.nodes[i];
    const tensor_view whole = image_view(i, node.shape);
    const std::vector<std::int16_t> background(std::size_t(elements_of(node.shape)), static_cast<std::int16_t>(format_of(i).zero_point));
    const std::vector<std::uint8_t> packed = pack_tensor(buffer_of(whole), whole, background);
    for (int image = 0; image < batch_; ++image)
        program_.load_at(buffer_of(whole).address + std::uint64_t(image) * buffer_of(whole).image_bytes, packed);
    std::int64_t first = 0;
    for (std::size_t a = 0; a < node.shape.size(); ++a) first += op.before[a] * whole.strides[a];
    copy_into(i, views_[node.inputs.front()], whole, first, {});
    views_[i] = whole;
}

/// Writes a view into its part of a tensor. The rest of the tensor is read and written back.
void network_compiler::copy_into(std::size_t node, const tensor_view& v, const tensor_view& whole, std::int64_t first,
                                 const rearrange_parameters& parameters) {
    vector_descriptor d = step_of(vector_operation::rearrange, buffer_of(v), buffer_of(whole));
    d.has_second = 1;
    d.b = d.result;
    d.copy = copy_of(v, whole.strides, first);
    emit(node, d, parameters);
}

}  // namespace symmetree
