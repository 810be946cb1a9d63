#pragma once

#include <cstdint>
#include <limits>

#include "workloads/formats/rounding_math.h"

namespace symmetree {

/// How the codes of a tensor between two operators are read: value = step * (code - zero_point), least <= code <= greatest.
/// One step per tensor. Codes are int16 in the simulator's memory and `bits` wide on the chip.
/// Invariant: |code - zero_point| <= 2^15 for every code, so 16 bits leave room for no zero point but 0.
struct tensor_format {
    int bits = 8;
    int zero_point = 0;
    int least = -128, greatest = 127;
    double step = 1;

    double value_of(int code) const { return step * (code - zero_point); }
    /// clamp(round_half_even(value / step) + zero_point), for finite values and infinities.
    int code_of(double value) const {
        return zero_point + static_cast<int>(clamped_code(value / step, least - zero_point, greatest - zero_point, false));
    }
};

/// Values that an operator's result is clamped to before it becomes a code: {0, infinity} is a fused ReLU, {0, 6} a ReLU6.
struct value_range {
    double least = -std::numeric_limits<double>::infinity();
    double greatest = std::numeric_limits<double>::infinity();
};

/// What an addition reads of a tensor that a layer of fewer bits reads, too: the tensor in 8 bits, or what the layer reads.
enum class residual_width { wide, narrow };

constexpr const char* to_string(residual_width w) {
    switch (w) {
        case residual_width::wide: return "wide";
        case residual_width::narrow: return "narrow";
    }
    return "?";
}

}  // namespace symmetree
