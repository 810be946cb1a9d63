#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/vector_parameters.h"

namespace symmetree {

/// The operators of the vector unit once more, straight from docs/numerics.md ("Operators of the vector unit"), element by element in
/// 128-bit integers, without tables. Shares the parameters' structs with models/ and no function. Shapes are those of vector_math.h.
using codes = std::vector<std::int16_t>;

codes reference_requantize(const requantize_parameters& p, const codes& in);
codes reference_add(const add_parameters& p, const codes& a, const codes& b);
codes reference_gelu(const gelu_parameters& p, const codes& in);
codes reference_softmax(const softmax_parameters& p, const codes& in, std::size_t columns);
codes reference_layer_norm(const layer_norm_parameters& p, const codes& in);
codes reference_pool(const pool_parameters& p, const codes& in);
codes reference_mean(const mean_parameters& p, const codes& in, std::size_t columns);

/// beta with 14 fraction bits; `in` [rows][channels].
std::uint16_t reference_beta(const adapter_parameters& p, const codes& in);
/// `factor` / beta and `factor` * beta; an addition of operands by steps times beta; a bias / beta.
fixed_multiplier reference_divided_by_beta(fixed_multiplier factor, std::uint16_t beta);
fixed_multiplier reference_times_beta(fixed_multiplier factor, std::uint16_t beta);
add_parameters reference_times_betas(add_parameters p, std::uint16_t a, std::uint16_t b);
std::int64_t reference_bias_divided_by_beta(std::int64_t bias, std::uint16_t beta);

}  // namespace symmetree
