#pragma once

#include <cstdint>

namespace symmetree {

/// Two matrices of codes whose rows are `inputs` long and `stride` apart.
struct gemm_operands {
    const std::uint8_t* rows;    ///< [channels][stride]
    const std::int8_t* vectors;  ///< [vectors][stride]
    std::int64_t channels, vector_count, inputs, stride;
};

/// The largest unsigned code that may meet signed codes of magnitude up to 128: CPUs with AVX2 but no VNNI add two
/// neighbouring products in 16 bits with saturation, and 2 * 127 * 128 is the most that always fits.
constexpr int greatest_safe_code = 127;

/// sums[channel][vector] = sum over the inputs of row times vector, or += with `accumulate`; on the calling thread.
/// Exact on every CPU if no row code exceeds greatest_safe_code and no sum leaves 32 bits. Throws model_fault when
/// oneDNN reports a failure.
void integer_gemm(const gemm_operands& operands, bool accumulate, std::int32_t* sums);

}  // namespace symmetree
