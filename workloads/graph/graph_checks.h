#pragma once

#include <vector>

#include "workloads/network/graph.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// The shape of what `op` makes of inputs of these shapes. `stated` is the shape that the network states for it, used
/// where operator and inputs leave it open: input, constant, reshape, slice, pad. Every field of `op` is checked, so that
/// an operator without a problem can be run.
made_shape shape_made(const graph_op& op, const std::vector<extents>& inputs, const extents& stated, const std::vector<layer>& layers);

/// How the values that `op` makes are distributed: as a ReLU or a GELU leaves them, seen through operators that only
/// reorder, select or average; everything else is dense.
activation_class kind_made(const graph_op& op, const std::vector<activation_class>& inputs);

}  // namespace symmetree
