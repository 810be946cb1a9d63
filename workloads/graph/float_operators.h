#pragma once

#include <cstddef>
#include <vector>

#include "workloads/network/graph.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// The operators of a network in float32, each from row-major inputs to a row-major output of its own. Every value is
/// made by IEEE basic operations in one fixed order: the same bits on every CPU. Shapes are those that shape_made()
/// accepted; nothing is checked here.

void clip(const clip_op& op, const float* x, std::size_t count, float* y);
void gelu(const gelu_op& op, const float* x, std::size_t count, float* y);
void scale(const scale_op& op, const float* x, std::size_t count, float* y);
/// Over rows of `length`.
void softmax(const float* x, std::size_t rows, std::size_t length, float* y);
void layer_norm(const layer_norm_op& op, const float* x, std::size_t rows, std::size_t length, float* y);
void add(const float* a, const extents& a_shape, const float* b, const extents& b_shape, const extents& shape, float* y);
/// y of `shape`, x with `in_height` rows and `in_width` columns.
void pool(const pool_op& op, const float* x, int in_height, int in_width, const extents& shape, float* y);
void mean(const mean_op& op, const float* x, const extents& x_shape, float* y);
void transpose(const transpose_op& op, const float* x, const extents& x_shape, const extents& shape, float* y);
void slice(const slice_op& op, const float* x, const extents& x_shape, const extents& shape, float* y);
/// One input of a concatenation to its place, `offset` elements along the axis.
void concat_part(const concat_op& op, const float* x, const extents& x_shape, std::int64_t offset, const extents& shape, float* y);
void pad(const pad_op& op, const float* x, const extents& x_shape, const extents& shape, float* y);

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
