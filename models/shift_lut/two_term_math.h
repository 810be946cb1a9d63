#pragma once

#include <cstdint>

namespace symmetree {

/// POST with two accumulators: a product goes to the sum of even exponents or to that of odd ones, which is multiplied by
/// 1 / sqrt(2) once per output. Either is (|x| << guard_bits) >> floor(e / 2) with the sign of both operands; it is exact with
/// guard_bits >= 2^(code_bits - 2) - 1.
struct two_sum_product {
    std::int64_t even = 0, odd = 0;
};
two_sum_product two_sum_product_of(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

}  // namespace symmetree
