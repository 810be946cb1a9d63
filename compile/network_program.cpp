#include "compile/network_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "compile/adaptive_network.h"
#include "compile/layer_plan.h"
#include "compile/layer_scheme.h"
#include "compile/product_program.h"
#include "core/bit_stream.h"
#include "core/enumerators.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {
namespace {

/// Strides that put channels last: [1][C][H][W] as rows of pixels.
std::vector<std::int64_t> image_strides(const extents& s) { return {s[1] * s[2] * s[3], 1, s[3] * s[1], s[1]}; }

bool is_image(const tensor_view& v, const memory_tensor& buffer) {
    if (v.shape.size() != 4 || v.shape[0] != 1 || v.first != 0) return false;
    const std::vector<std::int64_t> wanted = image_strides(v.shape);
    for (std::size_t a = 1; a < 4; ++a)
        if (v.shape[a] != 1 && v.strides[a] != wanted[a]) return false;
    return buffer.rows == v.shape[2] && buffer.row_elements == v.shape[3] * v.shape[1];
}

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

class compiler {
public:
    compiler(const quantized_network& q, const platform_config& platform, bool with_values)
        : q_(q), graph_(*q.network.graph), platform_(platform), with_values_(with_values) {}

    network_program run() {
        out_.views.resize(graph_.nodes.size());
        out_.plans.resize(q_.products.size());
        plan_products();
        resident_.push_back(reserve("descriptors", descriptor_bytes * count_bound()));
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            try {
                place(i);
            } catch (const does_not_fit& e) {
                problems_.add(
                    {q_.network.source, 0, 0, graph_.nodes[i].name, fmt::format("can't run on platform {}: {}", platform_.name, e.what())});
                problems_.throw_if_any();
            }
        }
        problems_.throw_if_any();
        if (descriptors_.size() > descriptor_bytes * count_bound()) throw model_fault("more steps than were counted");
        out_.contents.push_back({first_address(memory_space::dram), std::move(descriptors_)});
        out_.input = out_.views[graph_.input];
        out_.output = out_.views[graph_.output];
        refuse_too_small_memories();
        note_lifetimes();
        out_.descriptors = static_cast<std::uint32_t>(out_.steps.size());
        out_.input_address = buffer_of(out_.input).address;
        out_.result_address = buffer_of(out_.output).address;
        out_.result_bytes = buffer_of(out_.output).bytes();
        return std::move(out_);
    }

private:
    /// Descriptors stand before everything else; a node has at most its own step and one rearrangement per input, a concatenation one per
    /// input, an adapter its own step and rearrangement.
    std::size_t count_bound() const {
        std::size_t count = 0;
        for (const graph_node& node : graph_.nodes) count += 1 + node.inputs.size();
        for (const formatted_node& node : q_.nodes) count += node.adapter ? 2 : 0;
        return count;
    }

    void plan_products() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            const std::size_t* layer = layer_of(graph_.nodes[i]);
            if (!layer) continue;
            const formatted_product& p = q_.products[*layer];
            try {
                out_.plans[*layer] = plan_product(platform_, p, q_.product_records[*layer]);
            } catch (const does_not_fit& e) {
                problems_.add(refusal(*p.what, platform_, e.what()));
            }
        }
        problems_.throw_if_any();
    }

    void refuse_too_small_memories() const {
        for (const memory_space space : enumerators<memory_space>()) {
            const address_range there = range_of(space, platform_);
            const std::uint64_t needed = out_.memory.next(space) - there.begin;
            if (needed > there.bytes)
                throw input_error(diagnostic{
                    q_.network.source, 0, 0, q_.network.name,
                    fmt::format("needs {} bytes of {}, platform {} has {}", needed, to_string(space), platform_.name, there.bytes)});
        }
    }

    /// The host is there before the first step and after the last: what it keeps in memory from image to image lives as long as both.
    void note_lifetimes() {
        if (touched_.empty()) throw model_fault("a program without steps");
        touched_.front().push_back(buffer_of(out_.input).address);
        touched_.back().push_back(buffer_of(out_.output).address);
        for (std::vector<std::uint64_t>* step : {&touched_.front(), &touched_.back()})
            step->insert(step->end(), resident_.begin(), resident_.end());
        out_.memory.note_steps(touched_);
    }

    const tensor_format& format_of(std::size_t node) const { return q_.nodes[node].format; }

    std::uint64_t reserve(std::string name, std::uint64_t bytes) { return out_.memory.reserve(memory_space::dram, std::move(name), bytes); }
    std::string part_of(std::size_t node, const char* part) const { return fmt::format("{}: {}", graph_.nodes[node].name, part); }

    /// Bytes that the host writes before the first image and keeps.
    void load(std::uint64_t address, std::vector<std::uint8_t> bytes) {
        resident_.push_back(address);
        out_.contents.push_back({address, std::move(bytes)});
    }
    std::uint64_t load(std::string name, std::vector<std::uint8_t> bytes) {
        const std::uint64_t address = reserve(std::move(name), bytes.size());
        if (!bytes.empty()) load(address, std::move(bytes));
        return address;
    }

    std::size_t new_buffer(std::string name, std::int64_t rows, std::int64_t row_elements, const tensor_format& format) {
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        if (rows > most || row_elements > most || rows * row_elements > most) throw does_not_fit("a tensor of more than 2^31 elements");
        memory_tensor t;
        t.rows = static_cast<std::int32_t>(rows);
        t.row_elements = static_cast<std::int32_t>(row_elements);
        t.bits = static_cast<std::uint8_t>(format.bits);
        t.is_signed = static_cast<std::uint8_t>(format.least < 0 ? 1 : 0);
        t.address = reserve(std::move(name), t.bytes());
        out_.buffers.push_back(t);
        return out_.buffers.size() - 1;
    }

    /// The result of a node.
    std::size_t new_tensor(std::size_t node, std::int64_t rows, std::int64_t row_elements) {
        return new_buffer(part_of(node, "tensor"), rows, row_elements, format_of(node));
    }

    const memory_tensor& buffer_of(const tensor_view& v) const { return out_.buffers[v.buffer]; }

    /// One overload per operator: the steps that it becomes and what the units hold for them.
    struct placement {
        compiler& c;
        std::size_t i;
        const graph_node& node;
        void operator()(const input_op&) const { c.out_.views[i] = c.image_view(i, node.shape); }
        void operator()(const constant_op&) const { c.out_.views[i] = c.constant_view(i, node.shape, row_major_strides(node.shape)); }
        void operator()(const product_op& op) const { c.place_product(i, op); }
        void operator()(const clip_op&) const {
            const std::size_t from = node.inputs.front();
            if (c.q_.nodes[from].value_of == i)
                c.out_.views[i] = c.out_.views[from];
            else
                c.elementwise(i, make_requantize(in(), out(), 1, c.q_.nodes[i].clip));
        }
        void operator()(const scale_op& op) const { c.place_scale(i, make_requantize(in(), out(), op.factor)); }
        void operator()(const gelu_op&) const { c.elementwise(i, make_gelu(in(), out())); }
        void operator()(const softmax_op&) const { c.row_wise(i, make_softmax(in(), out())); }
        void operator()(const layer_norm_op& op) const { c.row_wise(i, make_layer_norm(*op.gain, *op.bias, op.epsilon, in(), out())); }
        void operator()(const add_op&) const { c.place_add(i); }
        void operator()(const pool_op& op) const { c.place_pool(i, op); }
        void operator()(const mean_op& op) const { c.place_mean(i, op); }
        void operator()(const reshape_op&) const { c.place_reshape(i); }
        void operator()(const transpose_op& op) const {
            c.out_.views[i] = transposed_view(c.out_.views[node.inputs.front()], op.permutation);
        }
        void operator()(const slice_op& op) const {
            c.out_.views[i] = sliced_view(c.out_.views[node.inputs.front()], op.starts, op.steps, node.shape);
        }
        void operator()(const concat_op& op) const { c.place_concat(i, op); }
        void operator()(const pad_op& op) const { c.place_pad(i, op); }

        const tensor_format& in() const { return c.format_of(node.inputs.front()); }
        const tensor_format& out() const { return c.format_of(i); }
    };
    void place(std::size_t i) {
        const graph_node& node = graph_.nodes[i];
        std::visit(placement{*this, i, node}, node.op);
    }

    /// A new tensor in the order of its axes, or, with four axes and a batch of 1, of pixels.
    tensor_view image_view(std::size_t i, const extents& shape) {
        if (shape.size() != 4 || shape[0] != 1) return row_view(i, shape);
        return {new_tensor(i, shape[2], shape[3] * shape[1]), 0, shape, image_strides(shape)};
    }
    tensor_view row_view(std::size_t i, const extents& shape) {
        const std::int64_t columns = shape.empty() ? 1 : shape.back();
        return {new_tensor(i, elements_of(shape) / columns, columns), 0, shape, row_major_strides(shape)};
    }

    tensor_view constant_view(std::size_t i, const extents& shape, std::vector<std::int64_t> strides) {
        tensor_view v = row_view(i, shape);
        v.strides = std::move(strides);
        fill(v, i);
        return v;
    }
    /// Puts the codes of constant node `i` into memory where the view says.
    void fill(const tensor_view& v, std::size_t i) {
        const std::vector<float>& values = *constant_values(graph_.nodes[i]);
        std::vector<std::int16_t> codes(values.size());
        for (std::size_t e = 0; e < values.size(); ++e) codes[e] = static_cast<std::int16_t>(format_of(i).code_of(values[e]));
        load(buffer_of(v).address, pack_tensor(buffer_of(v), v, codes));
    }

    // --- steps of the vector unit

    vector_descriptor step_of(vector_operation operation, const memory_tensor& a, const memory_tensor& result) const {
        vector_descriptor d;
        d.magic = vector_magic;
        d.operation = static_cast<std::uint8_t>(operation);
        d.a = a;
        d.result = result;
        return d;
    }

    void emit(std::size_t node, vector_descriptor d, const vector_parameters& parameters) {
        if (platform_.vector_unit.lanes == 0) throw does_not_fit("it has no vector_unit");
        std::vector<std::uint8_t> bytes = encode_parameters(parameters);
        d.parameters_bytes = static_cast<std::uint32_t>(bytes.size());
        d.parameters_address = load(part_of(node, "parameters"), std::move(bytes));
        append(encode(d), addresses_of(d));
        network_step step;
        step.name = graph_.nodes[node].name;
        step.node = node;
        step.operation = operation_of(d);
        out_.steps.push_back(std::move(step));
    }

    void append(const std::vector<std::uint8_t>& descriptor, std::vector<std::uint64_t> touched) {
        descriptors_.insert(descriptors_.end(), descriptor.begin(), descriptor.end());
        touched_.push_back(std::move(touched));
    }

    /// Moves a view to another place of the same codes.
    tensor_view moved(std::size_t node, const tensor_view& v, std::size_t buffer, std::vector<std::int64_t> strides) {
        vector_descriptor d = step_of(vector_operation::rearrange, buffer_of(v), out_.buffers[buffer]);
        d.copy = copy_of(v, strides, 0);
        emit(node, d, rearrange_parameters{});
        return {buffer, 0, v.shape, std::move(strides)};
    }

    /// A place for the codes of a view that `node` wants in another order.
    std::size_t like(std::size_t node, const tensor_view& v, std::int64_t rows, std::int64_t row_elements) {
        tensor_format f;
        f.bits = buffer_of(v).bits;
        f.least = buffer_of(v).is_signed ? -1 : 0;
        return new_buffer(part_of(node, "moved input"), rows, row_elements, f);
    }

    /// The view as rows in the order of its axes, moved where it does not stand so.
    memory_tensor rows_of(std::size_t node, const tensor_view& v, std::int64_t rows, std::int64_t columns) {
        if (const auto found = as_rows(v, buffer_of(v), rows, columns)) return *found;
        const tensor_view m = moved(node, v, like(node, v, rows, columns), row_major_strides(v.shape));
        return buffer_of(m);
    }

    /// [1][C][H][W] as the rows of `groups` images, channels last.
    memory_tensor images_of(std::size_t node, const tensor_view& v, std::int64_t groups) {
        if (groups == 1 && is_image(v, buffer_of(v))) return buffer_of(v);
        const std::int64_t c = v.shape[1] / groups, h = v.shape[2], w = v.shape[3];
        tensor_view split = v;  // [groups][C / groups][H][W]
        split.shape = {groups, c, h, w};
        split.strides = {v.strides[1] * c, v.strides[1], v.strides[2], v.strides[3]};
        const tensor_view m = moved(node, split, like(node, v, groups * h, w * c), {h * w * c, 1, w * c, c});
        return buffer_of(m);
    }

    /// The whole buffer of a view that leaves nothing out of it, else a moved copy.
    tensor_view dense_view(std::size_t node, const tensor_view& v) {
        std::vector<std::pair<std::int64_t, std::int64_t>> axes;
        for (std::size_t a = 0; a < v.shape.size(); ++a)
            if (v.shape[a] != 1) axes.push_back({v.strides[a], v.shape[a]});
        std::sort(axes.begin(), axes.end());
        std::int64_t next = 1;
        bool dense = v.first == 0 && elements_of(v.shape) == buffer_of(v).elements();
        for (const auto& [stride, extent] : axes) {
            dense = dense && stride == next;
            next *= extent;
        }
        if (dense) return v;
        const std::int64_t columns = v.shape.empty() ? 1 : v.shape.back();
        return moved(node, v, like(node, v, elements_of(v.shape) / columns, columns), row_major_strides(v.shape));
    }

    void elementwise(std::size_t i, const vector_parameters& parameters) {
        const tensor_view v = dense_view(i, out_.views[graph_.nodes[i].inputs.front()]);
        const std::size_t buffer = new_tensor(i, buffer_of(v).rows, buffer_of(v).row_elements);
        vector_descriptor d = step_of(operation_of(parameters), buffer_of(v), out_.buffers[buffer]);
        if (q_.nodes[i].adapter) d.scale_address[0] = scales_.at(i);
        emit(i, d, parameters);
        out_.views[i] = {buffer, 0, v.shape, v.strides};
    }

    void place_scale(std::size_t i, const requantize_parameters& parameters) {
        if (q_.nodes[i].adapter) place_adapter(i);
        elementwise(i, parameters);
    }

    /// beta of a tensor, 8 bytes that every step and layer that needs them reads.
    void place_adapter(std::size_t i) {
        const std::size_t from = graph_.nodes[i].inputs.front();
        const tensor_view& v = out_.views[from];
        const adapter_parameters p =
            make_adapter(*q_.nodes[i].adapter, adapter_shape_of(graph_.nodes[from].shape).positions, format_of(from));
        const bool image = v.shape.size() == 4 && v.shape[0] == 1;
        const memory_tensor in = image ? images_of(i, v, 1) : rows_of(i, v, p.rows, p.channels);
        memory_tensor scale;
        scale.rows = 1;
        scale.row_elements = image_scale_bytes / 2;
        scale.bits = 16;
        scale.is_signed = 0;
        scale.address = scales_[i] = reserve(part_of(i, "beta"), image_scale_bytes);
        emit(i, step_of(vector_operation::adapter, in, scale), p);
    }

    /// Where the beta stands that the steps of a node's codes are multiplied by; 0 for none.
    std::uint64_t scale_of_input(std::size_t i, std::size_t at = 0) const {
        const std::optional<std::size_t> by = q_.nodes[graph_.nodes[i].inputs[at]].adapted_by;
        return by ? scales_.at(*by) : 0;
    }

    void row_wise(std::size_t i, const vector_parameters& parameters) {
        const extents& shape = graph_.nodes[i].shape;
        const std::int64_t columns = shape.back(), rows = elements_of(shape) / columns;
        const memory_tensor in = rows_of(i, out_.views[graph_.nodes[i].inputs.front()], rows, columns);
        out_.views[i] = row_view(i, shape);
        emit(i, step_of(operation_of(parameters), in, buffer_of(out_.views[i])), parameters);
    }

    void place_add(std::size_t i) {
        const graph_node& node = graph_.nodes[i];
        const bool swap = graph_.nodes[node.inputs[0]].shape != node.shape;
        const std::size_t first = node.inputs[swap ? 1 : 0], second = node.inputs[swap ? 0 : 1];
        if (graph_.nodes[first].shape != node.shape) throw does_not_fit("both inputs of an addition are broadcast");
        const tensor_view a = dense_view(i, out_.views[first]);
        tensor_view b = out_.views[second];
        if (graph_.nodes[second].shape != node.shape) b = broadcast_constant(i, second, a, node.shape);
        const bool alike = b.first == 0 && b.strides == a.strides && buffer_of(b).rows == buffer_of(a).rows &&
                           buffer_of(b).row_elements == buffer_of(a).row_elements;
        if (!alike) b = moved(i, b, like(i, b, buffer_of(a).rows, buffer_of(a).row_elements), a.strides);
        const std::size_t buffer = new_tensor(i, buffer_of(a).rows, buffer_of(a).row_elements);
        vector_descriptor d = step_of(vector_operation::add, buffer_of(swap ? b : a), out_.buffers[buffer]);
        d.has_second = 1;
        d.b = buffer_of(swap ? a : b);
        for (std::size_t at = 0; at < 2; ++at) d.scale_address[at] = scale_of_input(i, at);
        emit(i, d, make_add(format_of(node.inputs[0]), format_of(node.inputs[1]), format_of(i), q_.nodes[i].clip));
        out_.views[i] = {buffer, 0, node.shape, a.strides};
    }

    /// A constant written out to the shape of what `node` adds it to, in the same places.
    tensor_view broadcast_constant(std::size_t node, std::size_t constant, const tensor_view& like_view, const extents& shape) {
        const std::vector<float>* values = constant_values(graph_.nodes[constant]);
        if (!values) throw does_not_fit("an addition of tensors of different shapes, neither of them a constant");
        const tensor_format& format = format_of(constant);
        const std::size_t buffer =
            new_buffer(part_of(node, "broadcast constant"), buffer_of(like_view).rows, buffer_of(like_view).row_elements, format);
        tensor_view v{buffer, 0, shape, like_view.strides};
        load(buffer_of(v).address, pack_tensor(buffer_of(v), v, broadcast_codes(*values, graph_.nodes[constant].shape, shape, format)));
        return v;
    }

    void place_pool(std::size_t i, const pool_op& op) {
        const graph_node& node = graph_.nodes[i];
        const memory_tensor in = images_of(i, out_.views[node.inputs.front()], 1);
        out_.views[i] = image_view(i, node.shape);
        const pool_shape windows = windows_of(op, graph_.nodes[node.inputs.front()].shape, node.shape);
        const pool_parameters parameters = make_pool(op.maximum, windows, op.count_padding, format_of(node.inputs.front()), format_of(i));
        window_step(i, parameters, in, op.kernel_height, op.stride_height, op.pad_top);
    }

    void window_step(std::size_t i, const vector_parameters& parameters, const memory_tensor& in, int kernel_rows, int stride_rows,
                     int pad_top) {
        vector_descriptor d = step_of(operation_of(parameters), in, buffer_of(out_.views[i]));
        d.kernel_rows = static_cast<std::uint16_t>(kernel_rows);
        d.stride_rows = static_cast<std::uint16_t>(stride_rows);
        d.first_row = static_cast<std::int16_t>(-pad_top);
        emit(i, d, parameters);
    }

    /// The mean over tokens is that of an image one pixel wide.
    void place_mean(std::size_t i, const mean_op& op) {
        const graph_node& node = graph_.nodes[i];
        const extents& in_shape = graph_.nodes[node.inputs.front()].shape;
        const auto first = in_shape.begin() + op.first_axis;
        const std::int64_t before = elements_of({in_shape.begin(), first}), over = elements_of({first, first + op.axes}),
                           after = elements_of({first + op.axes, in_shape.end()});
        if (before != 1) throw does_not_fit("a mean over inner axes of several tensors");
        const memory_tensor in = rows_of(i, out_.views[node.inputs.front()], over, after);
        out_.views[i] = {new_tensor(i, 1, after), 0, node.shape, row_major_strides(node.shape)};
        const mean_parameters parameters = make_mean(over, format_of(node.inputs.front()), format_of(i));
        window_step(i, parameters, in, static_cast<int>(over), static_cast<int>(over), 0);
    }

    void place_reshape(std::size_t i) {
        const graph_node& node = graph_.nodes[i];
        const tensor_view& v = out_.views[node.inputs.front()];
        if (const auto seen = reshaped_view(v, node.shape)) {
            out_.views[i] = *seen;
            return;
        }
        const std::int64_t columns = v.shape.back();
        tensor_view m = moved(i, v, like(i, v, elements_of(v.shape) / columns, columns), row_major_strides(v.shape));
        out_.views[i] = {m.buffer, 0, node.shape, row_major_strides(node.shape)};
    }

    void place_concat(std::size_t i, const concat_op& op) {
        const graph_node& node = graph_.nodes[i];
        const tensor_view whole = row_view(i, node.shape);
        std::int64_t at = 0;
        for (std::size_t input = 0; input < node.inputs.size(); ++input) {
            const tensor_view& v = out_.views[node.inputs[input]];
            copy_into(i, v, whole, at * whole.strides[std::size_t(op.axis)], moving_between(format_of(node.inputs[input]), format_of(i)));
            at += v.shape[std::size_t(op.axis)];
        }
        out_.views[i] = whole;
    }

    void place_pad(std::size_t i, const pad_op& op) {
        const graph_node& node = graph_.nodes[i];
        const tensor_view whole = image_view(i, node.shape);
        const std::vector<std::int16_t> background(std::size_t(elements_of(node.shape)),
                                                   static_cast<std::int16_t>(format_of(i).zero_point));
        load(buffer_of(whole).address, pack_tensor(buffer_of(whole), whole, background));
        std::int64_t first = 0;
        for (std::size_t a = 0; a < node.shape.size(); ++a) first += op.before[a] * whole.strides[a];
        copy_into(i, out_.views[node.inputs.front()], whole, first, {});
        out_.views[i] = whole;
    }

    /// Writes a view into its part of a tensor. The rest of the tensor is read and written back.
    void copy_into(std::size_t node, const tensor_view& v, const tensor_view& whole, std::int64_t first,
                   const rearrange_parameters& parameters) {
        vector_descriptor d = step_of(vector_operation::rearrange, buffer_of(v), buffer_of(whole));
        d.has_second = 1;
        d.b = d.result;
        d.copy = copy_of(v, whole.strides, first);
        emit(node, d, parameters);
    }

    // --- products

    void place_product(std::size_t i, const product_op& op) {
        const formatted_product& p = q_.products[op.layer];
        const graph_node& node = graph_.nodes[i];
        layer_descriptor d = out_.plans[op.layer].descriptor;
        const tensor_format& out = format_of(i);
        d.geometry.output_bits = out.bits;
        d.output_zero_point = static_cast<std::int16_t>(out.zero_point);
        d.output_least = static_cast<std::int16_t>(out.code_of(q_.nodes[i].clip.least));
        d.output_greatest = static_cast<std::int16_t>(out.code_of(q_.nodes[i].clip.greatest));
        const tensor_format& x = format_of(node.inputs.front());
        d.input_zero_point = static_cast<std::int16_t>(x.zero_point);
        d.scale_address = scale_of_input(i);
        d.input_address = input_of(i, d.geometry, *p.what).address;
        place_outputs(i, d, *p.what);
        place_weights(i, d, op.layer);
        append(encode(d), addresses_of(d));
        network_step step;
        step.name = p.what->name;
        step.node = i;
        step.is_product = true;
        step.layer = op.layer;
        out_.steps.push_back(std::move(step));
    }

    memory_tensor input_of(std::size_t i, const layer_geometry& g, const layer& what) {
        const tensor_view& v = out_.views[graph_.nodes[i].inputs.front()];
        if (const auto* conv = std::get_if<conv_shape>(&what.shape)) return images_of(i, v, conv->groups);
        return rows_of(i, v, std::int64_t{g.repeat} * g.in_height, std::int64_t{g.in_width} * g.in_channels);
    }

    void place_outputs(std::size_t i, layer_descriptor& d, const layer& what) {
        const layer_geometry& g = d.geometry;
        const extents& shape = graph_.nodes[i].shape;
        const auto* conv = std::get_if<conv_shape>(&what.shape);
        const auto whole = [&](std::int64_t elements) { return elements * g.output_bits % 8 == 0; };
        const std::int64_t trees = array_of(platform_, d.on_side_array != 0).trees, n = g.n();
        const std::int64_t channels = conv ? n * g.repeat : n;
        if (whole(channels) && (n <= trees || whole(trees)) && (g.repeat == 1 || !conv || whole(n))) {
            out_.views[i] = conv ? image_view(i, shape) : row_view(i, shape);
            d.output_vector_bytes = static_cast<std::uint32_t>(channels * g.output_bits / 8);
            d.output_repeat_bytes = conv ? std::uint64_t(n * g.output_bits / 8) : std::uint64_t(g.m()) * d.output_vector_bytes;
        } else if (n == 1 && (g.m() <= d.m_block || whole(d.m_block))) {
            // One channel per group: plane after plane, as the blocks stand by themselves.
            const std::size_t buffer = new_tensor(i, g.repeat, g.m());
            if (!conv) throw does_not_fit("products of one column");
            out_.views[i] = {buffer, 0, shape, {std::int64_t{g.repeat} * g.m(), g.m(), shape[3], 1}};
        } else {
            throw does_not_fit(
                fmt::format("{} output channels of {} bits in blocks of {} do not fill whole bytes", n, g.output_bits, trees));
        }
        d.output_address = buffer_of(out_.views[i]).address;
    }

    void place_weights(std::size_t i, layer_descriptor& d, std::size_t layer_index) {
        const formatted_product& p = q_.products[layer_index];
        const product_integers& integers = q_.product_records[layer_index];
        const layer_plan& plan = out_.plans[layer_index];
        d.tables_address = load(part_of(i, "tables"), encode_tables(integers.channels, plan.fills, integers.own_biases));
        if (is_attention_product(*p.what)) {
            stage_operand(i, d);
            return;
        }
        d.weights_address = reserve(part_of(i, "weights"), dense_bytes(plan));
        if (plan.outliers.present()) d.outliers_address = reserve(part_of(i, "outliers"), outlier_bytes(plan));
        if (!with_values_) resident_.push_back(d.weights_address);
        for (placed_bytes& part : stored_operand(platform_, d, plan, p.weights, with_values_)) load(part.address, std::move(part.bytes));
    }

    /// The operand that takes the place of the weights, [..][inner][columns], into the order of a weight stream.
    void stage_operand(std::size_t i, layer_descriptor& d) {
        const layer_geometry& g = d.geometry;
        const array_config& array = array_of(platform_, d.on_side_array != 0);
        const std::size_t node = graph_.nodes[i].inputs[1];
        tensor_view v = out_.views[node];
        const std::size_t rank = v.shape.size();
        extents leading(v.shape.begin(), v.shape.end() - 2);
        std::optional<tensor_view> joined = reshaped_view(v, {elements_of(leading), v.shape[rank - 2], v.shape[rank - 1]});
        if (!joined) {
            const tensor_view m =
                moved(i, v, like(i, v, elements_of(v.shape) / v.shape.back(), v.shape.back()), row_major_strides(v.shape));
            joined = reshaped_view(m, {elements_of(leading), v.shape[rank - 2], v.shape[rank - 1]});
        }
        vector_descriptor s = step_of(vector_operation::stage, buffer_of(*joined), buffer_of(*joined));
        s.trees = static_cast<std::uint16_t>(array.trees);
        s.lanes = static_cast<std::uint16_t>(array.lanes);
        s.copy.extent[0] = g.repeat;
        s.copy.extent[1] = static_cast<std::int32_t>(g.n());
        s.copy.extent[2] = static_cast<std::int32_t>(g.k());
        s.copy.from_stride[0] = static_cast<std::int32_t>(joined->strides[0]);
        s.copy.from_stride[1] = static_cast<std::int32_t>(joined->strides[2]);
        s.copy.from_stride[2] = static_cast<std::int32_t>(joined->strides[1]);
        s.copy.from_first = static_cast<std::int32_t>(joined->first);
        d.weights_address = reserve(part_of(i, "staged operand"), staged_bytes(s));
        s.result.address = d.weights_address;
        emit(i, s, stage_parameters{});
    }

    const quantized_network& q_;
    const network_graph& graph_;
    const platform_config& platform_;
    const bool with_values_;
    network_program out_;
    std::map<std::size_t, std::uint64_t> scales_;  ///< by node with an adapter: where its beta stands
    std::vector<std::uint8_t> descriptors_;
    std::vector<std::vector<std::uint64_t>> touched_;  ///< by step: where its bytes stand
    std::vector<std::uint64_t> resident_;              ///< addresses of what the host keeps in memory
    diagnostics problems_;
};

}  // namespace

network_program compile(const quantized_network& q, const platform_config& platform, bool with_values) {
    return compiler(q, platform, with_values).run();
}

}  // namespace symmetree
