#pragma once

#include <vector>

namespace symmetree {

/// The adapter of ASQ (Zhou et al., "Precision Neural Network Quantization via Learnable Adaptive Modules"): per image, beta = second *
/// relu(first * mean of the image + first_bias) + second_bias, and the layer's step is s * beta. Definition: docs/numerics.md, "ASQ".
struct adapter_weights {
    std::vector<float> first;       ///< [hidden][channels], per unit of the image's values
    std::vector<float> first_bias;  ///< per hidden element
    std::vector<float> second;      ///< per hidden element
    float second_bias = 1;
};

}  // namespace symmetree
