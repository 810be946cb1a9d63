#pragma once

#include <cstdint>
#include <optional>

#include "workloads/network/graph.h"

namespace symmetree {

/// Where the channels of a tensor lie: element e, in row-major order, belongs to channel e / run % channels.
struct channel_layout {
    std::int64_t channels = 0;
    std::int64_t run = 1;  ///< neighbours of one channel: height * width of an image, 1 where channels are the last axis
};

/// Where they lie behind an operator that lets positive factors of the channels through, f(s x) = s f(x). Absent where it does not.
std::optional<channel_layout> layout_behind(const graph_node& node, const channel_layout& in, const extents& input_shape);

}  // namespace symmetree
