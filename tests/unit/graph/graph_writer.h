#pragma once

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/safetensors.h"
#include "tests/unit/workloads/files.h"

namespace symmetree {

/// Writes an imported network in the YAML format, its weights, biases and constants in a safetensors file beside it, and returns the file's
/// path.
class graph_writer {
public:
    graph_writer(const testing_files::temporary_directory& directory, const workload& w) : w_(w) {
        std::string text = "name: written\nlayers:\n";
        for (const layer& l : w.layers) text += line(l);
        text += "graph:\n";
        for (const graph_node& n : w.graph->nodes) text += line(n);
        path_ = directory.write("net.yaml", text);
        directory.write("net.safetensors", tensors_file());
    }
    const std::string& path() const { return path_; }

private:
    struct tensor {
        std::string name;
        std::vector<std::int64_t> dimensions;
        std::vector<float> values;
    };

    /// A safetensors file of float32 tensors with their dimensions.
    std::string tensors_file() const {
        std::string header = "{", data;
        for (const tensor& t : tensors_) {
            const std::size_t begin = data.size();
            data.append(reinterpret_cast<const char*>(t.values.data()), t.values.size() * sizeof(float));
            header += fmt::format("{}\"{}\":{{\"dtype\":\"F32\",\"shape\":[{}],\"data_offsets\":[{},{}]}}", header.size() > 1 ? "," : "",
                                  t.name, fmt::join(t.dimensions, ","), begin, data.size());
        }
        header += "}";
        std::string length;
        for (int byte = 0; byte < 8; ++byte) length += static_cast<char>(header.size() >> (8 * byte) & 255);
        return length + header + data;
    }

    std::string stored(std::vector<std::int64_t> dimensions, std::vector<float> values) {
        tensors_.push_back({fmt::format("t{}", tensors_.size()), std::move(dimensions), std::move(values)});
        return fmt::format("{{file: net.safetensors, tensor: {}}}", tensors_.back().name);
    }

    std::string line(const layer& l) {
        std::string text = fmt::format("  - {{name: \"{}\", input: dense, ", l.name), weights;
        if (const auto* s = std::get_if<conv_shape>(&l.shape)) {
            text += fmt::format(
                "conv: {{in: [{}, {}, {}], out_channels: {}, kernel: [{}, {}], stride: [{}, {}], padding: [{}, {}, {}, {}], dilation: [{}, "
                "{}], groups: {}}}",
                s->in_channels, s->in_height, s->in_width, s->out_channels, s->kernel_height, s->kernel_width, s->stride_height,
                s->stride_width, s->pad_top, s->pad_left, s->pad_bottom, s->pad_right, s->dilation_height, s->dilation_width, s->groups);
            weights = stored({s->out_channels, s->in_channels / s->groups, s->kernel_height, s->kernel_width}, materialize_weights(l, 0));
        } else if (const auto* linear = std::get_if<linear_shape>(&l.shape)) {
            text += fmt::format("linear: {{tokens: {}, in: {}, out: {}}}", linear->tokens, linear->in, linear->out);
            weights = stored({linear->out, linear->in}, materialize_weights(l, 0));
        } else {
            const auto& m = std::get<matmul_shape>(l.shape);
            text += fmt::format("matmul: {{rows: {}, inner: {}, columns: {}, count: {}}}", m.rows, m.inner, m.columns, m.count);
        }
        if (!weights.empty()) text += ", weights: " + weights;
        if (l.bias) text += ", bias: " + stored({static_cast<std::int64_t>(l.bias->size())}, *l.bias);
        return text + "}\n";
    }

    std::string line(const graph_node& n) {
        std::string from;
        for (const std::size_t i : n.inputs) from += fmt::format("{}\"{}\"", from.empty() ? "" : ", ", w_.graph->nodes[i].name);
        if (!n.inputs.empty()) from = fmt::format(", from: [{}]", from);
        const writer fields{*this, n};
        return fmt::format("  - {{name: \"{}\", {}{}}}\n", n.name, std::visit(fields, n.op), from);
    }

    /// The fields of each operator.
    struct writer {
        graph_writer& self;
        const graph_node& n;

        std::string shape() const { return fmt::format("shape: [{}]", fmt::join(n.shape, ", ")); }
        std::string operator()(const input_op&) const { return "op: input, " + shape(); }
        std::string operator()(const constant_op& op) const {
            return fmt::format("op: constant, {}, values: {}", shape(), self.stored(n.shape, *op.values));
        }
        std::string operator()(const product_op& op) const {
            return fmt::format("op: product, layer: \"{}\"", self.w_.layers[op.layer].name);
        }
        std::string operator()(const clip_op& op) const {
            const std::string greatest = std::isinf(op.greatest) ? "" : fmt::format(", greatest: {:.9g}", op.greatest);
            return fmt::format("op: clip, least: {:.9g}{}", op.least, greatest);
        }
        std::string operator()(const gelu_op& op) const { return fmt::format("op: gelu, form: {}", op.by_tanh ? "tanh" : "erf"); }
        std::string operator()(const softmax_op&) const { return "op: softmax"; }
        std::string operator()(const layer_norm_op& op) const {
            const std::int64_t length = n.shape.back();
            return fmt::format("op: layer_norm, epsilon: {:.17g}, gain: {}, bias: {}", op.epsilon, self.stored({length}, *op.gain),
                               self.stored({length}, *op.bias));
        }
        std::string operator()(const add_op&) const { return "op: add"; }
        std::string operator()(const scale_op& op) const { return fmt::format("op: scale, factor: {:.9g}", op.factor); }
        std::string operator()(const pool_op& op) const {
            const std::string counted = op.maximum ? "" : fmt::format(", count_padding: {}", op.count_padding);
            return fmt::format("op: {}, kernel: [{}, {}], stride: [{}, {}], padding: [{}, {}, {}, {}]{}",
                               op.maximum ? "max_pool" : "mean_pool", op.kernel_height, op.kernel_width, op.stride_height, op.stride_width,
                               op.pad_top, op.pad_left, op.pad_bottom, op.pad_right, counted);
        }
        std::string operator()(const mean_op& op) const {
            return fmt::format("op: mean, first_axis: {}, axes: {}, keep_axes: {}", op.first_axis, op.axes, op.keep_axes);
        }
        std::string operator()(const reshape_op&) const { return "op: reshape, " + shape(); }
        std::string operator()(const transpose_op& op) const {
            return fmt::format("op: transpose, permutation: [{}]", fmt::join(op.permutation, ", "));
        }
        std::string operator()(const slice_op& op) const {
            return fmt::format("op: slice, starts: [{}], steps: [{}], {}", fmt::join(op.starts, ", "), fmt::join(op.steps, ", "), shape());
        }
        std::string operator()(const concat_op& op) const { return fmt::format("op: concat, axis: {}", op.axis); }
        std::string operator()(const pad_op& op) const {
            extents after = n.shape;
            for (std::size_t d = 0; d < after.size(); ++d) after[d] -= op.before[d] + self.w_.graph->nodes[n.inputs[0]].shape[d];
            return fmt::format("op: pad, before: [{}], after: [{}]", fmt::join(op.before, ", "), fmt::join(after, ", "));
        }
    };

    const workload& w_;
    std::string path_;
    std::vector<tensor> tensors_;
};

}  // namespace symmetree
