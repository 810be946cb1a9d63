#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/limits.h"

namespace symmetree::onnx_import {

using dimensions = std::vector<std::int64_t>;

/// A tensor whose values are known while the model is read: an initializer or what was computed from some.
/// Floating types are held as float, whole numbers and booleans as int64; copies share the values.
struct constant {
    onnx::TensorProto::DataType type = onnx::TensorProto::FLOAT;
    dimensions dims;
    std::variant<std::shared_ptr<const std::vector<float>>, std::shared_ptr<const std::vector<std::int64_t>>> values;

    bool is_float() const { return values.index() == 0; }
    const std::vector<float>& floats() const { return *std::get<0>(values); }
    const std::vector<std::int64_t>& integers() const { return *std::get<1>(values); }
    std::size_t size() const { return is_float() ? floats().size() : integers().size(); }
};

constant make_constant(onnx::TensorProto::DataType type, dimensions dims, std::vector<float> values);
constant make_constant(onnx::TensorProto::DataType type, dimensions dims, std::vector<std::int64_t> values);
inline constant make_constant(dimensions dims, std::vector<std::int64_t> values) {
    return make_constant(onnx::TensorProto::INT64, std::move(dims), std::move(values));
}

/// Number of elements; absent when a dimension is negative or the product exceeds largest_tensor.
std::optional<std::size_t> elements(const dimensions& dims);

/// Reads a stored tensor whose external data, if any, has been brought in. Absent for element types that are not read
/// (float16, strings, ...). Throws input_error (with `file`) when dimensions and data do not belong together.
std::optional<constant> read_tensor(const onnx::TensorProto& tensor, const std::string& file);

/// The tensor as ONNX's shape inference wants it.
onnx::TensorProto to_proto(const constant& value);

/// "FLOAT16"; a number for a type that ONNX does not name.
std::string type_name(int type);

}  // namespace symmetree::onnx_import
