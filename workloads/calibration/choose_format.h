#pragma once

#include <string>

#include "core/activation_class.h"
#include "workloads/calibration/tensor_statistics.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// How the range of a tensor follows from what calibration saw of it: docs/numerics.md, "Calibration".
enum class calibration_range { min_max, percentile, mse };

struct range_choice {
    calibration_range method = calibration_range::mse;
    double percentile = 99.99;  ///< per cent of the values that stay in range, 50 to 100

    friend bool operator==(const range_choice& a, const range_choice& b) {
        return a.method == b.method && (a.method != calibration_range::percentile || a.percentile == b.percentile);
    }
};

/// "minmax", "mse", "p99.9"; throws input_error naming `option`.
range_choice parse_range(const std::string& option, const std::string& text);
std::string to_string(const range_choice& choice);

/// Step, zero point and code range of a tensor, one step for all of it; a tensor without range (zeros only, nothing positive after a ReLU)
/// has step 1. The codings and zero points are those of docs/numerics.md, "Activations".
tensor_format choose_format(const tensor_statistics& seen, const range_choice& range, int bits, activation_class kind,
                            activation_coding coding);

/// Mean squared error of the values that were seen when they are stored in that format: each bin counts as its centre.
double expected_error(const tensor_statistics& seen, const tensor_format& format);

}  // namespace symmetree
