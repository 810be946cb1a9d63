#pragma once

#include <cstddef>

namespace symmetree {

/// Columns that lie side by side in a panel.
inline constexpr std::size_t panel_columns = 16;

/// Floats that `columns` columns of `inner` values take as panels: panel p holds [inner][panel_columns] of the columns
/// from p * panel_columns on, the last one filled up with zeros.
constexpr std::size_t panel_floats(std::size_t columns, std::size_t inner) {
    return (columns + panel_columns - 1) / panel_columns * panel_columns * inner;
}

/// out[row][column] += sum over k of left[row][k] * right[k][column], right as panels.
/// Every output is summed in the same order whatever the processor: over blocks of `inner_block` values of k, each from
/// zero upwards, the blocks' sums one after the other onto what `out` holds. No fused multiply-add.
struct panel_product {
    const float* left = nullptr;  ///< [rows], left_stride apart, [inner]
    std::size_t left_stride = 0;
    const float* panels = nullptr;
    std::size_t rows = 0, inner = 0, columns = 0;
    float* out = nullptr;  ///< [rows], out_stride apart, [columns]
    std::size_t out_stride = 0;
};

/// Values of k summed before they join the output; short sums keep more digits, and a block of a panel stays in the cache.
inline constexpr std::size_t inner_block = 256;

/// One variant per instruction set, all with the same bits.
using panel_kernel = void (*)(const panel_product&);
void baseline_multiply(const panel_product& p);  ///< runs on every processor
/// Null where the processor or the architecture lacks AVX2.
panel_kernel avx2_multiply();
/// The fastest of the above.
panel_kernel best_multiply();

}  // namespace symmetree
