#include "models/shift_lut/two_term_math.h"

#include <cstdlib>

namespace symmetree {

two_sum_product two_sum_product_of(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    const std::uint32_t zero = (1u << (code_bits - 1)) - 1, exponent = code & zero;
    two_sum_product product;
    if (exponent == zero) return product;
    const std::int64_t size = (std::int64_t{std::abs(activation)} << guard_bits) >> (exponent / 2);
    const bool negative = ((code >> (code_bits - 1)) & 1u) != (activation < 0 ? 1u : 0u);
    (exponent % 2 == 0 ? product.even : product.odd) = negative ? -size : size;
    return product;
}

}  // namespace symmetree
