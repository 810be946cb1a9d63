#include "models/shift_lut/shift_math.h"

#include <algorithm>
#include <cmath>

#include "models/shift_lut/two_term_math.h"

namespace symmetree {
namespace {

__extension__ typedef __int128 wide;

/// Nearest integer to a * sqrt(2) / 2^shift for a >= 0. The square root is irrational, so there are no ties.
std::int64_t times_root_two(std::int64_t a, int shift) {
    // n is nearest when (2n-1) 2^shift < 2 a sqrt(2) < (2n+1) 2^shift; compare squares, all exact in 64 bits.
    const auto below = [&](std::int64_t n) {  // (2n+1) 2^shift < 2 a sqrt(2)
        const wide left = static_cast<wide>(2 * n + 1) << shift;
        return left * left < static_cast<wide>(8) * a * a;
    };
    std::int64_t n = (a + (a >> 1)) >> shift;  // a * 1.5 is above; walk down, then up
    while (n > 0 && !below(n - 1)) --n;
    while (below(n)) ++n;
    return n;
}

}  // namespace

std::int32_t shifted_magnitude(bool post, std::int32_t magnitude, int exponent, int guard_bits) {
    const std::int64_t fixed = std::int64_t{magnitude} << guard_bits;
    if (!post) return static_cast<std::int32_t>(exponent > 31 ? 0 : fixed >> exponent);
    if (exponent % 2 == 0) return static_cast<std::int32_t>(fixed >> (exponent / 2));
    return static_cast<std::int32_t>(times_root_two(fixed, (exponent + 1) / 2));  // 2^(-e/2) = sqrt(2) / 2^((e+1)/2)
}

std::int32_t shift_product(bool post, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    const std::uint32_t zero = (1u << (code_bits - 1)) - 1;
    const std::uint32_t exponent = code & zero;
    if (exponent == zero) return 0;
    const std::int32_t size = shifted_magnitude(post, std::abs(activation), static_cast<int>(exponent), guard_bits);
    const bool negative = ((code >> (code_bits - 1)) & 1u) != (activation < 0 ? 1u : 0u);
    return negative ? -size : size;
}

std::int32_t code_product(array_kind kind, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    if (kind == array_kind::apot) return apot_product(code, code_bits, activation, guard_bits);
    return shift_product(kind == array_kind::post, code, code_bits, activation, guard_bits);
}

product_table::product_table(array_kind kind, int code_bits, int guard_bits, int least, int greatest)
    : least_(least), span_(std::size_t(greatest - least + 1)), values_(span_ << code_bits) {
    for (std::uint32_t code = 0; code < (1u << code_bits); ++code)
        for (int x = least; x <= greatest; ++x)
            values_[std::size_t(code) * span_ + std::size_t(x - least)] = code_product(kind, code, code_bits, x, guard_bits);
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
