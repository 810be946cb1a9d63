#include "workloads/import/onnx_inference.h"

#include <fmt/format.h>
#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "workloads/import/onnx_folding.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree::onnx_import {
namespace {

using onnx::NodeProto;
using onnx::TypeProto;

constexpr std::size_t most_folded = std::size_t{1} << 29;        ///< elements of all folded constants together
constexpr std::size_t most_shape_values = std::size_t{1} << 12;  ///< longer constants can't be shapes

/// What ONNX's inference functions ask about one node.
class node_context final : public onnx::InferenceContext {
public:
    node_context(const NodeProto& node, std::vector<const TypeProto*> types, std::vector<const onnx::TensorProto*> data)
        : node_(node), types_(std::move(types)), data_(std::move(data)), outputs_(static_cast<std::size_t>(node.output_size())) {}

    const onnx::AttributeProto* getAttribute(const std::string& name) const override { return find_attribute(node_, name); }
    std::size_t getNumInputs() const override { return types_.size(); }
    const TypeProto* getInputType(std::size_t index) const override { return index < types_.size() ? types_[index] : nullptr; }
    const onnx::TensorProto* getInputData(std::size_t index) const override { return index < data_.size() ? data_[index] : nullptr; }
    std::size_t getNumOutputs() const override { return outputs_.size(); }
    TypeProto* getOutputType(std::size_t index) override { return &outputs_.at(index); }
    onnx::GraphInferencer* getGraphAttributeInferencer(const std::string&) override { throw onnx::InferenceError("control flow"); }
    const onnx::SparseTensorProto* getInputSparseData(std::size_t) const override { return nullptr; }
    const onnx::TensorShapeProto* getSymbolicInput(std::size_t) const override { return nullptr; }

private:
    const NodeProto& node_;
    std::vector<const TypeProto*> types_;
    std::vector<const onnx::TensorProto*> data_;
    std::vector<TypeProto> outputs_;
};

[[noreturn]] void refuse(const std::string& file, const std::string& field, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, field, message});
}

TypeProto tensor_type(onnx::TensorProto::DataType type, const dimensions& dims) {
    TypeProto out;
    out.mutable_tensor_type()->set_elem_type(type);
    auto* shape = out.mutable_tensor_type()->mutable_shape();
    for (const std::int64_t extent : dims) shape->add_dim()->set_dim_value(extent);
    return out;
}

/// ONNX's inference functions divide by some attributes without looking at them.
void refuse_odd_attributes(const NodeProto& node, const std::string& file) {
    const auto within = [&](const onnx::AttributeProto& attribute, std::int64_t value, std::int64_t low) {
        if (value < low || value > largest_extent)
            refuse(file, node_text(node), fmt::format("{}: {} to {} is allowed, given {}", attribute.name(), low, largest_extent, value));
    };
    for (const auto& attribute : node.attribute()) {
        const std::string& name = attribute.name();
        if (name == "strides" || name == "dilations" || name == "kernel_shape")
            for (const std::int64_t value : attribute.ints()) within(attribute, value, 1);
        if ((name == "pads" || name == "output_padding" || name == "output_shape"))
            for (const std::int64_t value : attribute.ints()) within(attribute, value, -largest_extent);
        if (name == "group" || name == "blocksize" || name == "hidden_size" || name == "num_heads") within(attribute, attribute.i(), 1);
        if (name == "axis") within(attribute, attribute.i(), -largest_extent);
    }
}

/// Numbers that an operator takes as a shape, sizes or repeats must not overflow ONNX's products of them.
void refuse_odd_shapes(const NodeProto& node, const constant* shape, const std::string& file) {
    if (!shape || shape->is_float()) return;
    std::int64_t product = 1;
    for (const std::int64_t value : shape->integers())
        if (value < -1 || (value > 0 && __builtin_mul_overflow(product, value, &product)) || product > largest_tensor)
            refuse(file, node_text(node),
                   fmt::format("0 to {} elements are allowed, given {}", largest_tensor, dimensions_text(shape->integers())));
}

/// Operators whose inference function of ONNX 1.12 is asked. Others can crash on a damaged model (they index shapes and
/// divide without looking), and stand rarely between two layers: their outputs take the model's declared shapes.
bool is_inferred(const std::string& op) {
    static const std::set<std::string> names = {"Abs",
                                                "Add",
                                                "And",
                                                "ArgMax",
                                                "AveragePool",
                                                "BatchNormalization",
                                                "Cast",
                                                "Ceil",
                                                "Clip",
                                                "Concat",
                                                "Constant",
                                                "ConstantOfShape",
                                                "Conv",
                                                "ConvTranspose",
                                                "CumSum",
                                                "DepthToSpace",
                                                "Div",
                                                "Dropout",
                                                "Elu",
                                                "Equal",
                                                "Erf",
                                                "Exp",
                                                "Expand",
                                                "Flatten",
                                                "Floor",
                                                "Gather",
                                                "Gemm",
                                                "GlobalAveragePool",
                                                "GlobalMaxPool",
                                                "Greater",
                                                "HardSigmoid",
                                                "HardSwish",
                                                "Identity",
                                                "InstanceNormalization",
                                                "LRN",
                                                "LayerNormalization",
                                                "LeakyRelu",
                                                "Less",
                                                "Log",
                                                "LogSoftmax",
                                                "MatMul",
                                                "Max",
                                                "MaxPool",
                                                "Mean",
                                                "Min",
                                                "Mul",
                                                "Neg",
                                                "Not",
                                                "Or",
                                                "PRelu",
                                                "Pad",
                                                "Pow",
                                                "Range",
                                                "Reciprocal",
                                                "ReduceL2",
                                                "ReduceMax",
                                                "ReduceMean",
                                                "ReduceMin",
                                                "ReduceProd",
                                                "ReduceSum",
                                                "Relu",
                                                "Reshape",
                                                "Resize",
                                                "Selu",
                                                "Shape",
                                                "Sigmoid",
                                                "Size",
                                                "Slice",
                                                "Softmax",
                                                "Softplus",
                                                "SpaceToDepth",
                                                "Split",
                                                "Sqrt",
                                                "Squeeze",
                                                "Sub",
                                                "Sum",
                                                "Tanh",
                                                "Tile",
                                                "Transpose",
                                                "Unsqueeze",
                                                "Upsample",
                                                "Where"};
    return names.count(op) > 0;
}

/// Input and kernel of a convolution need a batch, channels and as many axes as each other; ONNX takes that for granted.
void refuse_odd_ranks(const NodeProto& node, const std::vector<const TypeProto*>& types, const std::string& file) {
    if (node.op_type() != "Conv" && node.op_type() != "ConvTranspose") return;
    int ranks[2] = {0, 0};
    for (std::size_t i = 0; i < 2 && i < types.size(); ++i)
        if (types[i] && types[i]->has_tensor_type() && types[i]->tensor_type().has_shape())
            ranks[i] = types[i]->tensor_type().shape().dim_size();
    if (ranks[0] < 3 || ranks[0] != ranks[1])
        refuse(file, node_text(node), fmt::format("input and weights of {} and {} dimensions", ranks[0], ranks[1]));
}

bool takes_shape(const std::string& op) { return op == "Reshape" || op == "Expand" || op == "Tile" || op == "ConstantOfShape"; }

}  // namespace

std::string node_text(const NodeProto& node) {
    const std::string name = !node.name().empty() ? node.name() : node.output_size() > 0 ? node.output(0) : "";
    return fmt::format("{} '{}'", printable(node.op_type()), printable(name));
}

value_table::value_table(const onnx::ModelProto& model, std::string file) : file_(std::move(file)) {
    for (const auto& opset : model.opset_import())
        opsets_[opset.domain() == "ai.onnx" ? "" : opset.domain()] = static_cast<int>(opset.version());
    const onnx::GraphProto& graph = model.graph();
    for (const auto& tensor : graph.initializer()) {
        initializers_[tensor.name()] = &tensor;
        const dimensions dims(tensor.dims().begin(), tensor.dims().end());
        if (!elements(dims))
            refuse(file_, fmt::format("tensor '{}'", printable(tensor.name())),
                   fmt::format("0 to {} elements are allowed, given {}", largest_tensor, dimensions_text(dims)));
        types_[tensor.name()] = tensor_type(static_cast<onnx::TensorProto::DataType>(tensor.data_type()), dims);
    }
    for (const auto& value : graph.value_info()) declared_[value.name()] = &value.type();
    for (const auto& value : graph.output()) declared_[value.name()] = &value.type();
    take_inputs(graph);
}

void value_table::take_inputs(const onnx::GraphProto& graph) {
    for (const auto& value : graph.input()) {
        if (initializers_.count(value.name()) > 0) continue;
        const std::string field = fmt::format("input '{}'", printable(value.name()));
        TypeProto type = value.type();
        if (!type.has_tensor_type() || !type.tensor_type().has_shape()) refuse(file_, field, "a tensor with a shape is wanted");
        auto* shape = type.mutable_tensor_type()->mutable_shape();
        for (int d = 0; d < shape->dim_size(); ++d) {
            auto* dim = shape->mutable_dim(d);
            if (!dim->has_dim_value() && d == 0) dim->set_dim_value(1);  // the batch
            if (!dim->has_dim_value())
                refuse(file_, field,
                       fmt::format(
                           "dimension {} is '{}'; only the first (the batch, taken as 1) may be left open: export with a fixed input size",
                           d, printable(dim->dim_param())));
            if (dim->dim_value() < 1 || dim->dim_value() > largest_extent)
                refuse(file_, field, fmt::format("dimension {}: 1 to {} is allowed, given {}", d, largest_extent, dim->dim_value()));
        }
        const int element = type.tensor_type().elem_type();
        if (element == onnx::TensorProto::FLOAT16 || element == onnx::TensorProto::BFLOAT16 || element == onnx::TensorProto::DOUBLE)
            refuse(file_, field, fmt::format("{} is not supported: export the model as float32", type_name(element)));
        types_[value.name()] = type;
    }
}

int value_table::opset() const {
    const auto found = opsets_.find("");
    return found == opsets_.end() ? 0 : found->second;
}

const onnx::TensorProto* value_table::find_initializer(const std::string& name) const {
    const auto found = initializers_.find(name);
    return found == initializers_.end() ? nullptr : found->second;
}

const constant* value_table::find_constant(const std::string& name) {
    const auto found = constants_.find(name);
    if (found != constants_.end()) return &found->second;
    const onnx::TensorProto* initializer = find_initializer(name);
    const std::optional<constant> read = initializer ? read_tensor(*initializer, file_) : std::nullopt;
    return read ? &constants_.emplace(name, *read).first->second : nullptr;
}

bool value_table::is_constant(const std::string& name) { return constants_.count(name) > 0 || initializers_.count(name) > 0; }

std::optional<dimensions> value_table::shape_of(const std::string& name) {
    const auto found = types_.find(name);
    if (found == types_.end() || !found->second.has_tensor_type() || !found->second.tensor_type().has_shape()) return {};
    dimensions dims;
    for (const auto& dim : found->second.tensor_type().shape().dim()) {
        if (!dim.has_dim_value()) return {};
        dims.push_back(dim.dim_value());
    }
    return dims;
}

void value_table::set_constant(const std::string& name, constant value) {
    folded_elements_ += value.size();
    if (folded_elements_ > most_folded) refuse(file_, "", fmt::format("its constants compute more than {} elements", most_folded));
    types_[name] = tensor_type(value.type, value.dims);
    constants_[name] = std::move(value);
}

std::vector<const constant*> value_table::constant_inputs(const NodeProto& node, bool& all) {
    std::vector<const constant*> inputs;
    all = true;
    for (const std::string& name : node.input()) {
        // Asked by name first: reading a large initializer that is not needed would be a waste.
        all = all && (name.empty() || is_constant(name));
        inputs.push_back(nullptr);
    }
    for (int i = 0; all && i < node.input_size(); ++i) {
        if (node.input(i).empty()) continue;
        inputs[static_cast<std::size_t>(i)] = find_constant(node.input(i));
        all = inputs[static_cast<std::size_t>(i)] != nullptr;
    }
    return inputs;
}

bool value_table::fold_node(const NodeProto& node) {
    if (!node.domain().empty() && node.domain() != "ai.onnx") return false;
    for (const auto& attribute : node.attribute())
        if (attribute.has_t()) read_tensor(attribute.t(), file_);  // refuses damage
    if (node.output_size() != 1) return false;
    if (node.op_type() == "Shape" || node.op_type() == "Size") {
        const std::optional<dimensions> dims = node.input_size() == 1 ? shape_of(node.input(0)) : std::nullopt;
        if (!dims || find_attribute(node, "start") || find_attribute(node, "end")) return false;
        const auto count = elements(*dims);
        if (node.op_type() == "Shape")
            set_constant(node.output(0), make_constant({static_cast<std::int64_t>(dims->size())}, *dims));
        else if (count)
            set_constant(node.output(0), make_constant({}, {static_cast<std::int64_t>(*count)}));
        return node.op_type() == "Shape" || count.has_value();
    }
    bool all = false;
    const std::vector<const constant*> inputs = constant_inputs(node, all);
    std::optional<constant> value = all ? fold(node, inputs) : std::nullopt;
    if (!value) return false;
    set_constant(node.output(0), std::move(*value));
    return true;
}

const onnx::TensorProto* value_table::data_of(const std::string& name) {
    if (const onnx::TensorProto* initializer = find_initializer(name)) return initializer;
    const auto found = constants_.find(name);
    if (found == constants_.end() || found->second.size() > most_shape_values) return nullptr;
    const auto [proto, fresh] = computed_.try_emplace(name);
    if (fresh) proto->second = to_proto(found->second);
    return &proto->second;
}

void value_table::infer_node(const NodeProto& node) {
    refuse_odd_attributes(node, file_);
    if (takes_shape(node.op_type()) && node.input_size() > 0 && is_constant(node.input(node.input_size() - 1)))
        refuse_odd_shapes(node, find_constant(node.input(node.input_size() - 1)), file_);
    std::vector<const TypeProto*> types;
    std::vector<const onnx::TensorProto*> data;
    bool known = true;
    for (const std::string& name : node.input()) {
        const auto type = types_.find(name);
        known = known && (name.empty() || type != types_.end());
        types.push_back(type == types_.end() ? nullptr : &type->second);
        data.push_back(name.empty() ? nullptr : data_of(name));
    }
    if (known) refuse_odd_ranks(node, types, file_);
    const std::string domain = node.domain() == "ai.onnx" ? "" : node.domain();
    const auto version = opsets_.find(domain);
    const onnx::OpSchema* schema =
        version == opsets_.end() ? nullptr : onnx::OpSchemaRegistry::Schema(node.op_type(), version->second, domain);
    node_context context(node, std::move(types), std::move(data));
    if (known && schema && is_inferred(node.op_type()) && schema->has_type_and_shape_inference_function()) {
        try {
            schema->GetTypeAndShapeInferenceFunction()(context);
        } catch (const std::exception& e) {
            refuse(file_, node_text(node), fmt::format("shape inference: {}", e.what()));
        }
    }
    for (int i = 0; i < node.output_size(); ++i)
        if (!node.output(i).empty()) keep_output(node, node.output(i), *context.getOutputType(static_cast<std::size_t>(i)));
}

/// Keeps the inferred type, or the declared one where inference says nothing; refuses where the two contradict.
void value_table::keep_output(const NodeProto& node, const std::string& name, const TypeProto& inferred) {
    const auto declared = declared_.find(name);
    const bool has_shape = inferred.has_tensor_type() && inferred.tensor_type().has_shape();
    if (!has_shape && declared == declared_.end()) {
        if (inferred.has_tensor_type()) types_[name] = inferred;
        return;
    }
    types_[name] = has_shape ? inferred : *declared->second;
    const std::optional<dimensions> dims = shape_of(name);
    for (std::size_t d = 0; dims && d < dims->size(); ++d)
        if ((*dims)[d] < 1 || (*dims)[d] > largest_tensor)
            refuse(file_, node_text(node), fmt::format("an output of {} elements along dimension {}", (*dims)[d], d));
    if (!has_shape || declared == declared_.end() || !declared->second->tensor_type().has_shape()) return;
    const auto& ours = inferred.tensor_type().shape();
    const auto& theirs = declared->second->tensor_type().shape();
    bool agree = ours.dim_size() == theirs.dim_size();
    for (int d = 0; agree && d < ours.dim_size(); ++d)
        agree = !ours.dim(d).has_dim_value() || !theirs.dim(d).has_dim_value() || ours.dim(d).dim_value() == theirs.dim(d).dim_value();
    if (!agree)
        refuse(file_, node_text(node), fmt::format("the model declares another shape for '{}' than its inputs give", printable(name)));
}

}  // namespace symmetree::onnx_import
