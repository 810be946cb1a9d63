#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "platforms/platform_config.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/formatted_network.h"
#include "workloads/network/weight_cache.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Which format a tensor gets; asked once per tensor, at the node that makes it. From calibration, or from a file.
using format_chooser = std::function<tensor_format(std::size_t node, int bits, activation_coding coding)>;

struct network_options {
    bool ends_at_8_bits = true;  ///< first and last layer with weights at symq:w8a8, whatever the scheme; a layer's own widths win
    residual_width residuals = residual_width::wide;
};

/// Chooses the formats of tensors and weights for a platform. Tensors between layers have the width of the products that read them, 8 bits
/// where none does. Throws input_error with every layer that can't run on the platform.
formatted_network format_network(workload network, const platform_config& platform, const scheme& format, const format_chooser& choose,
                                 const weight_cache& cache, std::uint64_t seed, int threads, const network_options& options);

/// The formats that the network's tensors get, by node; absent for those that take another's (clips that are fused, nodes that keep codes).
/// Nothing is fitted. Throws what `choose` throws.
std::vector<std::optional<tensor_format>> formats_of(const workload& network, const platform_config& platform, const scheme& format,
                                                     const format_chooser& choose, const network_options& options);

/// The scheme of each layer, the ends included; layers without a graph have no ends.
std::vector<scheme> schemes_of(const workload& network, const platform_config& platform, const scheme& format,
                               const network_options& options);

/// Throws input_error with every layer that the platform has no hardware for.
void require_runnable(const workload& network, const platform_config& platform, const scheme& format, const network_options& options);
/// Fits the weights that the cache lacks of layers that can run; nothing else. Uses threads, so it belongs into a process of its own.
void fit_weights(const workload& network, const platform_config& platform, const scheme& format, const weight_cache& cache,
                 std::uint64_t seed, int threads, const network_options& options);

/// Shape and width of an operand that comes at run time: the second of a product of activations.
quantized_weights runtime_operand(const layer& l, const scheme& used);

}  // namespace symmetree
