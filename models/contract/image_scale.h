#pragma once

#include <cstdint>
#include <vector>

namespace symmetree {

/// What an adapter hands to the steps and layers that follow, 8 bytes in memory, little-endian. As it stands here: beta = 1.
struct image_scale {
    std::uint32_t beta = 1 << 14;        ///< 14 fraction bits
    std::uint32_t reciprocal = 1 << 16;  ///< floor(2^30 / beta): 1 / beta with 16 fraction bits
};
constexpr std::uint64_t image_scale_bytes = 8;
image_scale scale_of(std::uint16_t beta);
std::vector<std::uint8_t> encode(const image_scale& s);
/// Throws model_fault unless the bytes are the scale of a beta.
image_scale decode_image_scale(const std::vector<std::uint8_t>& bytes);

}  // namespace symmetree
