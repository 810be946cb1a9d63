#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "workloads/import/onnx_tensor.h"

namespace symmetree::onnx_import {

/// What is known of the values of a graph while its nodes are visited in order: types, and values where constant.
/// Types come from ONNX's own shape inference, asked node by node, so that shape arithmetic folded before a node is
/// there when the node needs it; one pass resolves what exporters leave dynamic.
class value_table {
public:
    /// Takes inputs, initializers and declared types from the graph. Throws input_error.
    value_table(const onnx::ModelProto& model, std::string file);

    /// The version of ONNX's own operators that the model uses.
    int opset() const;

    /// The constant of that name; null when it is none, or of an element type that is not read.
    const constant* find_constant(const std::string& name);
    /// The initializer of that name, read or not; null when there is none.
    const onnx::TensorProto* find_initializer(const std::string& name) const;
    bool is_constant(const std::string& name);

    /// Dimensions of a value where all of them are known.
    std::optional<dimensions> shape_of(const std::string& name);

    /// Computes the node's output when its inputs are constant (or known well enough, as for Shape); true when it did.
    bool fold_node(const onnx::NodeProto& node);
    /// Infers the types of the node's outputs. Throws input_error where the model contradicts itself.
    void infer_node(const onnx::NodeProto& node);

private:
    void take_inputs(const onnx::GraphProto& graph);
    void set_constant(const std::string& name, constant value);
    std::vector<const constant*> constant_inputs(const onnx::NodeProto& node, bool& all);
    void keep_output(const onnx::NodeProto& node, const std::string& name, const onnx::TypeProto& inferred);
    const onnx::TensorProto* data_of(const std::string& name);

    const std::string file_;
    std::unordered_map<std::string, int> opsets_;  ///< domain -> version
    std::unordered_map<std::string, const onnx::TensorProto*> initializers_;
    std::unordered_map<std::string, const onnx::TypeProto*> declared_;
    std::unordered_map<std::string, onnx::TypeProto> types_;
    std::unordered_map<std::string, constant> constants_;
    std::unordered_map<std::string, onnx::TensorProto> computed_;  ///< constants in the form that inference wants
    std::size_t folded_elements_ = 0;
};

/// "Conv '/conv1/Conv'", for messages.
std::string node_text(const onnx::NodeProto& node);

}  // namespace symmetree::onnx_import
