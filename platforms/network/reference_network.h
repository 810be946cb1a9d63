#pragma once

#include <cstdint>
#include <vector>

#include "platforms/network/quantized_network.h"

namespace symmetree {

/// The network once more, node by node in the order of its axes, with the arithmetic of platforms/reference: no tiles, no buffers, no layouts, no
/// kernel, no function of models/. Returns the codes of every node, in the order of its axes; nodes fused into others are empty.
std::vector<std::vector<std::int16_t>> reference_network(const quantized_network& q, const std::vector<std::int16_t>& image);

}  // namespace symmetree
