#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"
#include "workloads/quantize/input_moments.h"

namespace symmetree {

/// Rounds the weights anew, so that the error of the layer's output on the inputs that were seen is small instead of the error of every
/// weight: column by column, each error carried into the columns that are still to be rounded (error_feedback.h). Steps, zero points and
/// the positions of outliers stay; an outlier takes the value that lies nearest together with its dense code. `moments` has one entry for
/// each of the row blocks of equal size that have inputs of their own (groups), or one for all rows. The error is computed anew.
/// Every sum has a fixed order: the result does not depend on `threads`.
quantized_weights round_compensated(const std::vector<float>& weights, quantized_weights fitted, const std::vector<input_moments>& moments,
                                    rounding round, int threads);

/// Mean over the rows of the squared error of the output on the inputs that were seen, in units of the weights and of the codes.
double output_error(const std::vector<float>& weights, const quantized_weights& q, const std::vector<input_moments>& moments, int threads);

}  // namespace symmetree
