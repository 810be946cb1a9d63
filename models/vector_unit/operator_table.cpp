#include "models/vector_unit/operator_table.h"

#include <algorithm>
#include <cstring>

#include "models/contract/descriptor.h"

namespace symmetree {
namespace {

bool is_tensor(const memory_tensor& t) { return t.rows >= 1 && t.row_elements >= 1 && t.bits >= 2 && t.bits <= 16; }

bool is_step(const vector_descriptor& d) {
    return is_tensor(d.a) && is_tensor(d.result) && (d.has_second == 0 || is_tensor(d.b)) && d.kernel_rows >= 1 && d.stride_rows >= 1 &&
           d.trees >= 1 && d.lanes >= 1 && d.images >= 1 &&
           std::all_of(d.copy.extent, d.copy.extent + copy_rank, [](std::int32_t e) { return e >= 1; }) &&
           with_operator(operation_of(d), [&](auto op) { return decltype(op)::fits(d); });
}

}  // namespace

const char* to_string(vector_operation operation) {
    return with_operator(operation, [](auto op) { return decltype(op)::name; });
}

vector_descriptor decode_vector_descriptor(const std::vector<std::uint8_t>& bytes) {
    vector_descriptor d;
    if (bytes.size() != descriptor_bytes) throw model_fault("the descriptor is not whole");
    std::memcpy(&d, bytes.data(), sizeof(d));
    if (d.magic != vector_magic || !is_step(d)) throw model_fault("a descriptor of the vector unit with a field out of its range");
    return d;
}

std::vector<vector_chunk> chunks_of(const vector_descriptor& d, std::uint64_t bank_bytes) {
    return with_operator(operation_of(d), [&](auto op) { return decltype(op)::cut(d, bank_bytes); });
}

vector_operation operation_of(const vector_parameters& p) {
    return std::visit([](const auto& parameters) { return parameters.operation; }, p);
}

std::vector<std::uint8_t> encode_parameters(const vector_parameters& p) {
    return std::visit([](const auto& parameters) { return parameter_bytes(parameters); }, p);
}

vector_parameters decode_parameters(vector_operation operation, const std::vector<std::uint8_t>& bytes) {
    return with_operator(operation,
                         [&](auto op) -> vector_parameters { return parameters_from<typename decltype(op)::parameters>(bytes); });
}

}  // namespace symmetree
