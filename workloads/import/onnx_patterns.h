#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "workloads/import/onnx_inference.h"

namespace symmetree::onnx_import {

/// A GELU written out: x * Phi(x) or its approximation by tanh.
struct gelu_pattern {
    std::string x;
    bool by_tanh = false;
};

/// A normalisation over the last axis written out: (x - mean) / sqrt(variance + epsilon).
struct norm_pattern {
    std::string x;
    double epsilon = 0;
};

/// Recognises functions that exporters write out in several operators, at the operator that completes them.
class pattern_search {
public:
    pattern_search(const onnx::GraphProto& graph, value_table& values);

    /// `node` is a Mul or a Div. The function is recognised by its values, in whatever order its factors are written.
    std::optional<gelu_pattern> gelu_at(const onnx::NodeProto& node);
    /// `node` is a Div.
    std::optional<norm_pattern> norm_at(const onnx::NodeProto& node);

    /// The axes that a ReduceMean runs over, from 0 and in order; absent where they are not known.
    std::optional<std::vector<std::int64_t>> reduced_axes(const onnx::NodeProto& node);
    /// The number that a constant holds in all its elements.
    std::optional<double> scalar(const std::string& name);

private:
    const onnx::NodeProto* maker(const std::string& name, const char* op) const;
    void collect(const onnx::NodeProto& node, int depth, std::vector<std::string>& seen, bool& saturates);
    std::optional<double> value_at(const std::string& name, const std::string& x, double at, int& budget);
    bool is_mean_of(const std::string& name, const std::string& x);
    bool is_centred(const std::string& name, const std::string& x);
    bool is_square_of_centred(const std::string& name, const std::string& x);

    const onnx::GraphProto& graph_;
    value_table& values_;
    std::unordered_map<std::string, int> makers_;  ///< value -> index of the node that makes it
};

}  // namespace symmetree::onnx_import
