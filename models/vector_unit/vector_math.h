#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/contract/vector_parameters.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// Arithmetic of the vector unit: integers from codes to codes, no division but one per row of softmax and layer norm.
/// Definitions with the width of every intermediate: docs/numerics.md, "Operators of the vector unit".
/// Rounding is half to even unless a shift is said to drop bits. The make functions throw model_fault on formats that break
/// tensor_format's invariant; a factor beyond its multiplier (2^15 output steps per input step) becomes the greatest multiplier.
/// In and out may be the same array except for pooling and means.

/// Rows of softmax and layer norm, windows and means have at most this many elements.
inline constexpr std::int64_t longest_vector_row = 65536;

/// Change of format, clipping, scaling by a constant: out = clip(factor * in).
requantize_parameters make_requantize(const tensor_format& in, const tensor_format& out, double factor = 1, const value_range& clip = {});
void requantize_codes(const requantize_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count);

/// out = clip(a + b), one rounding. The larger of the two factors has 15 bits, the other shares its shift.
add_parameters make_add(const tensor_format& a, const tensor_format& b, const tensor_format& out, const value_range& clip = {});
void add_codes(const add_parameters& p, const std::int16_t* a, const std::int16_t* b, std::int16_t* out, std::size_t count);

/// GELU by the second-order polynomial of Kim et al., "I-BERT: Integer-only BERT Quantization", ICML 2021, in fixed point.
gelu_parameters make_gelu(const tensor_format& in, const tensor_format& out);
void gelu_codes(const gelu_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count);

/// Softmax of every row, the exponential by I-BERT's second-order polynomial. `in` [rows][columns]; 2^-15 < out.step < 2^10.
softmax_parameters make_softmax(const tensor_format& in, const tensor_format& out);
void softmax_rows(const softmax_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows, std::size_t columns);

/// (x - mean) / sqrt(variance + epsilon) * gain + bias of every row, variance over `columns` elements (no Bessel correction).
/// `gain` and `bias`: one per column. `in` [rows][columns].
layer_norm_parameters make_layer_norm(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon,
                                      const tensor_format& in, const tensor_format& out);
void layer_norm_rows(const layer_norm_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows);

/// Maximum or average over windows of an image [height][width][channels]. The maximum never sees padding; padding adds 0 to an
/// average, whose divisor is the kernel's elements with `count_padding`, else the window's elements inside the image.
pool_parameters make_pool(bool maximum, const pool_shape& shape, bool count_padding, const tensor_format& in, const tensor_format& out,
                          const value_range& clip = {});
void pool_codes(const pool_parameters& p, const std::int16_t* in, std::int16_t* out);

/// Average over the middle axis: `in` [groups][rows][columns], `out` [groups][columns]. Global average pooling, mean of tokens.
mean_parameters make_mean(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip = {});
void mean_codes(const mean_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t groups, std::size_t columns);

/// floor(sqrt(n)) of 2^30 <= n < 2^32, by four steps of Newton's method from 2^16 and one comparison.
std::uint32_t integer_square_root(std::uint32_t n);

}  // namespace symmetree
