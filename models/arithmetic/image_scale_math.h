#pragma once

#include "models/arithmetic/fixed_factor_math.h"
#include "models/contract/descriptor.h"
#include "models/contract/image_scale.h"

namespace symmetree {

// What a beta does to the registers that are written per image. Definition: docs/numerics.md, "ASQ".

/// A factor on the way into codes of step s * beta (divided) and out of them (times). A multiplier below 2^15 stays below it, any other one
/// stays below 2^31; what it would grow by is taken from the shift. Throws model_fault where the shift is too small for that.
fixed_multiplier divided_by_beta(fixed_multiplier factor, const image_scale& s);
fixed_multiplier times_beta(fixed_multiplier factor, const image_scale& s);
/// A channel of a layer whose input has the step s * beta: the multiplier times beta, the layer's own bias (accumulator units at beta = 1)
/// divided by it.
channel_record scaled_channel(channel_record c, std::int32_t own_bias, const image_scale& s);

/// `shift` smaller by what its multiplier has grown; throws model_fault below 0.
std::uint8_t smaller_shift(std::uint8_t shift, int fewer);

}  // namespace symmetree
