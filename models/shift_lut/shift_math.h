#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/accelerator_config.h"

namespace symmetree {

/// |x| times a power of two (pot) or of sqrt(2) (post), with `guard_bits` fraction bits kept.
///   pot:  (|x| << g) >> e        post, e even: (|x| << g) >> e/2        post, e odd: nearest integer to |x| 2^g 2^(-e/2)
/// Zhou et al., "Precision Neural Network Quantization via Learnable Adaptive Modules", eq. 18; g = 0 is the paper's form.
std::int32_t shifted_magnitude(bool post, std::int32_t magnitude, int exponent, int guard_bits);

/// Product of a b-bit code (sign, exponent; all-ones exponent is zero) and an activation of either sign.
std::int32_t shift_product(bool post, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

/// The same of a code of an array's kind: PoT, POST, or APoT (models/shift_lut/two_term_math.h).
std::int32_t code_product(array_kind kind, std::uint32_t code, int code_bits, std::int32_t activation, int guard_bits);

/// The unit's table: products of every code with every activation value in [least, greatest].
class product_table {
public:
    product_table() = default;
    product_table(array_kind kind, int code_bits, int guard_bits, int least, int greatest);
    std::int32_t product(std::uint32_t code, std::int32_t activation) const {
        return values_[std::size_t(code) * span_ + std::size_t(activation - least_)];
    }
    const std::int32_t* row(std::uint32_t code) const { return values_.data() + std::size_t(code) * span_; }
    int least() const { return least_; }
    std::size_t span() const { return span_; }

private:
    int least_ = 0;
    std::size_t span_ = 0;
    std::vector<std::int32_t> values_;
};

/// Codes of one tile, [lane][tree]; the code of zero (all-ones exponent) where the tile has none.
struct shift_tile {
    int lanes = 0, tree_stride = 0;
    std::vector<std::uint8_t> codes;
};

/// partial[v][t] = sum over lanes of product(code[lane][t], activations[v][lane]).
void shift_multiply_tile(const shift_tile& weights, const product_table& table, const std::int16_t* activations, int activation_stride,
                         int vectors, std::int32_t* partial);

}  // namespace symmetree
