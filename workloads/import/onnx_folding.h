#pragma once

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>
#include <vector>

#include "workloads/import/onnx_tensor.h"

namespace symmetree::onnx_import {

/// Attributes with the default that the operator's definition gives them.
const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name);
std::int64_t integer_attribute(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise);
float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise);
std::vector<std::int64_t> integers_attribute(const onnx::NodeProto& node, const std::string& name,
                                             std::vector<std::int64_t> otherwise = {});
std::string text_attribute(const onnx::NodeProto& node, const std::string& name, const std::string& otherwise);

/// What a node computes from constants, for the small arithmetic on shapes that exporters leave in a model and for
/// weights stored in another order. A null input is an optional one left out. Absent: this operator, or this use of
/// it, is not computed here; no input makes it throw or do anything undefined.
std::optional<constant> fold(const onnx::NodeProto& node, const std::vector<const constant*>& inputs);

/// The matrix [columns][rows] of a matrix [rows][columns].
std::vector<float> transposed(const std::vector<float>& matrix, std::size_t rows, std::size_t columns);

}  // namespace symmetree::onnx_import
