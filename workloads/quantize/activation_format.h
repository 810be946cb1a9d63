#pragma once

#include <cstddef>

#include "core/activation_class.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// Code range, zero point and min/max step of a tensor, given its values or only the two ends of a range. The step is 0
/// where there is nothing to represent: all zero, or nothing positive after a ReLU.
tensor_format min_max_format(const double* values, std::size_t count, int bits, activation_class input, activation_coding coding);

}  // namespace symmetree
