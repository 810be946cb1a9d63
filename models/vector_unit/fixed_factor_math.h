#pragma once

#include "models/contract/vector_parameters.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// `factor` >= 0 as a multiplier below 2^bits, with the largest shift up to `greatest_shift` that such a multiplier allows.
/// Half to even; factors of 2^bits and more become 2^bits - 1.
fixed_multiplier fixed_factor(double factor, int bits, int greatest_shift);

/// The end of an operator that writes `out`, values clipped to `clip`.
code_output output_of(const tensor_format& out, const value_range& clip);

/// Throws model_fault when `format` breaks its invariant or has no positive finite step.
void check_format(const tensor_format& format);

}  // namespace symmetree
