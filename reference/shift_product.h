#pragma once

#include <cstdint>
#include <vector>

#include "reference/group_operands.h"

namespace symmetree {

/// What a weight of exponent e makes of an activation code x: values[e][x - least_input]. The weight's sign comes after.
using level_values = std::vector<std::vector<std::int64_t>>;

/// Exponent fields of b-bit codes; the code's exponent field holds one more value, which means zero.
inline int level_count(const quantized_weights& w) { return (1 << (w.bits - 1)) - 1; }

/// sign(x) * f_e(|x|) with `guard_bits` g fraction bits (Zhou et al., eq. 18, with guard bits):
///   pot:  f_e(v) = (v << g) >> e
///   post: f_e(v) = (v << g) >> (e / 2) for even e; for odd e the integer nearest to v * 2^g * sqrt(2)^-e, or with a shared word
///         the integer nearest to v * 2^g * sqrt(2)^-1, divided by 2^((e - 1) / 2) and rounded down
///   apot: the sum of (v << g) >> p over the exponents p that e names (docs/numerics.md, "APoT")
level_values shift_levels(const quantized_weights& w, int least_input, int greatest_input);

/// sums[channel][vector] = sum over k of sign(w) * values[e of w][x].
void sum_levels(const group_operands& operands, const level_values& values, std::vector<std::int64_t>& sums);

/// The accumulators of pot, post and apot weights: sum_levels of shift_levels.
void shift_product(const group_operands& operands, std::vector<std::int64_t>& sums);

}  // namespace symmetree
