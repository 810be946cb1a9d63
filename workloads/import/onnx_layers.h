#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "workloads/import/onnx_classes.h"
#include "workloads/import/onnx_inference.h"
#include "workloads/network/workload.h"

namespace symmetree::onnx_import {

/// Turns the nodes of a graph, visited in order, into the layers of a workload.
class layer_builder {
public:
    layer_builder(const onnx::GraphProto& graph, std::string file, value_table& values, class_table& classes, diagnostics& problems);

    /// True when the node became a layer, was folded into one, or only views its input; false: it is not simulated.
    bool take(const onnx::NodeProto& node);
    const std::vector<layer>& layers() const { return layers_; }
    std::vector<layer> take_layers() { return std::move(layers_); }
    /// The layer that makes a value; its bias and what was folded into it may still be missing there.
    std::optional<std::size_t> layer_of(const std::string& value) const;

private:
    /// One side of a matrix product.
    struct operand {
        std::string name;
        dimensions dims;  ///< after transposition
        bool is_constant = false;
        bool transposed = false;  ///< the last two dimensions are stored the other way round
    };

    void add_conv(const onnx::NodeProto& node);
    bool add_gemm(const onnx::NodeProto& node);
    bool add_matmul(const onnx::NodeProto& node);
    bool add_product(const onnx::NodeProto& node, operand a, operand b, float scale);
    void add_attention(const onnx::NodeProto& node, const operand& a, const operand& b);
    void add_linear(const onnx::NodeProto& node, const operand& x, const operand& w, bool weights_left, float scale);
    bool fold_batch_norm(const onnx::NodeProto& node);
    bool fold_bias(const onnx::NodeProto& node);
    bool fold_shift(std::size_t made, const std::string& shift, float factor);

    std::shared_ptr<const std::vector<float>> scaled_rows(const onnx::NodeProto& node, const std::vector<float>& values,
                                                          const std::vector<double>& factors) const;
    operand operand_of(const onnx::NodeProto& node, int index, bool transposed);
    dimensions wanted_shape(const onnx::NodeProto& node, const std::string& name);
    const constant& wanted_weights(const onnx::NodeProto& node, const std::string& name);
    int extent(const onnx::NodeProto& node, const char* field, std::int64_t value);
    void push(const onnx::NodeProto& node, layer_shape shape, activation_class input, std::shared_ptr<const std::vector<float>> weights);
    std::string unique_name(const onnx::NodeProto& node);
    [[noreturn]] void refuse(const onnx::NodeProto& node, const std::string& message) const;

    const std::string file_;
    value_table& values_;
    class_table& classes_;
    diagnostics& problems_;
    std::vector<layer> layers_;
    std::set<std::string> names_;
    std::unordered_map<std::string, int> uses_;             ///< readers of a value, outputs of the graph included
    std::unordered_map<std::string, std::size_t> made_by_;  ///< value -> the layer that makes it
    std::set<std::size_t> sideways_;                        ///< linear layers whose outputs are not along the last axis
};

}  // namespace symmetree::onnx_import
