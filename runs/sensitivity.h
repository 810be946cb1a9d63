#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compile/quantized_network.h"
#include "workloads/calibration/calibration.h"
#include "workloads/calibration/choose_format.h"

namespace symmetree {

/// A network whose layers may take one of several formats each: docs/quantize.md, "Mixed precision".
struct mixed_network {
    const workload& network;
    const platform_config& platform;
    std::vector<std::vector<scheme>> schemes;  ///< [layer][option]; one option for layers that are fixed
    const weight_cache& cache;
    std::uint64_t seed = 1;
    int jobs = 1;
    residual_width residuals = residual_width::wide;
};

/// The options of every layer: the candidates as the layer would take them (depthwise ones other than DASQ, say), one scheme for products
/// of activations, for layers with a scheme of their own and for the ends. Throws input_error with every candidate that the platform can't
/// run.
std::vector<std::vector<scheme>> mixed_options(const workload& network, const platform_config& platform, const scheme& base,
                                               const std::vector<scheme>& candidates, const network_options& options);

// By layer and option:

/// Bit operations as DASQ's authors count them (workloads/network/measures.h).
std::vector<std::vector<double>> bit_operations(const mixed_network& mixed);
/// What one pass over a layer takes on the platform, as `run` reports it.
struct layer_price {
    double cycles = 0;
    std::optional<double> energy_uj;  ///< absent where the platform's cost table has no price for it
};
/// Simulates timing only, so the caller must not have threads running.
std::vector<std::vector<layer_price>> layer_prices(const mixed_network& mixed, const std::string& cost_directory);

/// Squared error of the weights over their squares.
std::vector<std::vector<double>> weight_losses(const mixed_network& mixed);

/// The images that losses are measured on.
struct measured_images {
    const float_executor& executor;
    const calibration& seen;
    range_choice range;
    const image_source& image;
    std::int64_t count = 0;
};
/// Squared error of the network's outputs over their squares in float, over the first images, when this layer alone has the format and all
/// others of more than one option have symq:w8a8; less the error of the network in which these have all. In integers, by the second
/// executor.
std::vector<std::vector<double>> output_losses(const mixed_network& mixed, const measured_images& images);
/// The same of the network itself, whose layers all have schemes of their own.
double outputs_loss(const workload& network, const mixed_network& mixed, const measured_images& images);

}  // namespace symmetree
