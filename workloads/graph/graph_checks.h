#pragma once

#include <string>
#include <vector>

#include "workloads/network/graph.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// A node's shape, or what is wrong with the node.
struct made_shape {
    extents shape;
    std::string problem;  ///< empty: none
};

/// The shape of what `op` makes of inputs of these shapes. `stated` is the shape that the network states for it, used
/// where operator and inputs leave it open: input, constant, reshape, slice, pad. Every field of `op` is checked, so that
/// an operator without a problem can be run.
made_shape shape_made(const graph_op& op, const std::vector<extents>& inputs, const extents& stated, const std::vector<layer>& layers);

/// How the values that `op` makes are distributed: as a ReLU or a GELU leaves them, seen through operators that only
/// reorder, select or average; everything else is dense.
activation_class kind_made(const graph_op& op, const std::vector<activation_class>& inputs);

/// "Softmax", "MaxPool", ...: the operator's name in messages, ONNX's where it has one.
const char* name_of(const graph_op& op);

/// The shape that two shapes broadcast to, as in numpy; empty problem where they do.
made_shape broadcast_shape(const extents& a, const extents& b);

}  // namespace symmetree
