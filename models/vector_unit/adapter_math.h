#pragma once

#include <cstdint>
#include <vector>

#include "models/vector_unit/vector_parameters.h"
#include "workloads/quantize/tensor_format.h"

namespace symmetree {

/// The adapter of ASQ (Zhou et al., "Precision Neural Network Quantization via Learnable Adaptive Modules"): per image, beta = second *
/// relu(first * mean of the image + first_bias) + second_bias, and the layer's step is s * beta. Definition: docs/numerics.md, "ASQ".
struct adapter_weights {
    std::vector<float> first;       ///< [hidden][channels]
    std::vector<float> first_bias;  ///< per hidden element
    std::vector<float> second;      ///< per hidden element
    float second_bias = 1;
};

/// `in` is the format of the image's codes, [rows][channels]. Throws model_fault on sizes that do not fit each other.
adapter_parameters make_adapter(const adapter_weights& weights, std::int64_t rows, const tensor_format& in);

/// beta with 14 fraction bits, 2^12..2^16 - 1: a quarter to just below four. `in` [rows][channels].
std::uint16_t adapter_beta(const adapter_parameters& p, const std::int16_t* in);

/// A requantizer's factor on the way into codes of step s * beta (divided) and out of them (times): the registers written per image.
/// A factor of 15 bits grows to 17, one of 31 stays below 2^31 at the cost of its shift. Throws model_fault where its shift is too small
/// for that.
fixed_multiplier divided_by_beta(fixed_multiplier factor, std::uint16_t beta);
fixed_multiplier times_beta(fixed_multiplier factor, std::uint16_t beta);

}  // namespace symmetree
