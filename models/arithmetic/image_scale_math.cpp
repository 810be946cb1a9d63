#include "models/arithmetic/image_scale_math.h"

#include <fmt/format.h>

#include "core/error.h"
#include "models/arithmetic/requantize_math.h"

namespace symmetree {
namespace {

constexpr int channel_multiplier_bits = 31;  // of a layer's requantizer, fixed_point_of

/// factor * ratio / 2^fraction_bits; ratio < 2^19. Shifted further until the multiplier has no more bits than it may.
fixed_multiplier scaled(fixed_multiplier factor, std::int64_t ratio, int fraction_bits) {
    const bool is_short = factor.multiplier < 1 << multiplier_bits;
    const std::int64_t limit = std::int64_t{1} << (is_short ? multiplier_bits : channel_multiplier_bits);
    int fewer = 0;
    std::int64_t multiplier = rounded_shift(factor.multiplier * ratio, fraction_bits);
    while (multiplier >= limit) multiplier = rounded_shift(factor.multiplier * ratio, fraction_bits + ++fewer);
    return {static_cast<std::int32_t>(multiplier), smaller_shift(factor.shift, fewer)};
}

}  // namespace

std::uint8_t smaller_shift(std::uint8_t shift, int fewer) {
    if (fewer > shift) throw model_fault(fmt::format("adapter: a factor of shift {} grows by {} bits", shift, fewer));
    return static_cast<std::uint8_t>(shift - fewer);
}

fixed_multiplier divided_by_beta(fixed_multiplier factor, const image_scale& s) {
    return scaled(factor, s.reciprocal, reciprocal_fraction_bits);
}

fixed_multiplier times_beta(fixed_multiplier factor, const image_scale& s) { return scaled(factor, s.beta, beta_fraction_bits); }

channel_record scaled_channel(channel_record c, std::int32_t own_bias, const image_scale& s) {
    const fixed_multiplier factor = times_beta({c.multiplier, c.shift}, s);
    c.bias += static_cast<std::int32_t>(rounded_shift(own_bias * std::int64_t{s.reciprocal}, reciprocal_fraction_bits));
    c.multiplier = factor.multiplier;
    c.shift = factor.shift;
    return c;
}

}  // namespace symmetree
