#pragma once

#include <cstddef>

#include "reference/codes.h"
#include "reference/vector_integers.h"

namespace symmetree {

/// The operators of the vector unit once more, straight from docs/numerics.md ("Operators of the vector unit"), element by element in
/// 128-bit integers, without tables. Rows lie one after the other; images are [1][C][H][W].

codes reference_requantize(const requantize_integers& p, const codes& in);
codes reference_add(const add_integers& p, const codes& a, const codes& b);
codes reference_gelu(const gelu_integers& p, const codes& in);
codes reference_softmax(const softmax_integers& p, const codes& in, std::size_t columns);
codes reference_layer_norm(const layer_norm_integers& p, const codes& in);
codes reference_pool(const pool_integers& p, const codes& in);
/// `in` [groups][rows][columns].
codes reference_mean(const mean_integers& p, const codes& in, std::size_t columns);

}  // namespace symmetree
