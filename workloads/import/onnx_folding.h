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

/// A list that newer operator versions take as an input and older ones as an attribute; absent where it is neither, or
/// not of whole numbers.
std::optional<std::vector<std::int64_t>> integer_list(const onnx::NodeProto& node, const std::vector<const constant*>& inputs,
                                                      std::size_t index, const std::string& attribute);

/// What a Slice takes of one axis: `count` elements from `start` in steps of `step`.
struct slice_range {
    std::int64_t start = 0, step = 1, count = 0;
};
/// The ranges of all axes of an input with these dimensions; absent where the node's lists are not constant or wrong.
std::optional<std::vector<slice_range>> slice_ranges(const onnx::NodeProto& node, const std::vector<const constant*>& inputs,
                                                     const dimensions& dims);

/// The matrix [columns][rows] of a matrix [rows][columns].
std::vector<float> transposed(const std::vector<float>& matrix, std::size_t rows, std::size_t columns);

}  // namespace symmetree::onnx_import
