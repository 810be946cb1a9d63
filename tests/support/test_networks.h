#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compile/requantized_network.h"
#include "platforms/platform_config.h"

namespace symmetree {

/// A residual network with both shortcuts: strided slice with padded channels, and projection.
workload residual_network();
/// Depthwise and pointwise convolutions, maximum and average pooling.
workload separable_network();
/// One block of a vision transformer: patches, class token, position, attention, MLP.
workload transformer_network();

/// Codes of an image that fill the format and clip here and there.
std::vector<std::int16_t> random_image(const workload& net, const tensor_format& format, std::uint64_t seed);

/// Adapters that say something else for every image.
adapter_set lively_adapters(const quantized_network& q, const requantized_network& copied);

/// A quantized network on small banks, without its adapters. Gives the platform a small vector unit.
struct test_network {
    test_network(workload net, platform_config& platform, const std::string& scheme_text, residual_width residuals = residual_width::wide);
    requantized_network copied;
    quantized_network q;
};

}  // namespace symmetree
