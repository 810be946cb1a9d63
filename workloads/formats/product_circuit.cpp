#include "workloads/formats/product_circuit.h"

#include <cstdlib>

namespace symmetree {
namespace {

__extension__ typedef __int128 wide;

/// Nearest integer to a * sqrt(2) / 2^shift for a >= 0. The square root is irrational, so there are no ties.
std::int64_t times_root_two(std::int64_t a, int shift) {
    // n is nearest when (2n-1) 2^shift < 2 a sqrt(2) < (2n+1) 2^shift; compare squares, all exact in 64 bits.
    const auto below = [&](std::int64_t n) {  // (2n+1) 2^shift < 2 a sqrt(2)
        const wide left = static_cast<wide>(2 * n + 1) << shift;
        return left * left < static_cast<wide>(8) * a * a;
    };
    std::int64_t n = (a + (a >> 1)) >> shift;  // a * 1.5 is above; walk down, then up
    while (n > 0 && !below(n - 1)) --n;
    while (below(n)) ++n;
    return n;
}

bool is_negative(std::uint32_t code, int code_bits, std::int32_t activation) {
    return ((code >> (code_bits - 1)) & 1u) != (activation < 0 ? 1u : 0u);
}

/// The product of a code of sign and exponent, all ones being zero, from what magnitude_at(exponent) makes of |activation|.
template <class Magnitude>
std::int32_t signed_product(std::uint32_t code, int code_bits, std::int32_t activation, Magnitude magnitude_at) {
    const std::uint32_t zero = (1u << (code_bits - 1)) - 1;
    const std::uint32_t exponent = code & zero;
    if (exponent == zero) return 0;
    const std::int32_t size = magnitude_at(static_cast<int>(exponent));
    return is_negative(code, code_bits, activation) ? -size : size;
}

std::int32_t post_product(odd_products odd, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    switch (odd) {
        case odd_products::each_rounded: return shift_product(true, code, code_bits, activation, guard_bits);
        case odd_products::shared_word: return shared_word_product(code, code_bits, activation, guard_bits);
    }
    return 0;
}

/// The number that the lowest bits of a two's complement code stand for.
std::int32_t signed_code(std::uint32_t code, int code_bits) {
    const std::uint32_t sign = 1u << (code_bits - 1);
    return static_cast<std::int32_t>(((code & (2 * sign - 1)) ^ sign) - sign);
}

}  // namespace

const char* title_of(product_circuit circuit) {
    switch (circuit) {
        case product_circuit::multiplier: return "multiplier array";
        case product_circuit::pot: return "shift array (PoT)";
        case product_circuit::post: return "shift-LUT array (POST)";
        case product_circuit::apot: return "two-shift array (APoT)";
        case product_circuit::levels: return "multiplier array behind tables of levels";
    }
    return "?";
}

bool is_shift_circuit(product_circuit circuit) {
    switch (circuit) {
        case product_circuit::multiplier:
        case product_circuit::levels: return false;
        case product_circuit::pot:
        case product_circuit::post:
        case product_circuit::apot: return true;
    }
    return false;
}

bool has_odd_products(product_circuit circuit) {
    switch (circuit) {
        case product_circuit::multiplier:
        case product_circuit::pot:
        case product_circuit::apot:
        case product_circuit::levels: return false;
        case product_circuit::post: return true;
    }
    return false;
}

bool has_level_table(product_circuit circuit) {
    switch (circuit) {
        case product_circuit::multiplier:
        case product_circuit::pot:
        case product_circuit::post:
        case product_circuit::apot: return false;
        case product_circuit::levels: return true;
    }
    return false;
}

bool has_products_of(product_circuit circuit, product_circuit wanted) {
    return circuit == wanted || (has_level_table(circuit) && wanted == product_circuit::multiplier);
}

std::int32_t circuit_product(product_circuit circuit, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits,
                             odd_products odd) {
    switch (circuit) {
        case product_circuit::multiplier:
        case product_circuit::levels: return signed_code(code, code_bits) * activation;
        case product_circuit::pot: return shift_product(false, code, code_bits, activation, guard_bits);
        case product_circuit::post: return post_product(odd, code, code_bits, activation, guard_bits);
        case product_circuit::apot: return apot_product(code, code_bits, activation, guard_bits);
    }
    return 0;
}

std::int32_t shifted_magnitude(bool post, std::int32_t magnitude, int exponent, int guard_bits) {
    const std::int64_t fixed = std::int64_t{magnitude} << guard_bits;
    if (!post) return static_cast<std::int32_t>(exponent > 31 ? 0 : fixed >> exponent);
    if (exponent % 2 == 0) return static_cast<std::int32_t>(fixed >> (exponent / 2));
    return static_cast<std::int32_t>(times_root_two(fixed, (exponent + 1) / 2));  // 2^(-e/2) = sqrt(2) / 2^((e+1)/2)
}

std::int32_t shift_product(bool post, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    return signed_product(code, code_bits, activation,
                          [=](int exponent) { return shifted_magnitude(post, std::abs(activation), exponent, guard_bits); });
}

std::int32_t shared_word_magnitude(std::int32_t magnitude, int exponent, int guard_bits) {
    const int first = exponent % 2;  // 1 or 1 / sqrt(2), and then halves
    return shifted_magnitude(true, magnitude, first, guard_bits) >> (exponent / 2);
}

std::int32_t shared_word_product(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits) {
    return signed_product(code, code_bits, activation,
                          [=](int exponent) { return shared_word_magnitude(std::abs(activation), exponent, guard_bits); });
}

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

}  // namespace symmetree
