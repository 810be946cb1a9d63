#pragma once

#include <cstdint>

#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// A real factor as multiplier / 2^shift.
struct fixed_multiplier {
    std::int32_t multiplier = 0;
    std::uint8_t shift = 0;
};

/// The end of every operator of the vector unit: clamp(rounded + zero_point, least, greatest).
struct code_output {
    std::int32_t zero_point = 0, least = 0, greatest = 0;
};

/// What a register of the vector unit has room for: multipliers below 2^bits, shifts up to greatest_shift.
struct factor_width {
    int bits, greatest_shift;
};
inline constexpr int multiplier_bits = 15;  ///< of every factor but an exponent's; the other operand has 17 bits at most
inline constexpr factor_width element_factor{multiplier_bits, 30};      ///< of a code: 2 * 2^15 * (2^15 - 1) < 2^31
inline constexpr factor_width average_factor{multiplier_bits, 46};      ///< of the sum of 2^16 codes: 16 bits more
inline constexpr factor_width exponent_factor{19, 30};                  ///< of softmax's argument, log2(e) / step included
inline constexpr factor_width probability_factor{multiplier_bits, 25};  ///< 1 / step of softmax's output
inline constexpr factor_width gain_factor{multiplier_bits, 16};         ///< of layer norm's gain
inline constexpr double greatest_multiplier = 0x1p15 - 1;               ///< of multiplier_bits

/// `factor` >= 0 as a multiplier below 2^bits, with the largest shift up to the greatest one that such a multiplier allows.
/// Half to even; factors of 2^bits and more become 2^bits - 1.
fixed_multiplier fixed_factor(double factor, const factor_width& width);

/// The end of an operator that writes `out`, values clipped to `clip`.
code_output output_of(const tensor_format& out, const value_range& clip);

/// Throws model_fault when `format` breaks its invariant or has no positive finite step.
void check_format(const tensor_format& format);

}  // namespace symmetree
