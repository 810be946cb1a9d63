#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/descriptor.h"
#include "models/contract/image_scale.h"
#include "models/contract/vector_parameters.h"
#include "workloads/formats/adapter_weights.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// `in` is the format of the image's codes, [rows][channels]. Throws model_fault on sizes that do not fit each other.
adapter_parameters make_adapter(const adapter_weights& weights, std::int64_t rows, const tensor_format& in);

/// beta with 14 fraction bits, 2^12..2^16 - 1: a quarter to just below four. `in` [rows][channels].
std::uint16_t adapter_beta(const adapter_parameters& p, const std::int16_t* in);

/// A requantizer's factor on the way into codes of step s * beta (divided) and out of them (times): the registers written per image.
/// A multiplier below 2^15 stays there, any other below 2^31, at the cost of the shift. Throws model_fault where the shift is too small for
/// that.
fixed_multiplier divided_by_beta(fixed_multiplier factor, const image_scale& s);
fixed_multiplier times_beta(fixed_multiplier factor, const image_scale& s);
/// An addition whose operands were quantized by steps times beta; both multipliers lose as many bits as the larger has to.
add_parameters times_betas(add_parameters p, const image_scale& a, const image_scale& b);
/// A channel of a layer whose input was: the multiplier times beta, the layer's own bias (accumulator units at beta = 1) divided by it.
channel_record scaled_channel(channel_record c, std::int32_t own_bias, const image_scale& s);

}  // namespace symmetree
