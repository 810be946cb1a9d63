#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// Fits `weights` (rows * columns floats, row-major) to a scheme. Deterministic whatever the thread count.
/// `s.weight_bits` is the width of the layer; bounds of outliers count anew every `group_rows` rows (0: one group). Throws model_fault on
/// non-finite input (callers have checked).
quantized_weights quantize_weights(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                                   std::int64_t group_rows = 0);

/// The floats that the codes stand for, rows * columns.
std::vector<double> dequantize(const quantized_weights& q);

/// Quantizes activations with one step for the tensor, min/max or MSE search over 100 candidates.
/// signed_zero_point: zero point from the range for relu (-2^(a-1)) and gelu (rounded range minimum), 0 for dense.
/// signed_symmetric: zero point 0 (operands of attention that take the place of weights).
quantized_activations quantize_activations(const std::vector<float>& x, int bits, range_method range, activation_class input,
                                           activation_coding coding);

/// The codes of other values in a format that is fitted already; values beyond it become its ends.
std::vector<std::int16_t> codes_in(const quantized_activations& format, const std::vector<float>& x);

}  // namespace symmetree
