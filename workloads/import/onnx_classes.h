#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_map>

#include "core/activation_class.h"
#include "workloads/import/onnx_inference.h"

namespace symmetree::onnx_import {

/// The activation class of every value of a graph: what a ReLU or a GELU made, seen through operators that only
/// reorder, select or pool; everything else is dense.
class class_table {
public:
    class_table(const onnx::GraphProto& graph, value_table& values) : graph_(graph), values_(values) {}

    /// The class of a value whose node was visited; dense for inputs of the graph.
    activation_class of(const std::string& name) const;
    /// Notes the class of what a node makes; `index` is its place in the graph. Nodes must come in order.
    void visit(int index);

private:
    activation_class made_by(const onnx::NodeProto& node);
    bool is_gelu_product(const onnx::NodeProto& node);

    const onnx::GraphProto& graph_;
    value_table& values_;
    std::unordered_map<std::string, activation_class> classes_;
    std::unordered_map<std::string, int> makers_;  ///< value -> index of the node that makes it
};

}  // namespace symmetree::onnx_import
