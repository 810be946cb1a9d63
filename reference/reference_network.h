#pragma once

#include <cstdint>
#include <vector>

#include "compile/quantized_network.h"

namespace symmetree {

/// What the operators of the vector unit are computed in, from codes to codes; products and their requantization are integers in any case.
enum class vector_arithmetic {
    integer,  ///< as the unit does
    float32,  ///< on real numbers, by its float mode (models/vector_unit/vector_float_math.h): what the integer forms lose
};

/// The network once more, node by node in the order of its axes, with the arithmetic of platforms/reference: no tiles, no buffers, no
/// layouts, no kernel, and in integers no function of models/. Returns the codes of every node, in the order of its axes; nodes fused into
/// others are empty.
std::vector<std::vector<std::int16_t>> reference_network(const quantized_network& q, const std::vector<std::int16_t>& image,
                                                         vector_arithmetic arithmetic = vector_arithmetic::integer);

}  // namespace symmetree
