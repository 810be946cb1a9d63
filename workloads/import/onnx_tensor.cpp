#include "workloads/import/onnx_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "workloads/operators/layer_checks.h"

namespace symmetree::onnx_import {
namespace {

using onnx::TensorProto;

constexpr int most_dimensions = 16;

[[noreturn]] void refuse(const TensorProto& tensor, const std::string& file, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, fmt::format("tensor '{}'", printable(tensor.name())), message});
}

dimensions checked_dimensions(const TensorProto& tensor, const std::string& file) {
    const dimensions dims(tensor.dims().begin(), tensor.dims().end());
    if (tensor.dims_size() > most_dimensions) refuse(tensor, file, fmt::format("more than {} dimensions", most_dimensions));
    if (!elements(dims)) refuse(tensor, file, fmt::format("0 to {} elements are allowed, given {}", largest_tensor, dimensions_text(dims)));
    return dims;
}

template <class Stored, class Value>
std::vector<Value> from_raw(const TensorProto& tensor, std::size_t count, const std::string& file) {
    const std::string& raw = tensor.raw_data();
    if (raw.size() != count * sizeof(Stored))
        refuse(tensor, file, fmt::format("{} elements need {} bytes, the file has {}", count, count * sizeof(Stored), raw.size()));
    std::vector<Value> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        Stored stored;
        std::memcpy(&stored, raw.data() + i * sizeof stored, sizeof stored);
        values[i] = static_cast<Value>(stored);
    }
    return values;
}

template <class Stored, class Value, class Field>
std::vector<Value> stored_values(const TensorProto& tensor, const Field& field, const std::string& file) {
    const std::size_t count = elements(checked_dimensions(tensor, file)).value();
    if (tensor.has_raw_data()) return from_raw<Stored, Value>(tensor, count, file);
    if (static_cast<std::size_t>(field.size()) != count)
        refuse(tensor, file, fmt::format("{} elements are wanted, the file has {}", count, field.size()));
    std::vector<Value> values(count);
    std::transform(field.begin(), field.end(), values.begin(), [](auto v) { return static_cast<Value>(v); });
    return values;
}

template <class Stored, class Field>
constant whole_numbers(const TensorProto& tensor, const Field& field, const std::string& file) {
    return make_constant(static_cast<TensorProto::DataType>(tensor.data_type()), dimensions(tensor.dims().begin(), tensor.dims().end()),
                         stored_values<Stored, std::int64_t>(tensor, field, file));
}

template <class Stored, class Field>
constant real_numbers(const TensorProto& tensor, const Field& field, const std::string& file) {
    return make_constant(static_cast<TensorProto::DataType>(tensor.data_type()), dimensions(tensor.dims().begin(), tensor.dims().end()),
                         stored_values<Stored, float>(tensor, field, file));
}

}  // namespace

constant make_constant(onnx::TensorProto::DataType type, dimensions dims, std::vector<float> values) {
    return {type, std::move(dims), std::make_shared<const std::vector<float>>(std::move(values))};
}

constant make_constant(onnx::TensorProto::DataType type, dimensions dims, std::vector<std::int64_t> values) {
    return {type, std::move(dims), std::make_shared<const std::vector<std::int64_t>>(std::move(values))};
}

std::optional<std::size_t> elements(const dimensions& dims) {
    std::int64_t count = 1;
    for (const std::int64_t extent : dims)
        if (extent < 0 || __builtin_mul_overflow(count, extent, &count) || count > largest_tensor) return {};
    return static_cast<std::size_t>(count);
}

std::optional<constant> read_tensor(const TensorProto& tensor, const std::string& file) {
    if (tensor.data_location() == TensorProto::EXTERNAL) refuse(tensor, file, "its external data was not found");
    switch (tensor.data_type()) {
        case TensorProto::FLOAT: return real_numbers<float>(tensor, tensor.float_data(), file);
        case TensorProto::DOUBLE: return real_numbers<double>(tensor, tensor.double_data(), file);
        case TensorProto::INT64: return whole_numbers<std::int64_t>(tensor, tensor.int64_data(), file);
        case TensorProto::INT32: return whole_numbers<std::int32_t>(tensor, tensor.int32_data(), file);
        case TensorProto::BOOL: return whole_numbers<std::uint8_t>(tensor, tensor.int32_data(), file);
        default: return {};
    }
}

TensorProto to_proto(const constant& value) {
    TensorProto tensor;
    tensor.set_data_type(value.type);
    for (const std::int64_t extent : value.dims) tensor.add_dims(extent);
    const auto add_all = [&](auto add) {
        if (value.is_float())
            for (const float v : value.floats()) add(v);
        else
            for (const std::int64_t v : value.integers()) add(v);
    };
    switch (value.type) {
        case TensorProto::FLOAT: add_all([&](auto v) { tensor.add_float_data(static_cast<float>(v)); }); break;
        case TensorProto::DOUBLE: add_all([&](auto v) { tensor.add_double_data(static_cast<double>(v)); }); break;
        case TensorProto::INT64: add_all([&](auto v) { tensor.add_int64_data(static_cast<std::int64_t>(v)); }); break;
        default: add_all([&](auto v) { tensor.add_int32_data(static_cast<std::int32_t>(v)); }); break;
    }
    return tensor;
}

std::string type_name(int type) {
    return TensorProto::DataType_IsValid(type) ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type))
                                               : std::to_string(type);
}

}  // namespace symmetree::onnx_import
