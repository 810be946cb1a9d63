#pragma once

#include <cstdint>

namespace symmetree {

/// The closed set of circuits that multiply a weight by an activation. An array has trees of one of them.
enum class product_circuit {
    multiplier,  ///< two's complement codes
    pot,         ///< a shift by the code's exponent
    post,        ///< a shift and, for odd exponents, a table of multiples of sqrt(2)
    apot,        ///< two shifts and their sum
    levels       ///< a multiplier behind a table that makes levels of codes
};

constexpr const char* to_string(product_circuit circuit) {
    switch (circuit) {
        case product_circuit::multiplier: return "multiplier";
        case product_circuit::pot: return "pot";
        case product_circuit::post: return "post";
        case product_circuit::apot: return "apot";
        case product_circuit::levels: return "levels";
    }
    return "?";
}

/// How the post circuit multiplies by odd powers of 1 / sqrt(2).
enum class odd_products {
    each_rounded,  ///< to the nearest integer, for every exponent
    shared_word    ///< one rounded product by 1 / sqrt(2) for all of them, then a shift that drops bits
};

constexpr const char* to_string(odd_products value) {
    switch (value) {
        case odd_products::each_rounded: return "each_rounded";
        case odd_products::shared_word: return "shared_word";
    }
    return "?";
}

/// What a diagram calls an array of them.
const char* title_of(product_circuit circuit);

/// True where codes name shifts. They can't be cut into pieces then, activations are magnitudes with a sign and have no zero point, and
/// products are truncated to the guard bits, so that they are no multiples of the activation.
bool is_shift_circuit(product_circuit circuit);

/// True where codes name odd powers of 1 / sqrt(2), so that an array of the circuit has to say how it multiplies by them.
bool has_odd_products(product_circuit circuit);

/// True where codes name levels in a table before the multiplier.
bool has_level_table(product_circuit circuit);

/// True where a circuit has the products that `wanted` has: its own, and those of a multiplier where one stands behind a table.
bool has_products_of(product_circuit circuit, product_circuit wanted);

/// Product of a code and an activation of either sign, in units of 2^-guard_bits; multipliers keep no guard bits. Behind a
/// table, `code` is the level that was read from it; `odd` is looked at by post alone. The definitions: docs/numerics.md.
std::int32_t circuit_product(product_circuit circuit, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits,
                             odd_products odd);

/// |x| times a power of two (pot) or of sqrt(2) (post), with `guard_bits` fraction bits kept.
///   pot:  (|x| << g) >> e        post, e even: (|x| << g) >> e/2        post, e odd: nearest integer to |x| 2^g 2^(-e/2)
/// Zhou et al., "Precision Neural Network Quantization via Learnable Adaptive Modules", eq. 18; g = 0 is the paper's form.
std::int32_t shifted_magnitude(bool post, std::int32_t magnitude, int exponent, int guard_bits);

/// Product of a PoT or POST code: sign, then exponent; an exponent of all ones is zero.
std::int32_t shift_product(bool post, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

/// |x| times sqrt(2)^-exponent with one rounded word for all odd exponents; even ones as above.
///   e odd: t >> (e - 1) / 2, t the nearest integer to |x| 2^g / sqrt(2)
std::int32_t shared_word_magnitude(std::int32_t magnitude, int exponent, int guard_bits);

/// Product of a POST code by shared_word_magnitude.
std::int32_t shared_word_product(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

/// Product of an APoT code: each term is (|x| << guard_bits) >> e, then the sign of both.
///   code = sign, first index (2 bits), second index (code_bits - 3 bits); an index of all ones has no term
///   exponents   4 bits: first 0, 1, 3, second 2        5 bits: first 0, 2, 4, second 1, 3, 5
/// Level sets: Li, Dong, Wang, "Additive Powers-of-Two Quantization", ICLR 2020, as their published code builds them; scaled
/// so that the largest term is 1. code_bits is 4 or 5: three bits are PoT, other widths have one or three terms.
std::int32_t apot_product(std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

}  // namespace symmetree
