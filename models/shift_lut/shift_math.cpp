#include "models/shift_lut/shift_math.h"

#include <algorithm>

namespace symmetree {

product_table::product_table(const array_config& array, int code_bits, int least, int greatest)
    : least_(least), span_(std::size_t(greatest - least + 1)), values_(span_ << code_bits) {
    for (std::uint32_t code = 0; code < (1u << code_bits); ++code)
        for (int x = least; x <= greatest; ++x)
            values_[std::size_t(code) * span_ + std::size_t(x - least)] =
                circuit_product(array.kind, code, code_bits, x, array.guard_bits, array.odd);
}

namespace {

/// Few vectors: look up every product.
void multiply_directly(const shift_tile& w, const product_table& table, const std::int16_t* x, int stride, int vectors,
                       std::int32_t* partial) {
    for (int v = 0; v < vectors; ++v, x += stride, partial += w.tree_stride) {
        std::fill(partial, partial + w.tree_stride, 0);
        for (int lane = 0; lane < w.lanes; ++lane) {
            const std::uint8_t* codes = w.codes.data() + std::size_t(lane) * std::size_t(w.tree_stride);
            for (int t = 0; t < w.tree_stride; ++t) partial[t] += table.product(codes[t], x[lane]);
        }
    }
}

/// Many vectors: per lane the products of all trees with every activation value once, then one row a vector.
void multiply_by_rows(const shift_tile& w, const product_table& table, const std::int16_t* x, int stride, int vectors,
                      std::int32_t* partial) {
    const std::size_t trees = std::size_t(w.tree_stride), span = table.span();
    thread_local std::vector<std::int32_t> rows;
    rows.resize(std::size_t(w.lanes) * span * trees);
    for (int lane = 0; lane < w.lanes; ++lane) {
        const std::uint8_t* codes = w.codes.data() + std::size_t(lane) * trees;
        std::int32_t* const to = rows.data() + std::size_t(lane) * span * trees;
        for (std::size_t value = 0; value < span; ++value)
            for (std::size_t t = 0; t < trees; ++t) to[value * trees + t] = table.row(codes[t])[value];
    }
    constexpr std::size_t block = 8;  // tree_stride is a multiple of it; eight sums stay in registers
    for (int v = 0; v < vectors; ++v, x += stride, partial += trees)
        for (std::size_t first = 0; first < trees; first += block) {
            std::int32_t sums[block] = {};
            const std::int32_t* row = rows.data() + first;
            for (int lane = 0; lane < w.lanes; ++lane, row += span * trees) {
                const std::int32_t* const products = row + std::size_t(x[lane] - table.least()) * trees;
                for (std::size_t t = 0; t < block; ++t) sums[t] += products[t];
            }
            std::copy(sums, sums + block, partial + first);
        }
}

}  // namespace

void shift_multiply_tile(const shift_tile& weights, const product_table& table, const std::int16_t* activations, int activation_stride,
                         int vectors, std::int32_t* partial) {
    const bool many = std::size_t(vectors) > 2 * table.span();
    (many ? multiply_by_rows : multiply_directly)(weights, table, activations, activation_stride, vectors, partial);
}

}  // namespace symmetree
