#pragma once

#include "runs/sensitivity.h"

namespace symmetree {

/// What the steps of activations follow: each tensor's own error, or the network's scores.
enum class activation_criterion { tensors, logits };

constexpr const char* to_string(activation_criterion c) {
    switch (c) {
        case activation_criterion::tensors: return "tensors";
        case activation_criterion::logits: return "logits";
    }
    return "?";
}

/// The network with formats of its own for the tensors of fewer than 8 bits, their steps searched one tensor after the other, in the order
/// of the nodes, so that the scores stay near those of the float network: docs/numerics.md, "Steps by logits". `network` has the weights
/// that it will run with, or nearly so; the first images of `images` are used, the others only for the first steps. Adaptive tensors keep
/// their steps, and so do tensors whose format the file fixes. The result does not depend on `jobs`.
workload with_searched_steps(const workload& network, const platform_config& platform, const scheme& run, const network_options& options,
                             const measured_images& images, const weight_cache& cache, std::uint64_t seed, int jobs);

}  // namespace symmetree
