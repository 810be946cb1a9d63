#pragma once

#include "platforms/platform_config.h"

namespace symmetree {

/// Range of a settled width. The synthesised tables price no accumulator of fewer bits, so that a run which needs fewer still has 16.
constexpr int least_settled_bits = 16, most_settled_bits = 32;

/// Sets accumulators.bits of a platform whose width is auto to `needed_bits`, at least least_settled_bits; leaves others alone.
/// `needed_bits` are those of the widest layer of the run (layer_plan::accumulator_bits), which the compiler holds to most_settled_bits.
void settle_accumulators(platform_config& config, int needed_bits);

}  // namespace symmetree
