#pragma once

#include <cstdint>

namespace symmetree {

/// Product of an APoT code and an activation of either sign: each term is (|x| << guard_bits) >> e, then the sign of both.
///   code = sign, first index (2 bits), second index (code_bits - 3 bits); an index of all ones has no term
///   exponents   4 bits: first 0, 1, 3, second 2        5 bits: first 0, 2, 4, second 1, 3, 5
/// Level sets: Li, Dong, Wang, "Additive Powers-of-Two Quantization", ICLR 2020, as their published code builds them; scaled
/// so that the largest term is 1. code_bits is 4 or 5: three bits are PoT, other widths have one or three terms.
std::int32_t apot_product(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

/// POST with two accumulators: a product goes to the sum of even exponents or to that of odd ones, which is multiplied by
/// 1 / sqrt(2) once per output. Either is (|x| << guard_bits) >> floor(e / 2) with the sign of both operands; it is exact with
/// guard_bits >= 2^(code_bits - 2) - 1.
struct two_sum_product {
    std::int64_t even = 0, odd = 0;
};
two_sum_product two_sum_product_of(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

}  // namespace symmetree
