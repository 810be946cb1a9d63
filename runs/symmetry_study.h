#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/figures.h"
#include "traces/study.h"
#include "workloads/network/workload.h"
#include "workloads/quantize/symmetry.h"

namespace symmetree {

/// How symmetric the weights of a layer are, beside Gaussian noise of the same shape.
struct analyzed_layer {
    const layer& of;
    weight_symmetry weights;
    noise_symmetry noise;
};

/// Every layer with weights; `sparsity` is the share that the cut leaves, in per cent. The layers must outlive the result.
std::vector<analyzed_layer> analyze_symmetry(const workload& network, const std::string& sparsity, std::uint64_t seed);

/// One row per layer.
study symmetry_study(const workload& network, const std::vector<analyzed_layer>& layers);
/// Midranges layer by layer.
figure symmetry_figure(const std::vector<analyzed_layer>& layers, const std::string& sparsity);

}  // namespace symmetree
