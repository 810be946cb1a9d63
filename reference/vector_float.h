#pragma once

#include <cstdint>
#include <vector>

#include "reference/codes.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/graph.h"

namespace symmetree {

/// The float mode of the vector unit: codes to values, the operator as it is defined on real numbers, values to codes. It measures what the
/// integer forms lose, so it is evaluated in doubles: its only error is the rounding to the output's codes. Rows lie one after the other;
/// images are [1][C][H][W]. Needs exp and erf of the C library: codes may differ between libraries where a result is all but a tie.

codes requantize_float(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip, const codes& x);
codes add_float(const tensor_format& in_a, const tensor_format& in_b, const tensor_format& out, const value_range& clip, const codes& a,
                const codes& b);
codes gelu_float(const tensor_format& in, const tensor_format& out, const codes& x);
codes softmax_float(const tensor_format& in, const tensor_format& out, const codes& x, std::size_t columns);
codes layer_norm_float(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon, const tensor_format& in,
                       const tensor_format& out, const codes& x);
codes pool_float(const pool_op& op, const extents& in_shape, const extents& out_shape, const tensor_format& in, const tensor_format& out,
                 const codes& x);
/// `x` [groups][rows][columns].
codes mean_float(std::int64_t rows, const tensor_format& in, const tensor_format& out, const codes& x, std::size_t columns);

/// GELU, softmax and layer norm of one row of real values.
double exact_gelu(double x);
std::vector<double> exact_softmax(const std::vector<double>& row);
std::vector<double> exact_layer_norm(const std::vector<double>& row, const std::vector<float>& gain, const std::vector<float>& bias,
                                     double epsilon);

}  // namespace symmetree
