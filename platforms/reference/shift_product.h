#pragma once

#include <cstdint>
#include <vector>

#include "platforms/reference/group_operands.h"

namespace symmetree {

/// What a weight of exponent e makes of every activation code: sign(x) * f_e(|x|), `guard_bits` fraction bits.
///   pot:  f_e(v) = (v << g) >> e
///   post: f_e(v) = (v << g) >> (e / 2) for even e; for odd e the integer nearest to v * 2^g * sqrt(2)^-e (Zhou et al., eq. 18, with guard bits)
class shift_levels {
public:
    shift_levels(const quantized_weights& weights, int least_input, int greatest_input);

    int count() const { return count_; }
    /// Products of level e with the codes least_input .. greatest_input.
    const std::vector<std::int32_t>& products(int e) const { return products_[static_cast<std::size_t>(e)]; }

private:
    int count_;
    std::vector<std::vector<std::int32_t>> products_;
};

/// Sums, over the inputs of some levels, of the weight's sign times a value of the input: one ternary product of bytes per level and digit.
class ternary_products {
public:
    explicit ternary_products(const group_operands& operands);

    /// Adds the weights of exponent e, an input code x counting as value_of_input[x - least_input].
    void add(int e, const std::vector<std::int32_t>& value_of_input);
    /// Adds what was collected to sums[channel][vector] and starts anew.
    void drain_into(std::vector<std::int64_t>& sums);

private:
    void add_digit(std::size_t digit, const std::vector<std::int8_t>& digit_of_input);
    void spill();

    const group_operands& operands_;
    std::vector<std::uint8_t> signs_;                ///< of one level, as sign + 1: 0, 1, 2
    std::vector<std::int8_t> digits_;                ///< of the inputs
    std::vector<std::vector<std::int32_t>> partial_;  ///< per digit of base 256
    std::vector<std::int64_t> collected_;
    std::vector<std::int64_t> input_sums_;           ///< per vector, what the + 1 in signs_ has added
    std::int64_t reached_ = 0;                       ///< bound on the magnitudes in partial_
};

/// sums[channel][vector] = sum over k of sign(w) * sign(x) * f_e(|x|), for pot and post weights.
void shift_product(const group_operands& operands, std::vector<std::int64_t>& sums);

}  // namespace symmetree
