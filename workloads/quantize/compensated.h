#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"
#include "workloads/quantize/input_moments.h"

namespace symmetree {

/// Whose error a step is chosen by: that of the weights, as they were fitted, or that of the layer's output.
enum class step_criterion { weights, outputs };

constexpr const char* to_string(step_criterion c) {
    switch (c) {
        case step_criterion::weights: return "weights";
        case step_criterion::outputs: return "outputs";
    }
    return "?";
}

/// Rounds the weights anew, so that the error of the layer's output on the inputs that were seen is small instead of the error of every
/// weight: column by column, each error carried into the columns that are still to be rounded (error_feedback.h). Zero points and
/// the positions of outliers stay; an outlier takes the value that lies nearest together with its dense code. `moments` has one entry for
/// each of the row blocks of equal size that have inputs of their own (groups), or one for all rows. The error is computed anew.
/// Every sum has a fixed order: the result does not depend on `threads`.
quantized_weights round_compensated(const std::vector<float>& weights, quantized_weights fitted, const std::vector<input_moments>& moments,
                                    rounding round, step_criterion steps, int threads);

}  // namespace symmetree
