#pragma once

#include <cstdint>

#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// Integers that no sum or product of the reference can leave.
__extension__ typedef __int128 wide;

wide power_of_two(int exponent);
wide floor_quotient(wide value, wide divisor);
/// value / 2^exponent, half to even. Throws model_fault unless the exponent is 0..120.
wide rounded(wide value, int exponent);

/// A real factor as multiplier / 2^shift.
struct reference_factor {
    std::int64_t multiplier = 0;
    int shift = 0;
};

/// The largest shift up to `greatest_shift` with a multiplier below 2^bits, half to even (docs/numerics.md, "Parameters").
reference_factor derive_factor(double factor, int bits, int greatest_shift);
/// The 31-bit multiplier of a layer's row (docs/numerics.md, "Requantization of a layer").
reference_factor derive_layer_factor(double factor);

/// value * 2^fraction_bits, half to even, at most `limit` in magnitude.
std::int64_t derive_fixed(double value, int fraction_bits, double limit);

/// The end of every operator: clamp(rounded + zero_point, least, greatest).
struct reference_output {
    int zero_point = 0, least = 0, greatest = 0;
};
reference_output derive_output(const tensor_format& out, const value_range& clip);
std::int16_t code_within(const reference_output& out, wide value);
/// The code of value * factor.
std::int16_t scaled_code(const reference_output& out, wide value, const reference_factor& factor);

}  // namespace symmetree
