#include "workloads/import/onnx_graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/limits.h"
#include "core/text.h"
#include "workloads/graph/graph_checks.h"
#include "workloads/import/onnx_folding.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree::onnx_import {
namespace {

using onnx::NodeProto;

std::string text_of(const NodeProto& node) { return !node.name().empty() ? node.name() : node.output_size() > 0 ? node.output(0) : ""; }

/// One value for each of the `length` elements of the last axis.
bool is_along_last(const constant& c, std::size_t length) {
    return c.is_float() && c.size() == length && !c.dims.empty() && c.dims.back() == static_cast<std::int64_t>(length);
}

std::shared_ptr<const std::vector<float>> combined(const std::vector<float>& a, const std::vector<float>& b,
                                                   float (*operation)(float, float)) {
    auto out = std::make_shared<std::vector<float>>(a.size());
    std::transform(a.begin(), a.end(), b.begin(), out->begin(), operation);
    return out;
}

bool all_finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

graph_builder::graph_builder(const onnx::GraphProto& graph, value_table& values, const layer_builder& layers)
    : graph_(graph), values_(values), layers_(layers), patterns_(graph, values) {
    for (const auto& given : graph.input()) {
        if (values.is_constant(given.name())) continue;
        const std::size_t made = add_node(given.name(), input_op{}, {}, values.shape_of(given.name()).value_or(extents{}));
        entries_[made].is_image = true;
        const int type = given.type().tensor_type().elem_type();
        if (type != onnx::TensorProto::FLOAT) {
            entries_[made].runs = false;
            entries_[made].in_the_way = fmt::format("an input of {}", type_name(type));
        }
        makers_[given.name()] = made;
    }
}

const std::map<std::string, graph_builder::handler>& graph_builder::handlers() {
    static const std::map<std::string, handler> all = {{"Add", &graph_builder::add},
                                                       {"AveragePool", &graph_builder::pool},
                                                       {"Cast", &graph_builder::pass},
                                                       {"Clip", &graph_builder::clip},
                                                       {"Concat", &graph_builder::concat},
                                                       {"Conv", &graph_builder::product},
                                                       {"Div", &graph_builder::divide},
                                                       {"Dropout", &graph_builder::pass},
                                                       {"Expand", &graph_builder::expand},
                                                       {"Flatten", &graph_builder::reshape},
                                                       {"Gather", &graph_builder::gather},
                                                       {"Gemm", &graph_builder::product},
                                                       {"GlobalAveragePool", &graph_builder::global_pool},
                                                       {"GlobalMaxPool", &graph_builder::global_pool},
                                                       {"Identity", &graph_builder::pass},
                                                       {"LayerNormalization", &graph_builder::layer_norm},
                                                       {"MatMul", &graph_builder::product},
                                                       {"MaxPool", &graph_builder::pool},
                                                       {"Mul", &graph_builder::multiply},
                                                       {"Pad", &graph_builder::pad},
                                                       {"ReduceMean", &graph_builder::mean},
                                                       {"Relu", &graph_builder::relu},
                                                       {"Reshape", &graph_builder::reshape},
                                                       {"Resize", &graph_builder::resize},
                                                       {"Slice", &graph_builder::slice},
                                                       {"Softmax", &graph_builder::softmax},
                                                       {"Split", &graph_builder::split},
                                                       {"Squeeze", &graph_builder::reshape},
                                                       {"Sub", &graph_builder::subtract},
                                                       {"Transpose", &graph_builder::transpose},
                                                       {"Unsqueeze", &graph_builder::reshape}};
    return all;
}

void graph_builder::take(const NodeProto& node, bool folded) {
    if (node.output_size() == 0) return;
    const auto known = handlers().find(node.op_type());
    std::size_t made;
    if (!node.domain().empty() && node.domain() != "ai.onnx") {
        made = in_the_way(node, fmt::format(" of {}", printable(node.domain())));
    } else if (folded && (node.op_type() == "Add" || node.op_type() == "BatchNormalization")) {
        made = add_node(node, reshape_op{}, {input(node, values_.is_constant(node.input(0)) ? 1 : 0)});
    } else if (known == handlers().end()) {
        made = in_the_way(node);
    } else {
        made = known->second(*this, node);
    }
    makers_[node.output(0)] = made;
}

std::string graph_builder::unique_name(const std::string& wanted) {
    const std::string base = wanted.empty() ? "value" : printable(wanted);
    std::string name = base;
    for (int again = 2; !names_.insert(name).second; ++again) name = fmt::format("{}_{}", base, again);
    return name;
}

/// `stated` as in shape_made(). Behind something that does not run, the shape is what is stated.
std::size_t graph_builder::add_node(std::string name, graph_op op, std::vector<std::size_t> inputs, extents stated) {
    entry made;
    made.node.name = unique_name(name);
    std::vector<extents> shapes;
    std::vector<activation_class> kinds;
    for (const std::size_t i : inputs) {
        made.runs = made.runs && entries_[i].runs;
        shapes.push_back(shape(i));
        kinds.push_back(entries_[i].node.kind);
    }
    made.node.shape = std::move(stated);
    if (made.runs) {
        made_shape result = shape_made(op, shapes, made.node.shape, layers_.layers());
        made.runs = result.problem.empty();
        if (!made.runs) made.in_the_way = fmt::format("{} ({})", facts_of(op).name, result.problem);
        made.node.shape = std::move(result.shape);
        made.node.kind = kind_made(op, kinds);
    }
    made.node.op = std::move(op);
    made.node.inputs = std::move(inputs);
    entries_.push_back(std::move(made));
    return entries_.size() - 1;
}

/// The node's output, whose shape is the inferred one. A view that changes no shape is its input itself.
std::size_t graph_builder::add_node(const NodeProto& node, graph_op op, std::vector<std::size_t> inputs) {
    const std::optional<dimensions> inferred = values_.shape_of(node.output(0));
    const bool is_view = facts_of(op).values == result_values::viewed;
    if (is_view && inferred && entries_[inputs[0]].runs && shape(inputs[0]) == *inferred) return inputs[0];
    const std::size_t made = add_node(text_of(node), std::move(op), std::move(inputs), inferred.value_or(extents{}));
    if (entries_[made].runs && inferred && shape(made) != *inferred) {
        entries_[made].runs = false;
        entries_[made].in_the_way =
            fmt::format("{} from {} to {}", printable(node.op_type()), dimensions_text(shape(made)), dimensions_text(*inferred));
    }
    return made;
}

std::size_t graph_builder::in_the_way(const NodeProto& node, const std::string& reason) {
    entry made;
    made.runs = false;
    made.in_the_way = printable(node.op_type()) + reason;
    made.node.shape = values_.shape_of(node.output(0)).value_or(extents{});
    for (const std::string& name : node.input()) {
        const auto found = makers_.find(name);
        if (found != makers_.end()) made.node.inputs.push_back(found->second);
    }
    entries_.push_back(std::move(made));
    for (const std::string& name : node.output()) makers_[name] = entries_.size() - 1;
    return entries_.size() - 1;
}

std::size_t graph_builder::input(const NodeProto& node, int index) { return value(index < node.input_size() ? node.input(index) : ""); }

std::size_t graph_builder::value(const std::string& name) {
    const auto found = makers_.find(name);
    if (found != makers_.end()) return found->second;
    const constant* given = values_.is_constant(name) ? values_.find_constant(name) : nullptr;
    const bool usable = given && given->is_float() && all_finite(given->floats());
    const std::size_t made =
        add_node(name, constant_op{usable ? std::get<0>(given->values) : nullptr}, {}, usable ? given->dims : extents{});
    if (!usable) entries_[made].in_the_way = fmt::format("'{}', which is no tensor of finite floats", printable(name));
    return makers_[name] = made;
}

std::vector<const constant*> graph_builder::constants_of(const NodeProto& node) {
    std::vector<const constant*> out;
    for (const std::string& name : node.input()) out.push_back(values_.is_constant(name) ? values_.find_constant(name) : nullptr);
    return out;
}

std::size_t graph_builder::scaled(const NodeProto& node, std::size_t x, double factor) {
    return factor == 1 ? x : add_node(node, scale_op{static_cast<float>(factor)}, {x});
}

/// The last two axes exchanged.
std::size_t graph_builder::swapped(std::size_t x, const std::string& name) {
    std::vector<int> permutation;
    for (std::size_t d = 0; d < shape(x).size(); ++d) permutation.push_back(static_cast<int>(d));
    if (permutation.size() >= 2) std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
    return add_node(name, transpose_op{std::move(permutation)}, {x});
}

std::size_t graph_builder::product(const NodeProto& node) {
    const std::optional<std::size_t> made = layers_.layer_of(node.output(0));
    if (!made) return in_the_way(node);
    const layer& l = layers_.layers()[*made];
    if (std::holds_alternative<matmul_shape>(l.shape)) return with_shift(node, matrix_product(node, *made), *made);
    if (node.op_type() == "Conv") {
        if (node.input_size() > 2 && !node.input(2).empty() && !l.bias) return in_the_way(node, " with a computed bias");
        return add_node(l.name, product_op{*made}, {input(node, 0)});
    }
    if (values_.is_constant(node.input(0))) return with_shift(node, weights_first(node, *made), *made);
    std::size_t x = input(node, 0);
    if (integer_attribute(node, "transA", 0) != 0) x = swapped(x, l.name + ".input");
    return with_shift(node, add_node(l.name, product_op{*made}, {x}), *made);
}

/// Weights [out][in] times x [..][in][vectors]: the vectors lie along the last axis before and behind the product.
std::size_t graph_builder::weights_first(const NodeProto& node, std::size_t made) {
    const std::string& name = layers_.layers()[made].name;
    std::size_t x = input(node, 1);
    const bool one_vector = shape(x).size() == 1;
    if (integer_attribute(node, "transB", 0) == 0 && !one_vector) x = swapped(x, name + ".input");
    const std::size_t y = add_node(name, product_op{made}, {x});
    return one_vector ? y : swapped(y, name + ".output");
}

/// Activation by activation.
std::size_t graph_builder::matrix_product(const NodeProto& node, std::size_t made) {
    const std::string& name = layers_.layers()[made].name;
    std::size_t a = input(node, 0), b = input(node, 1);
    if (integer_attribute(node, "transA", 0) != 0) a = swapped(a, name + ".left");
    if (integer_attribute(node, "transB", 0) != 0) b = swapped(b, name + ".right");
    const std::size_t y = add_node(name, product_op{made}, {a, b});
    return scaled(node, y, static_cast<double>(float_attribute(node, "alpha", 1)));
}

/// A Gemm's third matrix, where it has not become the layer's bias.
std::size_t graph_builder::with_shift(const NodeProto& node, std::size_t y, std::size_t made) {
    if (node.op_type() != "Gemm" || node.input_size() < 3 || node.input(2).empty() || layers_.layers()[made].bias) return y;
    const double beta = static_cast<double>(float_attribute(node, "beta", 1));
    std::size_t shift = input(node, 2);
    if (beta != 1) shift = add_node(text_of(node) + ".shift", scale_op{static_cast<float>(beta)}, {shift});
    return add_node(node, add_op{}, {y, shift});
}

std::size_t graph_builder::relu(const NodeProto& node) { return add_node(node, clip_op{}, {input(node, 0)}); }

std::size_t graph_builder::clip(const NodeProto& node) {
    clip_op op;
    const auto limit = [&](int index, const char* attribute, float otherwise) -> std::optional<double> {
        if (index < node.input_size() && !node.input(index).empty()) return patterns_.scalar(node.input(index));
        return static_cast<double>(float_attribute(node, attribute, otherwise));
    };
    const std::optional<double> least = limit(1, "min", -std::numeric_limits<float>::infinity()),
                                greatest = limit(2, "max", std::numeric_limits<float>::infinity());
    if (!least || !greatest) return in_the_way(node, " to computed limits");
    op.least = static_cast<float>(*least);
    op.greatest = static_cast<float>(*greatest);
    return add_node(node, op, {input(node, 0)});
}

std::size_t graph_builder::softmax(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const auto rank = static_cast<std::int64_t>(shape(x).size());
    const std::int64_t axis = integer_attribute(node, "axis", values_.opset() >= 13 ? -1 : 1);
    if (axis != -1 && axis != rank - 1) return in_the_way(node, " over an axis that is not the last");
    return add_node(node, softmax_op{}, {x});
}

std::size_t graph_builder::layer_norm(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const auto rank = static_cast<std::int64_t>(shape(x).size());
    const std::int64_t axis = integer_attribute(node, "axis", -1);
    if (axis != -1 && axis != rank - 1) return in_the_way(node, " over more than the last axis");
    const auto length = rank > 0 ? static_cast<std::size_t>(shape(x).back()) : 0;
    layer_norm_op op;
    op.epsilon = static_cast<double>(float_attribute(node, "epsilon", 1e-5f));
    const std::vector<const constant*> given = constants_of(node);
    const auto parameter = [&](std::size_t index, float otherwise) -> std::shared_ptr<const std::vector<float>> {
        if (index >= given.size() || node.input(static_cast<int>(index)).empty())
            return std::make_shared<std::vector<float>>(length, otherwise);
        if (!given[index] || !is_along_last(*given[index], length) || !all_finite(given[index]->floats())) return nullptr;
        return std::get<0>(given[index]->values);
    };
    op.gain = parameter(1, 1);
    op.bias = parameter(2, 0);
    if (!op.gain || !op.bias) return in_the_way(node, " with computed parameters");
    return add_node(node, std::move(op), {x});
}

std::size_t graph_builder::add(const NodeProto& node) {
    for (int side = 0; side < 2; ++side) {
        if (!values_.is_constant(node.input(1 - side))) continue;
        const std::size_t x = input(node, side);
        const layer_norm_op* norm = layer_norm_of(entries_[x].node);
        const constant* given = norm ? values_.find_constant(node.input(1 - side)) : nullptr;
        if (!given || !is_along_last(*given, norm->bias->size())) continue;
        layer_norm_op op = *norm;
        op.bias = combined(*norm->bias, given->floats(), [](float a, float b) { return a + b; });
        return add_node(node, std::move(op), entries_[x].node.inputs);
    }
    return add_node(node, add_op{}, {input(node, 0), input(node, 1)});
}

std::size_t graph_builder::subtract(const NodeProto& node) {
    const constant* given = values_.is_constant(node.input(1)) ? values_.find_constant(node.input(1)) : nullptr;
    if (!given || !given->is_float() || !all_finite(given->floats())) return in_the_way(node, " of a computed tensor");
    auto negated = std::make_shared<std::vector<float>>(given->floats());
    for (float& v : *negated) v = -v;
    const std::size_t shift = add_node(node.input(1) + ".negated", constant_op{std::move(negated)}, {}, given->dims);
    return add_node(node, add_op{}, {input(node, 0), shift});
}

std::size_t graph_builder::multiply(const NodeProto& node) {
    if (const std::optional<gelu_pattern> found = patterns_.gelu_at(node))
        return add_node(node, gelu_op{found->by_tanh}, {value(found->x)});
    for (int side = 0; side < 2; ++side) {
        if (!values_.is_constant(node.input(1 - side))) continue;
        const std::size_t x = input(node, side);
        if (const std::optional<double> factor = patterns_.scalar(node.input(1 - side))) return scaled(node, x, *factor);
        const layer_norm_op* norm = layer_norm_of(entries_[x].node);
        const constant* given = norm ? values_.find_constant(node.input(1 - side)) : nullptr;
        if (!given || !is_along_last(*given, norm->bias->size())) return in_the_way(node, " by a constant tensor");
        layer_norm_op op = *norm;
        const auto times = [](float a, float b) { return a * b; };
        op.gain = combined(*norm->gain, given->floats(), times);
        op.bias = combined(*norm->bias, given->floats(), times);
        return add_node(node, std::move(op), entries_[x].node.inputs);
    }
    return in_the_way(node, " of two activations");
}

std::size_t graph_builder::divide(const NodeProto& node) {
    if (const std::optional<norm_pattern> found = patterns_.norm_at(node)) {
        const std::size_t x = value(found->x);
        const auto length = static_cast<std::size_t>(shape(x).empty() ? 0 : shape(x).back());
        return add_node(node,
                        layer_norm_op{std::make_shared<std::vector<float>>(length, 1.f), std::make_shared<std::vector<float>>(length, 0.f),
                                      found->epsilon},
                        {x});
    }
    if (const std::optional<gelu_pattern> found = patterns_.gelu_at(node))
        return add_node(node, gelu_op{found->by_tanh}, {value(found->x)});
    const std::optional<double> divisor = patterns_.scalar(node.input(1));
    if (!divisor) return in_the_way(node, " by a tensor");
    return scaled(node, input(node, 0), 1 / *divisor);
}

/// Windows that are pooled each for itself lie along the first axis; the graph has them as channels of one image.
std::size_t graph_builder::pool(const NodeProto& node) {
    std::size_t x = input(node, 0);
    const std::optional<dimensions> out = values_.shape_of(node.output(0));
    if (shape(x).size() != 4 || !out || out->size() != 4) return in_the_way(node, " that is not two-dimensional");
    const bool several = shape(x)[0] != 1;
    if (several) x = add_node(text_of(node) + ".planes", reshape_op{}, {x}, {1, shape(x)[0] * shape(x)[1], shape(x)[2], shape(x)[3]});
    const std::string mode = text_attribute(node, "auto_pad", "NOTSET");
    if (mode != "NOTSET" && mode != "VALID" && !mode.empty()) return in_the_way(node, " with auto_pad " + printable(mode));
    const std::vector<std::int64_t> kernel = integers_attribute(node, "kernel_shape"),
                                    strides = integers_attribute(node, "strides", {1, 1}),
                                    dilations = integers_attribute(node, "dilations", {1, 1});
    std::vector<std::int64_t> pads = integers_attribute(node, "pads", {0, 0, 0, 0});
    const auto odd = [](const std::vector<std::int64_t>& v, std::size_t size) {
        return v.size() != size || std::any_of(v.begin(), v.end(), [](std::int64_t n) { return n < 0 || n > largest_extent; });
    };
    if (odd(kernel, 2) || odd(strides, 2) || odd(pads, 4)) return in_the_way(node, " with odd attributes");
    if (dilations != std::vector<std::int64_t>{1, 1}) return in_the_way(node, " with dilations");
    pool_op op;
    op.maximum = node.op_type() == "MaxPool";
    op.count_padding = integer_attribute(node, "count_include_pad", 0) != 0;
    for (std::size_t axis = 0; axis < 2; ++axis) {  // ceil_mode lets the last window stand out
        const std::int64_t reach = ((*out)[axis + 2] - 1) * strides[axis] + kernel[axis] - shape(x)[axis + 2] - pads[axis];
        if (reach <= pads[axis + 2]) continue;
        if (op.count_padding) return in_the_way(node, " with ceil_mode and count_include_pad");
        pads[axis + 2] = std::min(reach, largest_extent);
    }
    op.kernel_height = static_cast<int>(kernel[0]);
    op.kernel_width = static_cast<int>(kernel[1]);
    op.stride_height = static_cast<int>(strides[0]);
    op.stride_width = static_cast<int>(strides[1]);
    op.pad_top = static_cast<int>(pads[0]);
    op.pad_left = static_cast<int>(pads[1]);
    op.pad_bottom = static_cast<int>(pads[2]);
    op.pad_right = static_cast<int>(pads[3]);
    return several ? add_node(node, reshape_op{}, {add_node(text_of(node) + ".pool", op, {x})}) : add_node(node, op, {x});
}

std::size_t graph_builder::global_pool(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const extents& in = shape(x);
    if (in.size() != 4 || in[2] > largest_extent || in[3] > largest_extent) return in_the_way(node, " that is not two-dimensional");
    pool_op op;
    op.maximum = node.op_type() == "GlobalMaxPool";
    op.kernel_height = static_cast<int>(in[2]);
    op.kernel_width = static_cast<int>(in[3]);
    return add_node(node, op, {x});
}

std::size_t graph_builder::mean(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const std::optional<std::vector<std::int64_t>> axes = patterns_.reduced_axes(node);
    if (!axes) return in_the_way(node, " over computed axes");
    for (std::size_t i = 1; i < axes->size(); ++i)
        if ((*axes)[i] != (*axes)[i - 1] + 1) return in_the_way(node, " over axes that are not adjacent");
    const bool keep = integer_attribute(node, "keepdims", 1) != 0;
    const extents& in = shape(x);
    if (in.size() == 4 && in[0] == 1 && *axes == std::vector<std::int64_t>{2, 3} && in[2] <= largest_extent && in[3] <= largest_extent) {
        pool_op op;
        op.maximum = false;
        op.kernel_height = static_cast<int>(in[2]);
        op.kernel_width = static_cast<int>(in[3]);
        const std::size_t pooled = keep ? add_node(node, op, {x}) : add_node(text_of(node) + ".pool", op, {x});
        return keep ? pooled : add_node(node, reshape_op{}, {pooled});
    }
    return add_node(node, mean_op{static_cast<int>(axes->front()), static_cast<int>(axes->size()), keep}, {x});
}

std::size_t graph_builder::reshape(const NodeProto& node) { return add_node(node, reshape_op{}, {input(node, 0)}); }

/// Whether a Resize at whole-numbered scales takes the nearest neighbour of output o from input o / scale, rounded down.
/// Before opset 11 it always did; halves of a pixel are added on both sides or on neither (ONNX, operator Resize).
bool graph_builder::takes_neighbour_below(const NodeProto& node) const {
    if (text_attribute(node, "mode", "nearest") != "nearest") return false;
    if (values_.opset() < 11) return true;
    const std::string transformation = text_attribute(node, "coordinate_transformation_mode", "half_pixel"),
                      rounding = text_attribute(node, "nearest_mode", "round_prefer_floor");
    return (transformation == "asymmetric" && rounding == "floor") ||
           (transformation == "half_pixel" && (rounding == "round_prefer_floor" || rounding == "round_prefer_ceil"));
}

/// Whole multiples of each extent: every element so many times, as copies along an axis of their own.
std::size_t graph_builder::resize(const NodeProto& node) {
    std::size_t x = input(node, 0);
    const extents in = shape(x);
    const std::optional<dimensions> out = values_.shape_of(node.output(0));
    if (!takes_neighbour_below(node)) return in_the_way(node, " between neighbours");
    if (!out || out->size() != in.size()) return in_the_way(node, " to computed sizes");
    const int at = values_.opset() < 11 ? 1 : 2;
    const constant* scales =
        node.input_size() > at && values_.is_constant(node.input(at)) ? values_.find_constant(node.input(at)) : nullptr;
    for (std::size_t d = 0; d < in.size(); ++d) {
        const std::int64_t copies = (*out)[d] / in[d];
        const bool stated = scales && scales->is_float() && scales->size() == in.size();
        if ((*out)[d] % in[d] != 0 || (stated && scales->floats()[d] != static_cast<float>(copies)))
            return in_the_way(node, " by scales that are not whole");
        if (copies == 1) continue;
        extents apart = shape(x);
        apart.insert(apart.begin() + static_cast<std::ptrdiff_t>(d) + 1, 1);
        const std::string name = fmt::format("{}.axis{}", text_of(node), d);
        const std::size_t one = add_node(name + ".one", reshape_op{}, {x}, apart);
        const std::size_t all =
            add_node(name, concat_op{static_cast<int>(d) + 1}, std::vector<std::size_t>(static_cast<std::size_t>(copies), one));
        extents together = in;
        std::copy_n(out->begin(), d + 1, together.begin());
        x = add_node(name + ".all", reshape_op{}, {all}, together);
    }
    return x;
}

std::size_t graph_builder::transpose(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    transpose_op op;
    for (const std::int64_t axis : integers_attribute(node, "perm"))
        op.permutation.push_back(static_cast<int>(std::clamp<std::int64_t>(axis, -1, largest_extent)));
    for (std::size_t d = shape(x).size(); !find_attribute(node, "perm") && d-- > 0;) op.permutation.push_back(static_cast<int>(d));
    return add_node(node, std::move(op), {x});
}

/// The part of `x` that lies in `ranges`.
std::size_t graph_builder::cut(const NodeProto& node, std::size_t x, const std::vector<slice_range>& ranges, std::string name) {
    slice_op op;
    extents wanted;
    for (const slice_range& range : ranges) {
        if (range.step < 1) return in_the_way(node, " backwards");
        op.starts.push_back(range.start);
        op.steps.push_back(range.step);
        wanted.push_back(range.count);
    }
    return wanted == shape(x) && entries_[x].runs ? x : add_node(std::move(name), std::move(op), {x}, std::move(wanted));
}

std::size_t graph_builder::slice(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const std::optional<std::vector<slice_range>> ranges = slice_ranges(node, constants_of(node), shape(x));
    return ranges ? cut(node, x, *ranges, text_of(node)) : in_the_way(node, " at computed places");
}

std::size_t graph_builder::split(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const auto rank = static_cast<std::int64_t>(shape(x).size());
    std::int64_t axis = integer_attribute(node, "axis", 0), start = 0;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) return in_the_way(node);
    std::vector<slice_range> ranges;
    for (const std::int64_t extent : shape(x)) ranges.push_back({0, 1, extent});
    for (const std::string& name : node.output()) {
        const std::optional<dimensions> part = values_.shape_of(name);
        if (!part || static_cast<std::int64_t>(part->size()) != rank) return in_the_way(node, " into computed parts");
        slice_range& along = ranges[static_cast<std::size_t>(axis)];
        along.start = start;
        along.count = (*part)[static_cast<std::size_t>(axis)];
        start += along.count;
        makers_[name] = cut(node, x, ranges, name);
    }
    return makers_[node.output(0)];
}

std::size_t graph_builder::gather(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    const constant* indices = node.input_size() > 1 && values_.is_constant(node.input(1)) ? values_.find_constant(node.input(1)) : nullptr;
    const auto rank = static_cast<std::int64_t>(shape(x).size());
    std::int64_t axis = integer_attribute(node, "axis", 0);
    if (axis < 0) axis += rank;
    if (!indices || indices->is_float() || indices->size() == 0 || axis < 0 || axis >= rank) return in_the_way(node, " at computed places");
    const std::int64_t extent = shape(x)[static_cast<std::size_t>(axis)];
    std::vector<std::int64_t> at = indices->integers();
    for (std::int64_t& i : at) {
        if (i < -extent || i >= extent) return in_the_way(node, " outside its input");
        if (i < 0) i += extent;
    }
    slice_range range{at[0], at.size() > 1 ? at[1] - at[0] : 1, static_cast<std::int64_t>(at.size())};
    for (std::size_t i = 1; i < at.size(); ++i)
        if (at[i] - at[i - 1] != range.step || range.step < 1) return in_the_way(node, " of places that are not evenly spaced");
    std::vector<slice_range> ranges;
    for (const std::int64_t all : shape(x)) ranges.push_back({0, 1, all});
    ranges[static_cast<std::size_t>(axis)] = range;
    return add_node(node, reshape_op{}, {cut(node, x, ranges, text_of(node) + ".slice")});
}

std::size_t graph_builder::concat(const NodeProto& node) {
    std::vector<std::size_t> inputs;
    for (int i = 0; i < node.input_size(); ++i) inputs.push_back(input(node, i));
    std::int64_t axis = integer_attribute(node, "axis", 0);
    if (axis < 0) axis += static_cast<std::int64_t>(shape(inputs[0]).size());
    return add_node(node, concat_op{static_cast<int>(std::clamp<std::int64_t>(axis, -1, largest_extent))}, std::move(inputs));
}

std::size_t graph_builder::pad(const NodeProto& node) {
    const std::size_t x = input(node, 0), rank = shape(x).size();
    const std::optional<std::vector<std::int64_t>> pads = integer_list(node, constants_of(node), 1, "pads");
    const std::string mode = text_attribute(node, "mode", "constant");
    if (mode != "constant") return in_the_way(node, " in mode " + printable(mode));
    const bool has_value = node.input_size() > 2 && !node.input(2).empty();
    const std::optional<double> filled = has_value ? patterns_.scalar(node.input(2)) : double{float_attribute(node, "value", 0)};
    if (filled != 0.0) return in_the_way(node, " with something else than zeros");
    if (!pads || pads->size() != 2 * rank) return in_the_way(node, " by computed sizes");
    if (std::any_of(pads->begin(), pads->end(), [](std::int64_t n) { return n < 0 || n > largest_extent; }))
        return in_the_way(node, " by sizes below 0");
    if (std::all_of(pads->begin(), pads->end(), [](std::int64_t n) { return n == 0; })) return x;
    return add_node(node, pad_op{{pads->begin(), pads->begin() + static_cast<std::ptrdiff_t>(rank)}}, {x});
}

/// Operators that change nothing at inference.
std::size_t graph_builder::pass(const NodeProto& node) {
    if (node.op_type() == "Dropout" && node.input_size() > 2 && patterns_.scalar(node.input(2)) != 0.0 &&
        patterns_.scalar(node.input(1)) != 0.0)
        return in_the_way(node, " in training mode");
    if (node.op_type() == "Cast" && integer_attribute(node, "to", 0) != onnx::TensorProto::FLOAT) return in_the_way(node);
    return input(node, 0);
}

std::size_t graph_builder::expand(const NodeProto& node) {
    const std::size_t x = input(node, 0);
    return values_.shape_of(node.output(0)) == shape(x) ? x : in_the_way(node, " of an activation");
}

std::set<std::size_t> graph_builder::reachable(std::size_t output) const {
    std::set<std::size_t> reached = {output};
    for (std::size_t i = output + 1; i-- > 0;)  // inputs stand before what reads them
        if (reached.count(i) > 0) reached.insert(entries_[i].node.inputs.begin(), entries_[i].node.inputs.end());
    return reached;
}

/// "HardSwish x3, Resize x1"; empty where the whole network runs.
std::string graph_builder::obstacles(const std::set<std::size_t>& reached) const {
    std::map<std::string, int> counts;
    int inputs = 0;
    for (const std::size_t i : reached) {
        if (!entries_[i].in_the_way.empty()) ++counts[entries_[i].in_the_way];
        if (entries_[i].is_image && entries_[i].runs) ++inputs;
    }
    std::vector<std::string> listed;
    for (const auto& [what, count] : counts) listed.push_back(fmt::format("{} x{}", what, count));
    if (listed.empty() && inputs != 1) listed.push_back(fmt::format("its output depends on {} inputs", inputs));
    return fmt::format("{}", fmt::join(listed, ", "));
}

void graph_builder::finish(workload& w) {
    if (graph_.output_size() != 1) {
        w.why_no_graph = fmt::format("it has {} outputs", graph_.output_size());
        return;
    }
    const std::size_t output = value(graph_.output(0).name());
    const std::set<std::size_t> reached = reachable(output);
    w.why_no_graph = obstacles(reached);
    if (!w.why_no_graph.empty()) return;
    network_graph graph;
    std::unordered_map<std::size_t, std::size_t> places;
    for (const std::size_t i : reached) {
        places[i] = graph.nodes.size();
        if (entries_[i].is_image) graph.input = places[i];
        graph.nodes.push_back(std::move(entries_[i].node));
        for (std::size_t& from : graph.nodes.back().inputs) from = places.at(from);
    }
    graph.output = places.at(output);
    w.graph = std::move(graph);
}

}  // namespace symmetree::onnx_import
