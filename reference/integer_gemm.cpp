#include "reference/integer_gemm.h"

#include <dnnl.hpp>

#include "core/error.h"
#include "reference/one_thread.h"

namespace symmetree {

void integer_gemm(const gemm_operands& o, bool accumulate, std::int32_t* sums) {
    const one_thread here;
    const std::int32_t no_offset = 0;
    // The plain function, not a matmul primitive: it needs no compiled object per shape and takes less than a microsecond to start.
    const dnnl::status status = dnnl::gemm_u8s8s32('N', 'T', 'F', o.channels, o.vector_count, o.inputs, 1.0f, o.rows, o.stride, 0,
                                                   o.vectors, o.stride, 0, accumulate ? 1.0f : 0.0f, sums, o.vector_count, &no_offset);
    if (status != dnnl::status::success) throw model_fault("reference: oneDNN's integer product failed");
}

}  // namespace symmetree
