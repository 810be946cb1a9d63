#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "models/contract/vector_descriptor.h"
#include "models/contract/vector_parameters.h"

namespace symmetree {

/// The parameters of one step; none for plain rearrangements.
using vector_parameters = std::variant<std::monostate, requantize_parameters, add_parameters, gelu_parameters, softmax_parameters,
                                       layer_norm_parameters, pool_parameters, mean_parameters, adapter_parameters>;

/// As they stand in memory, little-endian, without padding between fields.
std::vector<std::uint8_t> encode_parameters(const vector_parameters& p);
/// Throws model_fault unless the bytes are those of the operation.
vector_parameters decode_parameters(vector_operation operation, const std::vector<std::uint8_t>& bytes);

}  // namespace symmetree
