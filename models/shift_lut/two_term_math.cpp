#include "models/shift_lut/two_term_math.h"

#include <cstdlib>

namespace symmetree {
namespace {

bool is_negative(std::uint32_t code, int code_bits, std::int32_t activation) {
    return ((code >> (code_bits - 1)) & 1u) != (activation < 0 ? 1u : 0u);
}

}  // namespace

std::int32_t apot_product(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    constexpr int none = 31;  // shifts everything out
    constexpr int first_of_4[] = {0, 1, 3, none}, second_of_4[] = {2, none};
    constexpr int first_of_5[] = {0, 2, 4, none}, second_of_5[] = {1, 3, 5, none};
    const bool four = code_bits == 4;
    const std::uint32_t first = (code >> (code_bits - 3)) & 3u, second = code & (four ? 1u : 3u);
    const std::int32_t fixed = std::abs(activation) << guard_bits;
    const std::int32_t size = (fixed >> (four ? first_of_4 : first_of_5)[first]) + (fixed >> (four ? second_of_4 : second_of_5)[second]);
    return is_negative(code, code_bits, activation) ? -size : size;
}

two_sum_product two_sum_product_of(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    const std::uint32_t zero = (1u << (code_bits - 1)) - 1, exponent = code & zero;
    two_sum_product product;
    if (exponent == zero) return product;
    const std::int64_t size = (std::int64_t{std::abs(activation)} << guard_bits) >> (exponent / 2);
    (exponent % 2 == 0 ? product.even : product.odd) = is_negative(code, code_bits, activation) ? -size : size;
    return product;
}

}  // namespace symmetree
