#include "workloads/import/onnx_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/limits.h"
#include "core/text.h"
#include "workloads/import/onnx_folding.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree::onnx_import {
namespace {

using onnx::NodeProto;

std::int64_t product_of_leading(const dimensions& dims, std::size_t last) {
    std::int64_t product = 1;
    for (std::size_t d = 0; d + last < dims.size(); ++d)
        if (__builtin_mul_overflow(product, dims[d], &product)) return largest_extent + 1;
    return product;
}

/// Changes no value: only the dimensions it is seen with.
bool is_view(const std::string& op) {
    static const std::set<std::string> names = {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"};
    return names.count(op) > 0;
}

/// The padding that auto_pad asks for along one axis, before and after.
std::pair<std::int64_t, std::int64_t> automatic_padding(const std::string& mode, std::int64_t in, std::int64_t covered,
                                                        std::int64_t stride) {
    if (mode == "VALID") return {0, 0};
    const std::int64_t out = (in + stride - 1) / stride;
    const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * stride + covered - in);
    return mode == "SAME_UPPER" ? std::pair(total / 2, total - total / 2) : std::pair(total - total / 2, total / 2);
}

}  // namespace

layer_builder::layer_builder(const onnx::GraphProto& graph, std::string file, value_table& values, class_table& classes,
                             diagnostics& problems)
    : file_(std::move(file)), values_(values), classes_(classes), problems_(problems) {
    for (const auto& node : graph.node())
        for (const std::string& name : node.input()) ++uses_[name];
    for (const auto& output : graph.output()) ++uses_[output.name()];
}

bool layer_builder::take(const NodeProto& node) {
    if (!node.domain().empty() && node.domain() != "ai.onnx") return false;
    const std::string& op = node.op_type();
    if (op == "Conv") {
        add_conv(node);
        return true;
    }
    if (op == "Gemm") return add_gemm(node);
    if (op == "MatMul") return add_matmul(node);
    if (op == "BatchNormalization") return fold_batch_norm(node);
    if (op == "Add") return fold_bias(node);
    return is_view(op);
}

void layer_builder::refuse(const NodeProto& node, const std::string& message) const {
    throw input_error(diagnostic{file_, 0, 0, node_text(node), message});
}

dimensions layer_builder::wanted_shape(const NodeProto& node, const std::string& name) {
    std::optional<dimensions> dims = values_.shape_of(name);
    if (!dims)
        refuse(node, fmt::format(
                         "the shape of its input '{}' is not known: export with fixed sizes, and operators of ONNX's own domain before it",
                         printable(name)));
    return *dims;
}

const constant& layer_builder::wanted_weights(const NodeProto& node, const std::string& name) {
    const constant* weights = values_.find_constant(name);
    if (weights && weights->type == onnx::TensorProto::FLOAT) {
        const std::vector<float>& floats = weights->floats();
        const auto odd = std::find_if(floats.begin(), floats.end(), [](float v) { return !std::isfinite(v); });
        if (odd != floats.end()) refuse(node, fmt::format("element {} of '{}' is not finite", odd - floats.begin(), printable(name)));
        return *weights;
    }
    const onnx::TensorProto* initializer = values_.find_initializer(name);
    if (!weights && !initializer) refuse(node, fmt::format("its weights '{}' are not constant", printable(name)));
    refuse(node, fmt::format("its weights '{}' are {}; FLOAT is wanted", printable(name),
                             type_name(weights ? weights->type : initializer->data_type())));
}

int layer_builder::extent(const NodeProto& node, const char* field, std::int64_t value) {
    if (value < 0 || value > largest_extent) refuse(node, fmt::format("{}: at most {} is allowed, given {}", field, largest_extent, value));
    return static_cast<int>(value);
}

std::string layer_builder::unique_name(const NodeProto& node) {
    const std::string base = printable(!node.name().empty() ? node.name() : node.output(0));
    std::string name = base;
    for (int again = 2; !names_.insert(name).second; ++again) name = fmt::format("{}_{}", base, again);
    return name;
}

void layer_builder::push(const NodeProto& node, layer_shape shape, activation_class input,
                         std::shared_ptr<const std::vector<float>> weights) {
    layer l;
    l.name = unique_name(node);
    l.place = diagnostic{file_, 0, 0, node_text(node), ""};
    const std::vector<shape_problem> wrong = shape_problems(shape);
    for (const shape_problem& p : wrong)
        problems_.add({file_, 0, 0, node_text(node), p.field.empty() ? p.message : p.field + ": " + p.message});
    l.shape = shape;
    l.input = input;
    if (weights) l.weights = loaded_weights{std::move(weights)};
    if (!wrong.empty()) return;
    // Nine weights per channel are too few to fit outliers to.
    if (is_depthwise(l)) l.instead_of_dasq = {scheme_family::asymq, scheme_family::symq};
    made_by_[node.output(0)] = layers_.size();
    layers_.push_back(std::move(l));
}

void layer_builder::add_conv(const NodeProto& node) {
    const dimensions in = wanted_shape(node, node.input(0));
    const constant& w = wanted_weights(node, node.input(1));
    if (w.dims.size() != 4 || in.size() != 4)
        refuse(node, fmt::format("only two-dimensional convolutions are simulated; its weights are {}", dimensions_text(w.dims)));
    if (in[0] != 1) refuse(node, fmt::format("a batch of {}: export with a batch of 1", in[0]));
    const std::vector<std::int64_t> strides = integers_attribute(node, "strides", {1, 1}),
                                    dilations = integers_attribute(node, "dilations", {1, 1});
    std::vector<std::int64_t> pads = integers_attribute(node, "pads", {0, 0, 0, 0});
    const std::vector<std::int64_t> kernel = integers_attribute(node, "kernel_shape", {w.dims[2], w.dims[3]});
    const auto positive = [](const std::vector<std::int64_t>& v) { return v.size() == 2 && v[0] > 0 && v[1] > 0; };
    if (!positive(strides) || !positive(dilations) || pads.size() != 4 || kernel != std::vector<std::int64_t>{w.dims[2], w.dims[3]})
        refuse(node, "strides, dilations, pads or kernel_shape do not fit a two-dimensional convolution with these weights");
    const std::string mode = text_attribute(node, "auto_pad", "NOTSET");
    for (std::size_t axis = 0; axis < 2 && mode != "NOTSET" && !mode.empty(); ++axis)
        std::tie(pads[axis], pads[axis + 2]) =
            automatic_padding(mode, in[axis + 2], dilations[axis] * (kernel[axis] - 1) + 1, strides[axis]);
    conv_shape s;
    s.in_channels = extent(node, "channels", in[1]);
    s.in_height = extent(node, "height", in[2]);
    s.in_width = extent(node, "width", in[3]);
    s.out_channels = extent(node, "output channels", w.dims[0]);
    s.kernel_height = extent(node, "kernel_shape", kernel[0]);
    s.kernel_width = extent(node, "kernel_shape", kernel[1]);
    s.stride_height = extent(node, "strides", strides[0]);
    s.stride_width = extent(node, "strides", strides[1]);
    s.dilation_height = extent(node, "dilations", dilations[0]);
    s.dilation_width = extent(node, "dilations", dilations[1]);
    s.pad_top = extent(node, "pads", pads[0]);
    s.pad_left = extent(node, "pads", pads[1]);
    s.pad_bottom = extent(node, "pads", pads[2]);
    s.pad_right = extent(node, "pads", pads[3]);
    s.groups = extent(node, "group", integer_attribute(node, "group", 1));
    if (s.groups < 1 || w.dims[1] * s.groups != s.in_channels)
        refuse(node, fmt::format("weights {} in {} groups do not fit {} channels", dimensions_text(w.dims), s.groups, s.in_channels));
    push(node, s, classes_.of(node.input(0)), std::get<0>(w.values));
    const std::optional<std::size_t> made = layer_of(node.output(0));
    if (made && node.input_size() > 2 && values_.is_constant(node.input(2))) {
        const constant& bias = wanted_weights(node, node.input(2));
        if (bias.size() != static_cast<std::size_t>(s.out_channels))
            refuse(node, fmt::format("its bias has {} values for {} channels", bias.size(), s.out_channels));
        layers_[*made].bias = std::get<0>(bias.values);
    }
}

layer_builder::operand layer_builder::operand_of(const NodeProto& node, int index, bool is_transposed) {
    operand out;
    out.name = node.input(index);
    out.is_constant = values_.is_constant(out.name);
    out.dims = wanted_shape(node, out.name);
    out.transposed = is_transposed;
    if (is_transposed && out.dims.size() >= 2) std::swap(out.dims[out.dims.size() - 1], out.dims[out.dims.size() - 2]);
    return out;
}

bool layer_builder::add_gemm(const NodeProto& node) {
    const operand a = operand_of(node, 0, integer_attribute(node, "transA", 0) != 0);
    const operand b = operand_of(node, 1, integer_attribute(node, "transB", 0) != 0);
    if (a.dims.size() != 2 || b.dims.size() != 2) refuse(node, "two matrices are wanted");
    if (!add_product(node, a, b, float_attribute(node, "alpha", 1))) return false;
    const std::optional<std::size_t> made = layer_of(node.output(0));
    if (made && node.input_size() > 2 && !node.input(2).empty()) fold_shift(*made, node.input(2), float_attribute(node, "beta", 1));
    return true;
}

bool layer_builder::add_matmul(const NodeProto& node) {
    operand a = operand_of(node, 0, false), b = operand_of(node, 1, false);
    if (a.dims.empty() || b.dims.empty()) refuse(node, "two matrices are wanted");
    if (a.dims.size() == 1) a.dims.insert(a.dims.begin(), 1);
    if (b.dims.size() == 1) b.dims.push_back(1);
    return add_product(node, a, b, 1);
}

bool layer_builder::add_product(const NodeProto& node, operand a, operand b, float scale) {
    if (a.is_constant && b.is_constant) return false;
    if (a.dims.back() != b.dims[b.dims.size() - 2])
        refuse(node, fmt::format("{} times {}", dimensions_text(a.dims), dimensions_text(b.dims)));
    if (!a.is_constant && !b.is_constant) {
        add_attention(node, a, b);
        return true;
    }
    const operand& w = a.is_constant ? a : b;
    if (product_of_leading(w.dims, 2) != 1)
        refuse(node, fmt::format("a stack of constant matrices {} is not simulated", dimensions_text(w.dims)));
    add_linear(node, a.is_constant ? b : a, w, a.is_constant, scale);
    return true;
}

void layer_builder::add_attention(const NodeProto& node, const operand& a, const operand& b) {
    const std::int64_t stacked_a = product_of_leading(a.dims, 2), stacked_b = product_of_leading(b.dims, 2);
    const std::size_t rank = std::max(a.dims.size(), b.dims.size());
    std::int64_t count = 1;  // leading dimensions broadcast
    for (std::size_t d = 2; d < rank; ++d) {
        const std::int64_t x = d < a.dims.size() ? a.dims[a.dims.size() - 1 - d] : 1,
                           y = d < b.dims.size() ? b.dims[b.dims.size() - 1 - d] : 1;
        if (__builtin_mul_overflow(count, std::max(x, y), &count)) count = largest_extent + 1;
    }
    matmul_shape s;
    const std::int64_t rows = a.dims[a.dims.size() - 2];
    // One right-hand side for all left-hand ones is a single product with more rows.
    const bool shared = stacked_b == 1 && stacked_a <= largest_extent;
    s.rows = extent(node, "rows", shared ? rows * stacked_a : rows);
    s.inner = extent(node, "inner", a.dims.back());
    s.columns = extent(node, "columns", b.dims.back());
    s.count = shared ? 1 : extent(node, "count", count);
    push(node, s, classes_.of(a.name), nullptr);
}

/// x times weights [in][out], or weights [out][in] times x.
void layer_builder::add_linear(const NodeProto& node, const operand& x, const operand& w, bool weights_left, float scale) {
    const constant& stored = wanted_weights(node, w.name);
    const std::int64_t rows = w.dims[w.dims.size() - 2], columns = w.dims.back();
    const std::int64_t stacked = product_of_leading(x.dims, 2);
    const std::int64_t vectors = weights_left ? x.dims.back() : x.dims[x.dims.size() - 2];
    linear_shape s;
    s.in = extent(node, "inputs", weights_left ? columns : rows);
    s.out = extent(node, "outputs", weights_left ? rows : columns);
    s.tokens = extent(node, "tokens", stacked > largest_extent ? stacked : stacked * vectors);
    auto weights = std::get<0>(stored.values);
    const bool as_wanted = weights_left != w.transposed;  // stored [out][in]
    if (!as_wanted)
        weights = std::make_shared<const std::vector<float>>(
            transposed(*weights, static_cast<std::size_t>(s.in), static_cast<std::size_t>(s.out)));
    if (scale != 1) weights = scaled_rows(node, *weights, std::vector<double>(static_cast<std::size_t>(s.out), scale));
    push(node, s, classes_.of(x.name), std::move(weights));
    const std::optional<std::size_t> made = layer_of(node.output(0));
    if (made && weights_left) sideways_.insert(*made);
}

std::optional<std::size_t> layer_builder::layer_of(const std::string& value) const {
    const auto maker = made_by_.find(value);
    return maker == made_by_.end() ? std::nullopt : std::optional(maker->second);
}

/// `values` with row r multiplied by factors[r]; refuses what becomes too large for a float.
std::shared_ptr<const std::vector<float>> layer_builder::scaled_rows(const NodeProto& node, const std::vector<float>& values,
                                                                     const std::vector<double>& factors) const {
    auto out = std::make_shared<std::vector<float>>(values);
    const std::size_t columns = factors.empty() ? 0 : values.size() / factors.size();
    for (std::size_t i = 0; i < out->size(); ++i) {
        (*out)[i] = static_cast<float>(factors[i / columns] * values[i]);
        if (!std::isfinite((*out)[i])) refuse(node, fmt::format("makes weight {} of its layer not finite", i));
    }
    return out;
}

/// Scales the rows of the convolution before it; the shift joins its bias.
bool layer_builder::fold_batch_norm(const NodeProto& node) {
    const std::optional<std::size_t> made = node.input_size() == 5 ? layer_of(node.input(0)) : std::nullopt;
    if (!made || uses_[node.input(0)] != 1 || integer_attribute(node, "training_mode", 0) != 0) return false;
    layer& l = layers_[*made];
    const auto* conv = std::get_if<conv_shape>(&l.shape);
    if (!conv) return false;
    const auto channels = static_cast<std::size_t>(conv->out_channels);
    const std::vector<float>* parameters[4];  // gain, shift, mean, variance
    for (int i = 0; i < 4; ++i) {
        const constant* given = values_.find_constant(node.input(i + 1));
        if (!given || !given->is_float()) return false;
        if (given->size() != channels) refuse(node, fmt::format("{} channels are wanted", channels));
        parameters[i] = &given->floats();
    }
    const auto& [gain, shift, mean, variance] = parameters;
    std::vector<double> factors(channels);
    const auto epsilon = static_cast<double>(float_attribute(node, "epsilon", 1e-5f));
    for (std::size_t c = 0; c < channels; ++c) factors[c] = (*gain)[c] / std::sqrt(static_cast<double>((*variance)[c]) + epsilon);
    l.weights = loaded_weights{scaled_rows(node, *std::get<loaded_weights>(l.weights).values, factors)};
    auto bias = std::make_shared<std::vector<float>>(channels);
    for (std::size_t c = 0; c < channels; ++c) {
        const double own = l.bias ? (*l.bias)[c] : 0.0;
        (*bias)[c] = static_cast<float>((own - (*mean)[c]) * factors[c] + (*shift)[c]);
        if (!std::isfinite((*bias)[c])) refuse(node, fmt::format("makes the bias of channel {} not finite", c));
    }
    l.bias = std::move(bias);
    return true;
}

/// An Add of one constant per output channel right after a MatMul is the bias that Gemm and Conv have built in.
bool layer_builder::fold_bias(const NodeProto& node) {
    for (int side = 0; side < 2 && node.input_size() == 2; ++side) {
        const std::optional<std::size_t> made = layer_of(node.input(side));
        if (made && uses_[node.input(side)] == 1 && fold_shift(*made, node.input(1 - side), 1)) return true;
    }
    return false;
}

/// Adds factor * shift to the bias of a linear layer; false where `shift` is not one constant, or one per output.
bool layer_builder::fold_shift(std::size_t made, const std::string& shift, float factor) {
    layer& l = layers_[made];
    const auto* linear = std::get_if<linear_shape>(&l.shape);
    const constant* given = linear && sideways_.count(made) == 0 && values_.is_constant(shift) ? values_.find_constant(shift) : nullptr;
    if (!given || given->type != onnx::TensorProto::FLOAT) return false;
    const auto outputs = static_cast<std::size_t>(linear->out);
    const bool each = given->size() == outputs && !given->dims.empty() && given->dims.back() == linear->out;
    if (!each && given->size() != 1) return false;
    auto bias = l.bias ? std::make_shared<std::vector<float>>(*l.bias) : std::make_shared<std::vector<float>>(outputs, 0.f);
    for (std::size_t c = 0; c < outputs; ++c) {
        (*bias)[c] += factor * given->floats()[each ? c : 0];
        if (!std::isfinite((*bias)[c]))
            throw input_error(diagnostic{file_, 0, 0, l.place.field, fmt::format("its bias of output {} is not finite", c)});
    }
    l.bias = std::move(bias);
    return true;
}

}  // namespace symmetree::onnx_import
