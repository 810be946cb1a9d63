#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/descriptor.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// What the sums of a row of weights count in: step of the input * step of the row, divided by 2^guard bits where products keep them.
double unit_of_sums(const quantized_weights& w, double input_step, std::size_t row);

/// A bias of the layer in units of the row's sums, rounded; 0 where `bias` is null.
double bias_in_sums(const std::vector<float>* bias, const quantized_weights& w, double input_step, std::size_t row);

/// Per row of the weights: bias with the zero points folded in, requantization to `output_step`, zero point and outlier shift.
/// `bias` is the layer's own, or null. Weights whose values come at run time have steps, but no codes: `x` has no zero point then.
/// Throws does_not_fit where a bias takes more than 32 bits.
std::vector<channel_record> channel_records(const quantized_weights& w, const tensor_format& x, double output_step,
                                            const std::vector<float>* bias);

/// The step of outputs with zero point 0 and as many bits as the input, such that four standard deviations of the products, taken as
/// independent, fill the outputs' range. For layers that run one by one: no later layer tells which values they should be able to write.
double lone_output_step(const quantized_weights& w, const quantized_activations& x);

}  // namespace symmetree
