#pragma once

#include <vector>

#include "reference/codes.h"
#include "workloads/network/graph.h"

namespace symmetree {

/// Operators of a graph that move codes and compute nothing. `from` and `to` are the shapes of the input and of the result.

codes broadcast(const codes& in, const extents& from, const extents& to);
codes transposed(const transpose_op& op, const codes& in, const extents& from, const extents& to);
codes sliced(const slice_op& op, const codes& in, const extents& from, const extents& to);
codes concatenated(const concat_op& op, const std::vector<codes>& parts, const std::vector<extents>& from, const extents& to);
codes padded(const pad_op& op, const codes& in, const extents& from, const extents& to, int padding);

/// [1][C][H][W] as [H][W][C].
codes channels_last(const codes& in, const extents& from);

}  // namespace symmetree
