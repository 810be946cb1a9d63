#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compile/layer_plan.h"
#include "platforms/platform_config.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Smallest and largest value that any partial sum of any channel can take in the accumulators, over all activations
/// that the format allows; sparse shift, guard bits and passes included.
struct sum_range {
    std::int64_t least = 0, greatest = 0;
};
sum_range accumulator_range(const accelerator_config& config, const layer_plan& plan, const quantized_weights& w,
                            const activation_format& x);

/// Largest magnitude of a sum with its zero points taken out, as it enters the requantizer: over all channels,
/// sum of |W - zW + (outlier << u)| times the widest |x - zx|. The requantizer takes 32 bits. 0 where the
/// family's sums need no correction.
std::int64_t corrected_sum_bound(const quantized_weights& w, int activation_bits);

/// What the accumulators and the requantizer have to hold for a planned layer. Products of activations: over all codes that may come.
struct layer_sums {
    sum_range partial;           ///< accumulator_range()
    std::int64_t corrected = 0;  ///< corrected_sum_bound()
};
layer_sums sums_of(const accelerator_config& config, const layer& what, const layer_plan& plan, const quantized_weights& w,
                   const activation_format& x);

/// Fewest bits, in two's complement, that hold every value of the range.
int bits_of(const sum_range& range);

/// Why the accumulators or the requantizer are too narrow for these sums, or nothing.
std::optional<std::string> overflow_of(const platform_config& platform, const layer_sums& sums);

}  // namespace symmetree
