#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/contract/vector_parameters.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// The float mode of the vector unit: codes to values, the operator as it is defined on real numbers, values to codes. It measures
/// what the integer forms of vector_math.h lose, so it is evaluated in doubles: its only error is the rounding to the output's codes.
/// Shapes are those of vector_math.h. Needs exp and erf of the C library: codes may differ between libraries where a result is all but a
/// tie.

void requantize_float(const tensor_format& in, const tensor_format& out, double factor, const value_range& clip, const std::int16_t* x,
                      std::int16_t* y, std::size_t count);
void add_float(const tensor_format& in_a, const tensor_format& in_b, const tensor_format& out, const value_range& clip,
               const std::int16_t* a, const std::int16_t* b, std::int16_t* y, std::size_t count);
void gelu_float(const tensor_format& in, const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t count);
void softmax_float(const tensor_format& in, const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t rows,
                   std::size_t columns);
void layer_norm_float(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon, const tensor_format& in,
                      const tensor_format& out, const std::int16_t* x, std::int16_t* y, std::size_t rows);
void pool_float(bool maximum, const pool_shape& shape, bool count_padding, const tensor_format& in, const tensor_format& out,
                const value_range& clip, const std::int16_t* x, std::int16_t* y);
void mean_float(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip, const std::int16_t* x,
                std::int16_t* y, std::size_t groups, std::size_t columns);

/// GELU, softmax and layer norm of one row of real values.
double exact_gelu(double x);
std::vector<double> exact_softmax(const std::vector<double>& row);
std::vector<double> exact_layer_norm(const std::vector<double>& row, const std::vector<float>& gain, const std::vector<float>& bias,
                                     double epsilon);

}  // namespace symmetree
