#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "compile/requantized_network.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/tensor_statistics.h"
#include "workloads/files/quantized_workload.h"

namespace symmetree {

/// The adapters of a network with adaptive activations.
using adapter_maker = std::function<adapter_set(const quantized_network& q, const requantized_network& copied)>;

/// Where the adapters of a network come from, unless from a file.
enum class adapter_origin { identity, fit };

constexpr const char* to_string(adapter_origin o) {
    switch (o) {
        case adapter_origin::identity: return "identity";
        case adapter_origin::fit: return "fit";
    }
    return "?";
}

// `q` has the formats of the network, `copied` says which of its nodes want an adapter.

/// beta = 1 for all of them.
adapter_set identity_adapters(const quantized_network& q, const requantized_network& copied);
/// `<tensor>.first.weight` [hidden][channels], `.first.bias` [hidden], `.second.weight` [1][hidden], `.second.bias` [1] of a safetensors
/// file. Throws input_error naming the first one that is missing or has another shape.
adapter_set read_adapters(const std::string& path, const quantized_network& q, const requantized_network& copied);
/// The tensors that the network brings for its adapters. Throws input_error.
std::vector<float_tensor> own_adapters(const workload& network);
/// The tensors that read_adapters() would read.
std::vector<float_tensor> stored_adapters(const adapter_set& adapters);
/// From `count` images, `executor` being the float network before anything was put in: docs/numerics.md, "ASQ".
adapter_set fit_adapters(const quantized_network& q, const requantized_network& copied, const float_executor& executor,
                         const image_source& image, std::int64_t count);

/// The multiple of the format's step, 2^(j/16) with j in -16..16, that stores an image's tensor with the least squared error; the one
/// nearest to 1 of equal ones.
double best_ratio(const tensor_statistics& image, const tensor_format& format);
/// The adapter whose beta is near `ratios`, given the means per channel, `means` [images][channels]: ridge regression within the range
/// seen.
adapter_weights fit_adapter(const std::vector<std::vector<double>>& means, const std::vector<double>& ratios, const adapter_shape& shape);

}  // namespace symmetree
