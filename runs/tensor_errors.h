#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compile/quantized_network.h"
#include "workloads/calibration/calibration.h"

namespace symmetree {

/// Values from `lower` to `upper`, and how many of them calibration saw.
struct value_bin {
    double lower = 0, upper = 0;
    std::uint64_t count = 0;
};

/// A code of a tensor's format, what it stands for, and how many of the values that calibration saw become it.
struct code_use {
    int code = 0;
    double value = 0;
    std::uint64_t count = 0;
};

/// What happens to one tensor between two operators.
struct tensor_error_report {
    std::string tensor;
    activation_class kind = activation_class::dense;
    tensor_format format;
    double least = 0, greatest = 0;  ///< that calibration saw
    double clipped = 0;              ///< share of the values beyond the least or the greatest code
    quantization_error alone;        ///< floats of the float network against their own codes; by the histogram, so mse and sqnr only
    quantization_error accumulated;  ///< floats of the float network against codes of the integer network: with all that came before
    std::vector<value_bin> before;   ///< 64 bins from the negative to the positive end of the histogram; exact zeros are in none
    std::uint64_t zeros = 0;
    std::vector<code_use> after;  ///< every code
};

/// Every tensor with a format of its own, in the order of execution. Errors accumulate along the second executor's run (reference_network)
/// over the first `images` images; `seen` has the statistics of the whole calibration. `origin`: by node of `q`, the node of the float
/// network whose values these are.
std::vector<tensor_error_report> report_tensors(const quantized_network& q, const std::vector<std::size_t>& origin, const calibration& seen,
                                                const float_executor& executor, const image_source& image, std::int64_t images);

}  // namespace symmetree
