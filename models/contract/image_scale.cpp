#include "models/contract/image_scale.h"

#include "core/error.h"

namespace symmetree {

image_scale scale_of(std::uint16_t beta) { return {beta, (std::uint32_t{1} << (beta_fraction_bits + reciprocal_fraction_bits)) / beta}; }

std::vector<std::uint8_t> encode(const image_scale& s) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint32_t word : {s.beta, s.reciprocal})
        for (int byte = 0; byte < 4; ++byte) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * byte)));
    return bytes;
}

image_scale decode_image_scale(const std::vector<std::uint8_t>& bytes) {
    std::uint32_t words[2] = {};
    for (std::size_t i = 0; i < bytes.size() && i < image_scale_bytes; ++i) words[i / 4] |= std::uint32_t{bytes[i]} << (8 * (i % 4));
    const bool is_beta = bytes.size() == image_scale_bytes && words[0] >= least_beta && words[0] <= greatest_beta;
    if (!is_beta || words[1] != scale_of(static_cast<std::uint16_t>(words[0])).reciprocal)
        throw model_fault("no adapter has written the scale that a descriptor names");
    return {words[0], words[1]};
}

}  // namespace symmetree
