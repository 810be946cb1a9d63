// Library headers first: their functions must not be compiled for AVX2, since the linker may keep these copies.
#include <cmath>
#include <cstddef>
#include <cstring>

#include "workloads/formats/rounding_math.h"
#include "workloads/quantize/step_kernel.h"

#if defined(__x86_64__)

#pragma GCC push_options
#pragma GCC target("avx2")

namespace symmetree {
namespace {
constexpr std::size_t vector_bytes = 32;
}
}  // namespace symmetree

#include "workloads/quantize/step_kernel_body.h"

#pragma GCC pop_options

namespace symmetree {

const step_kernel* avx2_kernel() {
    static const step_kernel kernel = this_kernel;
    return __builtin_cpu_supports("avx2") ? &kernel : nullptr;
}

}  // namespace symmetree

#else

namespace symmetree {
const step_kernel* avx2_kernel() { return nullptr; }
}  // namespace symmetree

#endif
