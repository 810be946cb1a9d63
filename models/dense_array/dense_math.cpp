#include "models/dense_array/dense_math.h"

#include <algorithm>
#include <cstring>

#include "models/contract/tile_jobs.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace symmetree {

void packed_tile::resize(int lanes, int trees) {
    lane_pairs = vector_stride(lanes) / 2;
    tree_stride = partial_stride_of(trees);
    values.assign(std::size_t(lane_pairs) * std::size_t(tree_stride) * 2, 0);
}

void packed_tile::set_tree(int tree, const std::int16_t* weights, int lanes) {
    std::int16_t* to = &at(tree, 0);
    int lane = 0;
    for (; lane + 2 <= lanes; lane += 2, to += 2 * tree_stride) std::memcpy(to, weights + lane, 2 * sizeof(*to));
    if (lane < lanes) *to = weights[lane];
}

void multiply_tile_portable(const packed_tile& weights, const std::int16_t* activations, int activation_stride, int vectors,
                            std::int32_t* partial) {
    const int stride = weights.tree_stride;
    for (int v = 0; v < vectors; ++v, activations += activation_stride, partial += stride) {
        std::fill(partial, partial + stride, 0);
        const std::int16_t* w = weights.values.data();
        for (int pair = 0; pair < weights.lane_pairs; ++pair, w += 2 * stride)
            for (int t = 0; t < stride; ++t) partial[t] += w[2 * t] * activations[2 * pair] + w[2 * t + 1] * activations[2 * pair + 1];
    }
}

#if defined(__x86_64__)
namespace {

/// Eight trees and `Vectors` vectors at once: the pair product of 16-bit operands is exact in 32 bits.
template <int Vectors>
__attribute__((target("avx2"))) void multiply_eight_trees(const packed_tile& weights, int first_tree, const std::int16_t* activations,
                                                          int activation_stride, std::int32_t* partial) {
    __m256i sums[Vectors];
    for (int v = 0; v < Vectors; ++v) sums[v] = _mm256_setzero_si256();
    const std::int16_t* w = weights.values.data() + 2 * first_tree;
    for (int pair = 0; pair < weights.lane_pairs; ++pair, w += 2 * weights.tree_stride) {
        const __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(w));
        for (int v = 0; v < Vectors; ++v) {
            std::int32_t two;
            __builtin_memcpy(&two, activations + std::ptrdiff_t{v} * activation_stride + 2 * pair, sizeof(two));
            sums[v] = _mm256_add_epi32(sums[v], _mm256_madd_epi16(codes, _mm256_set1_epi32(two)));
        }
    }
    for (int v = 0; v < Vectors; ++v)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(partial + std::ptrdiff_t{v} * weights.tree_stride + first_tree), sums[v]);
}

/// Vectors from `v` on while there are `Block` of them; answers the first that is left.
template <int Block>
__attribute__((target("avx2"))) int multiply_blocks(const packed_tile& weights, const std::int16_t* activations, int activation_stride,
                                                    int v, int vectors, std::int32_t* partial) {
    for (; v + Block <= vectors; v += Block)
        for (int t = 0; t < weights.tree_stride; t += 8)
            multiply_eight_trees<Block>(weights, t, activations + std::ptrdiff_t{v} * activation_stride, activation_stride,
                                        partial + std::ptrdiff_t{v} * weights.tree_stride);
    return v;
}

void multiply_tile_avx2(const packed_tile& weights, const std::int16_t* activations, int activation_stride, int vectors,
                        std::int32_t* partial) {
    int v = multiply_blocks<8>(weights, activations, activation_stride, 0, vectors, partial);
    v = multiply_blocks<4>(weights, activations, activation_stride, v, vectors, partial);
    multiply_blocks<1>(weights, activations, activation_stride, v, vectors, partial);
}

}  // namespace

void multiply_tile(const packed_tile& weights, const std::int16_t* activations, int activation_stride, int vectors, std::int32_t* partial) {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    (has_avx2 ? multiply_tile_avx2 : multiply_tile_portable)(weights, activations, activation_stride, vectors, partial);
}
#else
void multiply_tile(const packed_tile& weights, const std::int16_t* activations, int activation_stride, int vectors, std::int32_t* partial) {
    multiply_tile_portable(weights, activations, activation_stride, vectors, partial);
}
#endif

}  // namespace symmetree
