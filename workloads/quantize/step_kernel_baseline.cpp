#include <cstddef>

namespace symmetree {
namespace {
constexpr std::size_t vector_bytes = 16;  // SSE2, which every x86-64 has
}
}  // namespace symmetree

#include "workloads/quantize/step_kernel_body.h"

namespace symmetree {

const step_kernel baseline_kernel = this_kernel;

const step_kernel& best_kernel() {
    const step_kernel* const wide = avx2_kernel();
    return wide ? *wide : baseline_kernel;
}

}  // namespace symmetree
