#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compile/layer_plan.h"
#include "models/contract/parameter_table.h"
#include "platforms/platform_config.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/weight_cache.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// A matrix product of the network, quantized for a platform.
struct quantized_product {
    const layer* what = nullptr;
    scheme used;
    bool on_side_array = false;
    quantized_weights weights;  ///< attention: bits, rows and columns only; the codes come at run time
    activation_format input;
    std::vector<channel_record> channels;  ///< folded bias, requantization, zero point, outlier shift; one per row of the weights
    std::vector<std::int32_t> own_biases;  ///< where the input's step depends on the image: the layer's own, which `channels` is without
};

/// What one node of the graph leaves behind: codes of a format, made with these integers.
struct quantized_node {
    tensor_format format;
    value_range clip;  ///< the values that a clip lets through, its own or one fused into it
    /// The node whose value this one is: itself, or the node that follows and is fused into it (a clip). Values exist for nodes that are
    /// their own.
    std::size_t value_of = 0;
    vector_parameters parameters;               ///< of nodes that the vector unit computes
    std::vector<vector_parameters> parts;       ///< concat: from each input's format; none where it is the node's
    std::optional<adapter_parameters> adapter;  ///< of a node that requantizes by a step of its own for each image
    std::optional<std::size_t> adapted_by;      ///< such a node, whose beta the steps of these codes are multiplied by
};

/// A network in integers: all that a platform needs to run it, and all that a second executor needs to judge it.
struct quantized_network {
    quantized_network() = default;
    quantized_network(quantized_network&&) = default;
    quantized_network& operator=(quantized_network&&) = default;  // the products point into the workload, so no copies

    workload network;                         ///< with its graph
    std::vector<quantized_product> products;  ///< by layer
    std::vector<quantized_node> nodes;        ///< by node of the graph
};

/// Which format a tensor gets; asked once per tensor, at the node that makes it. From calibration, or from a file.
using format_chooser = std::function<tensor_format(std::size_t node, int bits, activation_coding coding)>;

struct network_options {
    bool ends_at_8_bits = true;  ///< first and last layer with weights at symq:w8a8, whatever the scheme; a layer's own widths win
};

/// Chooses formats and integers. Tensors between layers have the width of the products that read them, 8 bits where none does. Throws
/// input_error with every layer that can't run on the platform.
quantized_network quantize_network(workload network, const platform_config& platform, const scheme& format, const format_chooser& choose,
                                   const weight_cache& cache, std::uint64_t seed, int threads, const network_options& options = {});

/// The formats that the network's tensors get, by node; absent for those that take another's (clips that are fused, nodes that keep codes).
/// Nothing is fitted. Throws what `choose` throws.
std::vector<std::optional<tensor_format>> formats_of(const workload& network, const platform_config& platform, const scheme& format,
                                                     const format_chooser& choose, const network_options& options);

/// The scheme of each layer, the ends included.
std::vector<scheme> schemes_of(const workload& network, const platform_config& platform, const scheme& format,
                               const network_options& options);

/// Throws input_error with every layer that the platform has no hardware for.
void refuse_unrunnable(const workload& network, const platform_config& platform, const scheme& format, const network_options& options);
/// Fits the weights that the cache lacks; nothing else. Uses threads, so it belongs into a process of its own.
void fit_network(const workload& network, const platform_config& platform, const scheme& format, const weight_cache& cache,
                 std::uint64_t seed, int threads, const network_options& options);

/// True for nodes that only reorder or select: they keep their input's codes.
bool keeps_codes(const graph_node& node);
}  // namespace symmetree
