// The text of the product, compiled once per instruction set: each including file fixes `vector_bytes`, `tile_rows` and
// the target.
#pragma once

#include <cstring>

#include "workloads/graph/float_product.h"

namespace symmetree {
namespace {

using vector = float __attribute__((vector_size(vector_bytes)));
constexpr std::size_t width = vector_bytes / sizeof(float);
constexpr std::size_t parts = panel_columns / width;

/// `rows` rows of one panel over one block of k, held in registers.
template <std::size_t rows>
void tile(const float* left, std::size_t left_stride, const float* panel, std::size_t inner, float* out, std::size_t out_stride,
          std::size_t columns) {
    vector sums[rows][parts] = {};
    for (std::size_t k = 0; k < inner; ++k) {
        vector right[parts];
        std::memcpy(right, panel + k * panel_columns, sizeof right);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t p = 0; p < parts; ++p) sums[r][p] += left[r * left_stride + k] * right[p];
    }
    for (std::size_t r = 0; r < rows; ++r) {
        float lane[panel_columns];
        std::memcpy(lane, sums[r], sizeof lane);
        float* const to = out + r * out_stride;
        if (columns == panel_columns)
            for (std::size_t c = 0; c < panel_columns; ++c) to[c] += lane[c];
        else
            for (std::size_t c = 0; c < columns; ++c) to[c] += lane[c];
    }
}

/// The rows that are left over, at most `rows` of them.
template <std::size_t rows>
void last_tile(std::size_t left_over, const float* left, std::size_t left_stride, const float* panel, std::size_t inner, float* out,
               std::size_t out_stride, std::size_t columns) {
    if constexpr (rows > 0) {
        if (left_over == rows)
            tile<rows>(left, left_stride, panel, inner, out, out_stride, columns);
        else
            last_tile<rows - 1>(left_over, left, left_stride, panel, inner, out, out_stride, columns);
    }
}

void multiply(const panel_product& p) {
    for (std::size_t k = 0; k < p.inner; k += inner_block) {
        const std::size_t inner = p.inner - k < inner_block ? p.inner - k : inner_block;
        for (std::size_t c = 0; c < p.columns; c += panel_columns) {
            const float* const panel = p.panels + c * p.inner + k * panel_columns;
            const std::size_t columns = p.columns - c < panel_columns ? p.columns - c : panel_columns;
            std::size_t r = 0;
            for (; r + tile_rows <= p.rows; r += tile_rows)
                tile<tile_rows>(p.left + r * p.left_stride + k, p.left_stride, panel, inner, p.out + r * p.out_stride + c, p.out_stride,
                                columns);
            last_tile<tile_rows - 1>(p.rows - r, p.left + r * p.left_stride + k, p.left_stride, panel, inner, p.out + r * p.out_stride + c,
                                     p.out_stride, columns);
        }
    }
}

}  // namespace
}  // namespace symmetree
