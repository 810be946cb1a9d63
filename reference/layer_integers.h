#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/fixed_point.h"
#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// The integers between a layer's sums and its codes, derived as docs/numerics.md ("Requantization of a layer") defines them. Sums are
/// those of reference_product: zero points are subtracted in them, so no bias stands for those.

/// From the sums of a row to steps of the output; the input's step at beta = 1.
reference_factor derive_row_factor(const quantized_weights& w, std::size_t row, double input_step, double output_step);

/// The layer's own bias in units of the row's sums; 0 where `bias` is null.
std::int64_t derive_row_bias(const std::vector<float>* bias, const quantized_weights& w, std::size_t row, double input_step);

}  // namespace symmetree
