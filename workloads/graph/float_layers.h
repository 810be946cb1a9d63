#pragma once

#include <cstddef>
#include <vector>

#include "workloads/operators/layer_shapes.h"

namespace symmetree {

// Products in float32, each from row-major inputs to a row-major output of its own, in one fixed order of IEEE basic operations.

/// Weights as the products want them, made once.
struct float_weights {
    std::vector<float> rows;    ///< conv: [groups][out channels / groups][K], as stored
    std::vector<float> panels;  ///< linear: float_product.h
};
float_weights packed_weights(const layer_shape& shape, std::vector<float> weights);

/// x [C][H][W] -> y [O][H'][W']; `bias` [O] or null.
void convolution(const conv_shape& s, const float_weights& weights, const float* bias, const float* x, float* y);
/// x [tokens][in] -> y [tokens][out]; `bias` [out] or null.
void linear(const linear_shape& s, const float_weights& weights, const float* bias, const float* x, float* y);
/// a [count][rows][inner], b [count][inner][columns] -> y [count][rows][columns].
void matrix_products(const matmul_shape& s, const float* a, const float* b, float* y);

}  // namespace symmetree
