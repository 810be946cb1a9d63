#include "workloads/quantize/scaled_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace symmetree {

void add_scaled_rows_portable(const double* factors, const double* rows, std::ptrdiff_t stride, std::int64_t count, std::int64_t length,
                              double* to) {
    for (std::int64_t r = 0; r < count; ++r, rows += stride)
        for (std::int64_t j = 0; j < length; ++j) to[j] += factors[r] * rows[j];
}

#if defined(__x86_64__)
namespace {

constexpr std::int64_t block = 16;  ///< sums that stay in registers while all rows pass

__attribute__((target("avx2"))) void add_scaled_rows_avx2(const double* factors, const double* rows, std::ptrdiff_t stride,
                                                          std::int64_t count, std::int64_t length, double* to) {
    std::int64_t j = 0;
    for (; j + block <= length; j += block) {
        __m256d sums[4];
        for (int part = 0; part < 4; ++part) sums[part] = _mm256_loadu_pd(to + j + 4 * part);
        const double* row = rows + j;
        for (std::int64_t r = 0; r < count; ++r, row += stride) {
            const __m256d factor = _mm256_set1_pd(factors[r]);
            for (int part = 0; part < 4; ++part)
                sums[part] = _mm256_add_pd(sums[part], _mm256_mul_pd(factor, _mm256_loadu_pd(row + 4 * part)));
        }
        for (int part = 0; part < 4; ++part) _mm256_storeu_pd(to + j + 4 * part, sums[part]);
    }
    add_scaled_rows_portable(factors, rows + j, stride, count, length - j, to + j);
}

}  // namespace
#endif

void add_scaled_rows(const double* factors, const double* rows, std::ptrdiff_t stride, std::int64_t count, std::int64_t length,
                     double* to) {
#if defined(__x86_64__)
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    if (has_avx2) return add_scaled_rows_avx2(factors, rows, stride, count, length, to);
#endif
    add_scaled_rows_portable(factors, rows, stride, count, length, to);
}

}  // namespace symmetree
