#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "workloads/formats/adapter_weights.h"
#include "workloads/formats/quantized_weights.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// A matrix product of a network with formats. Its input has the format of the node that it reads; products are shifts with guard bits
/// where the weights' family is a shift family.
struct formatted_product {
    const symmetree::layer* layer = nullptr;
    scheme used_scheme;
    quantized_weights weights;  ///< attention: bits, rows and columns only; codes and steps are those of its second input
};

/// What one node of the graph leaves behind: codes of a format.
struct formatted_node {
    tensor_format format;
    value_range clip;  ///< the values that a clip lets through, its own or one fused into it
    /// The node whose value this one is: itself, or the node that follows and is fused into it (a clip). Values exist for nodes that are
    /// their own.
    std::size_t value_of = 0;
    std::optional<adapter_weights> adapter;  ///< of a node that requantizes by a step of its own for each image
    std::optional<std::size_t> adapted_by;   ///< such a node, whose beta the steps of these codes are multiplied by
};

/// A network whose tensors and weights have formats: what it computes, without a number of the hardware that computes it. docs/numerics.md
/// says which codes follow, bit for bit.
struct formatted_network {
    formatted_network() = default;
    formatted_network(formatted_network&&) = default;
    formatted_network& operator=(formatted_network&&) = default;  // the products point into the workload, so no copies

    workload network;                         ///< with its graph
    std::vector<formatted_product> products;  ///< by layer
    std::vector<formatted_node> nodes;        ///< by node of the graph
};

}  // namespace symmetree
