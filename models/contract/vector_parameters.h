#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// What the vector unit's registers hold for one operator: integers only, made from the tensors' formats by the make functions of
/// vector_math.h. Definitions of the operators: docs/numerics.md, "Operators of the vector unit".

/// A real factor as multiplier / 2^shift.
struct fixed_multiplier {
    std::int32_t multiplier = 0;
    std::uint8_t shift = 0;
};

/// The end of every operator: clamp(rounded + zero_point, least, greatest).
struct code_output {
    std::int32_t zero_point = 0, least = 0, greatest = 0;
};

/// round((code - zero_point) * factor).
struct requantize_parameters {
    std::int32_t zero_point = 0;
    fixed_multiplier factor;  ///< 15 bits; shift 0..30
    code_output out;
};

/// round(((a - a_zero_point) * a_multiplier + (b - b_zero_point) * b_multiplier) / 2^shift).
struct add_parameters {
    std::int32_t a_zero_point = 0, b_zero_point = 0;
    std::int32_t a_multiplier = 0, b_multiplier = 0;  ///< 15 bits
    std::uint8_t shift = 0;                           ///< 0..30
    code_output out;
};

struct gelu_parameters {
    std::int32_t zero_point = 0;
    fixed_multiplier argument;  ///< |code - zero_point| to |x| / sqrt(2) with 14 fraction bits; 15 bits
    fixed_multiplier factor;    ///< (code - zero_point) times a gate of 15 fraction bits to the output's steps; 15 bits, shift 15..45
    code_output out;
};

struct softmax_parameters {
    fixed_multiplier argument;  ///< greatest code of the row - code to -x * log2(e) with 14 fraction bits; 19 bits, shift 0..30
    fixed_multiplier factor;    ///< 1 / step of the output; 15 bits, shift 0..25
    code_output out;
};

struct layer_norm_parameters {
    std::int32_t zero_point = 0;
    std::int64_t epsilon = 0;        ///< in units of (step / columns)^2, below 2^62
    std::vector<std::int16_t> gain;  ///< per column, in output steps with `shift` fraction bits
    std::vector<std::int64_t> bias;  ///< per column, in output steps with shift + 14 fraction bits, |bias| <= 2^46
    std::uint8_t shift = 0;          ///< 0..16
    code_output out;
};

/// Windows over an image [height][width][channels]; window (Y, X) begins at row Y * stride_height - pad_top and
/// column X * stride_width - pad_left. Every window holds at least one position of the image.
struct pool_shape {
    std::int32_t in_height = 1, in_width = 1, channels = 1;
    std::int32_t kernel_height = 1, kernel_width = 1, stride_height = 1, stride_width = 1;
    std::int32_t pad_top = 0, pad_left = 0;
    std::int32_t out_height = 1, out_width = 1;
};

struct pool_parameters {
    pool_shape shape;
    bool maximum = false;
    std::int32_t zero_point = 0;
    std::vector<fixed_multiplier> factor;  ///< one, or for 1, 2, .. elements inside the image the one that divides by their number;
                                           ///< 15 bits, shift 0..46
    code_output out;
};

/// round(factor * sum over the rows of (code - zero_point)).
struct mean_parameters {
    std::int64_t rows = 1;
    std::int32_t zero_point = 0;
    fixed_multiplier factor;  ///< 15 bits, shift 0..46
    code_output out;
};

/// Adapter of ASQ: from the codes of an image to beta. Weights have the input's step folded in.
struct adapter_parameters {
    std::int64_t rows = 1;  ///< positions of the image
    std::int32_t channels = 1, hidden = 1;
    std::int32_t zero_point = 0;
    fixed_multiplier mean;                 ///< 2^8 / rows; 15 bits, shift 0..46
    std::vector<std::int16_t> first;       ///< [hidden][channels], first_shift fraction bits
    std::vector<std::int64_t> first_bias;  ///< per hidden element, first_shift + 8 fraction bits, |bias| <= 2^56
    std::uint8_t first_shift = 4;          ///< 4..30
    std::vector<std::int16_t> second;      ///< per hidden element, second_shift fraction bits
    std::int64_t second_bias = 0;          ///< second_shift + 12 fraction bits, |bias| <= 2^56
    std::uint8_t second_shift = 2;         ///< 2..30
};

}  // namespace symmetree
