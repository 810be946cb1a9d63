#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// beta of an image, by which an adapter multiplies the step of a tensor: fixed point, from a quarter to just below four.
inline constexpr int beta_fraction_bits = 14, reciprocal_fraction_bits = 16;
inline constexpr std::uint16_t unit_beta = 1 << beta_fraction_bits, least_beta = unit_beta / 4, greatest_beta = 0xffff;

/// What an adapter hands to the steps and layers that follow, 8 bytes in memory, little-endian. As it stands here: beta = 1.
struct image_scale {
    std::uint32_t beta = unit_beta;                            ///< beta_fraction_bits
    std::uint32_t reciprocal = 1 << reciprocal_fraction_bits;  ///< 1 / beta, rounded down
};
constexpr std::uint64_t image_scale_bytes = 8;
image_scale scale_of(std::uint16_t beta);
std::vector<std::uint8_t> encode(const image_scale& s);
/// Throws model_fault unless the bytes are the scale of a beta.
image_scale decode_image_scale(const std::vector<std::uint8_t>& bytes);

}  // namespace symmetree
