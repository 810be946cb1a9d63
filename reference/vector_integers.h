#pragma once

#include <cstdint>
#include <vector>

#include "reference/fixed_point.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/graph.h"

namespace symmetree {

/// The integers of the vector unit's operators, derived from the formats of their tensors as docs/numerics.md ("Operators of the vector
/// unit") defines them. Symbols in brackets are those of that page.

/// round((code - zero_point) * factor).
struct requantize_integers {
    int zero_point = 0;
    reference_factor factor;
    reference_output out;
};
requantize_integers derive_requantize(const tensor_format& in, const tensor_format& out, double factor = 1, const value_range& clip = {});

/// round(((a - a_zero_point) * a_multiplier + (b - b_zero_point) * b_multiplier) / 2^shift).
struct add_integers {
    int a_zero_point = 0, b_zero_point = 0;
    std::int64_t a_multiplier = 0, b_multiplier = 0;
    int shift = 0;
    reference_output out;
};
add_integers derive_add(const tensor_format& a, const tensor_format& b, const tensor_format& out, const value_range& clip = {});

struct gelu_integers {
    int zero_point = 0;
    reference_factor argument;  ///< [m_u, s_u]
    reference_factor factor;    ///< [m, s]
    reference_output out;
};
gelu_integers derive_gelu(const tensor_format& in, const tensor_format& out);

struct softmax_integers {
    reference_factor argument;  ///< [m_t, s_t]
    reference_factor factor;    ///< [m, s]
    reference_output out;
};
softmax_integers derive_softmax(const tensor_format& in, const tensor_format& out);

struct layer_norm_integers {
    int zero_point = 0;
    std::int64_t epsilon = 0;        ///< [E]
    std::vector<std::int64_t> gain;  ///< per column, `shift` fraction bits
    std::vector<std::int64_t> bias;  ///< per column, shift + 14 fraction bits
    int shift = 0;                   ///< [s]
    reference_output out;
};
layer_norm_integers derive_layer_norm(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon,
                                      const tensor_format& in, const tensor_format& out);

/// From an image [1][C][H][W] to another.
struct pool_integers {
    pool_op op;
    extents in_shape, out_shape;
    int zero_point = 0;
    std::vector<reference_factor> factor;  ///< one for every window, or for 1, 2, .. elements inside the image
    reference_output out;
};
pool_integers derive_pool(const pool_op& op, const extents& in_shape, const extents& out_shape, const tensor_format& in,
                          const tensor_format& out, const value_range& clip = {});

/// round(factor * sum over the rows of (code - zero_point)).
struct mean_integers {
    std::int64_t rows = 1;
    int zero_point = 0;
    reference_factor factor;
    reference_output out;
};
mean_integers derive_mean(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip = {});

}  // namespace symmetree
