#include <cstddef>

namespace symmetree {
namespace {
constexpr std::size_t vector_bytes = 16;  // SSE2, which every x86-64 has
constexpr std::size_t tile_rows = 2;      // with the panel's row, 12 of its 16 registers
}  // namespace
}  // namespace symmetree

#include "workloads/graph/float_product_body.h"

namespace symmetree {

void baseline_multiply(const panel_product& p) { multiply(p); }

panel_kernel best_multiply() {
    const panel_kernel wide = avx2_multiply();
    return wide ? wide : baseline_multiply;
}

}  // namespace symmetree
