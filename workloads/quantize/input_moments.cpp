#include "workloads/quantize/input_moments.h"

#include <algorithm>

#include "workloads/quantize/parallel_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace symmetree {
namespace {

constexpr std::int64_t block_vectors = 1024;  ///< 2^22 * 1024 products fit the lanes' 32 bits: each holds an eighth of them
constexpr std::int64_t tile = 4;
constexpr std::int64_t strip = 16;  ///< vectors that are turned into columns together: half a cache line of each column

}  // namespace

void add_products_of_rows_portable(const std::int16_t* const (&a)[4], const std::int16_t* const (&b)[4], std::int64_t count,
                                   std::int64_t (&sums)[16]) {
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j)
            for (std::int64_t v = 0; v < count; ++v) sums[4 * i + j] += std::int32_t{a[i][v]} * b[j][v];
}

#if defined(__x86_64__)
namespace {

__attribute__((target("avx2"))) void add_products_avx2(const std::int16_t* const (&a)[4], const std::int16_t* const (&b)[4],
                                                       std::int64_t count, std::int64_t (&sums)[16]) {
    for (int half = 0; half < 4; half += 2) {  // two rows of a at a time: eight sums, six operands
        __m256i lanes[8];
        for (__m256i& l : lanes) l = _mm256_setzero_si256();
        for (std::int64_t v = 0; v < count; v += 16) {
            const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a[half] + v));
            const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a[half + 1] + v));
            for (int j = 0; j < 4; ++j) {
                const __m256i with = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b[j] + v));
                lanes[j] = _mm256_add_epi32(lanes[j], _mm256_madd_epi16(first, with));
                lanes[4 + j] = _mm256_add_epi32(lanes[4 + j], _mm256_madd_epi16(second, with));
            }
        }
        for (int k = 0; k < 8; ++k) {
            alignas(32) std::int32_t parts[8];
            _mm256_store_si256(reinterpret_cast<__m256i*>(parts), lanes[k]);
            for (const std::int32_t part : parts) sums[4 * half + k] += part;
        }
    }
}

}  // namespace
#endif

void add_products_of_rows(const std::int16_t* const (&a)[4], const std::int16_t* const (&b)[4], std::int64_t count,
                          std::int64_t (&sums)[16]) {
#if defined(__x86_64__)
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    if (has_avx2) return add_products_avx2(a, b, count, sums);
#endif
    add_products_of_rows_portable(a, b, count, sums);
}

input_moments::input_moments(std::int64_t columns) : columns_(columns), sums_(static_cast<std::size_t>(columns * columns)) {}

void input_moments::add(const std::int16_t* inputs, std::int64_t vectors, int zero_point, int threads) {
    for (std::int64_t first = 0; first < vectors; first += block_vectors)
        add_block(inputs + first * columns_, std::min(block_vectors, vectors - first), zero_point, threads);
    vectors_ += vectors;
}

void input_moments::add_block(const std::int16_t* inputs, std::int64_t vectors, int zero_point, int threads) {
    const std::int64_t stride = (vectors + 15) / 16 * 16, padded = (columns_ + tile - 1) / tile * tile;
    by_column_.assign(static_cast<std::size_t>(padded * stride), 0);
    for_row_pieces(vectors, threads, strip, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t k = 0; k < columns_; ++k)
            for (std::int64_t v = first; v < last; ++v)
                by_column_[static_cast<std::size_t>(k * stride + v)] = static_cast<std::int16_t>(inputs[v * columns_ + k] - zero_point);
    });
    const auto rows_at = [&](std::int64_t first, const std::int16_t*(&rows)[4]) {
        for (std::int64_t i = 0; i < tile; ++i) rows[i] = by_column_.data() + (first + i) * stride;
    };
    for_row_pieces(padded / tile, threads, 1, [&](std::int64_t first_tile, std::int64_t last_tile) {
        const std::int16_t *a[4], *b[4];
        for (std::int64_t i = first_tile * tile; i < last_tile * tile; i += tile) {
            rows_at(i, a);
            for (std::int64_t j = i; j < padded; j += tile) {
                rows_at(j, b);
                std::int64_t sums[16] = {};
                add_products_of_rows(a, b, stride, sums);
                for (std::int64_t r = i; r < std::min(i + tile, columns_); ++r)
                    for (std::int64_t c = std::max(j, r); c < std::min(j + tile, columns_); ++c)
                        sums_[static_cast<std::size_t>(r * columns_ + c)] += sums[4 * (r - i) + (c - j)];
            }
        }
    });
}

}  // namespace symmetree
