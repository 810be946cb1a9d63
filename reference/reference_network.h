#pragma once

#include <cstdint>
#include <vector>

#include "workloads/network/formatted_network.h"

namespace symmetree {

/// What the operators of the vector unit are computed in, from codes to codes; products and their requantization are integers in any case.
enum class vector_arithmetic {
    integer,  ///< as the unit does
    float32,  ///< on real numbers, by reference/vector_float.h: what the integer forms lose
};

/// The network once more, node by node in the order of its axes: no tiles, no buffers, no layouts, no kernel, and every integer derived
/// here from the formats. Returns the codes of every node, in the order of its axes; those of a node with a clip fused into it are the
/// clip's.
std::vector<std::vector<std::int16_t>> reference_network(const formatted_network& network, const std::vector<std::int16_t>& image,
                                                         vector_arithmetic arithmetic = vector_arithmetic::integer);

}  // namespace symmetree
