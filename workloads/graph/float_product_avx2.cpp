// Library headers first: their functions must not be compiled for AVX2, since the linker may keep these copies.
#include <cstddef>
#include <cstring>

#include "workloads/graph/float_product.h"

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx2")

namespace symmetree {
namespace {
constexpr std::size_t vector_bytes = 32;
constexpr std::size_t tile_rows = 6;  // with the panel's row and one value of the left side, 15 of 16 registers
}  // namespace
}  // namespace symmetree

#include "workloads/graph/float_product_body.h"

#pragma GCC pop_options

namespace symmetree {

panel_kernel avx2_multiply() { return __builtin_cpu_supports("avx2") ? multiply : nullptr; }

}  // namespace symmetree

#else

namespace symmetree {
panel_kernel avx2_multiply() { return nullptr; }
}  // namespace symmetree

#endif
