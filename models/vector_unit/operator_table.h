#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "models/vector_unit/operators/adapter.h"
#include "models/vector_unit/operators/add.h"
#include "models/vector_unit/operators/gelu.h"
#include "models/vector_unit/operators/layer_norm.h"
#include "models/vector_unit/operators/mean.h"
#include "models/vector_unit/operators/pool.h"
#include "models/vector_unit/operators/rearrange.h"
#include "models/vector_unit/operators/requantize.h"
#include "models/vector_unit/operators/softmax.h"
#include "models/vector_unit/operators/stage.h"

namespace symmetree {

/// The registers of a step.
using vector_parameters = std::variant<requantize_parameters, add_parameters, gelu_parameters, softmax_parameters, layer_norm_parameters,
                                       pool_parameters, mean_parameters, rearrange_parameters, stage_parameters, adapter_parameters>;

/// visit(x_operator{}) for the operator of that operation. The one place that knows all of them: whoever asks something of an operation
/// asks here. Throws model_fault for a number that is none.
template <class Visit>
auto with_operator(vector_operation operation, Visit visit) {
    switch (operation) {
        case vector_operation::requantize: return visit(requantize_operator{});
        case vector_operation::add: return visit(add_operator{});
        case vector_operation::gelu: return visit(gelu_operator{});
        case vector_operation::softmax: return visit(softmax_operator{});
        case vector_operation::layer_norm: return visit(layer_norm_operator{});
        case vector_operation::pool: return visit(pool_operator{});
        case vector_operation::mean: return visit(mean_operator{});
        case vector_operation::rearrange: return visit(rearrange_operator{});
        case vector_operation::stage: return visit(stage_operator{});
        case vector_operation::adapter: return visit(adapter_operator{});
    }
    throw model_fault("a step of no operation");
}

/// In reports: "layer_norm".
const char* to_string(vector_operation operation);

/// Throws model_fault when the bytes are no descriptor, one of no operation, or one that contradicts itself.
vector_descriptor decode_vector_descriptor(const std::vector<std::uint8_t>& bytes);
/// Cuts a step so that what is fetched and made fits `bank_bytes`, whole rows at a time, at least one.
std::vector<vector_chunk> chunks_of(const vector_descriptor& d, std::uint64_t bank_bytes);

/// The operation whose registers they are.
vector_operation operation_of(const vector_parameters& p);
/// As they stand in memory.
std::vector<std::uint8_t> encode_parameters(const vector_parameters& p);
/// Throws model_fault unless the bytes are those of the operation.
vector_parameters decode_parameters(vector_operation operation, const std::vector<std::uint8_t>& bytes);

}  // namespace symmetree
