#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "core/activation_class.h"
#include "workloads/operators/add.h"
#include "workloads/operators/clip.h"
#include "workloads/operators/concat.h"
#include "workloads/operators/constant.h"
#include "workloads/operators/gelu.h"
#include "workloads/operators/input.h"
#include "workloads/operators/layer_norm.h"
#include "workloads/operators/mean.h"
#include "workloads/operators/pad.h"
#include "workloads/operators/pool.h"
#include "workloads/operators/product.h"
#include "workloads/operators/reshape.h"
#include "workloads/operators/scale.h"
#include "workloads/operators/slice.h"
#include "workloads/operators/softmax.h"
#include "workloads/operators/transpose.h"

namespace symmetree {

using graph_op = std::variant<input_op, constant_op, product_op, clip_op, gelu_op, softmax_op, layer_norm_op, add_op, scale_op, pool_op,
                              mean_op, reshape_op, transpose_op, slice_op, concat_op, pad_op>;

/// One operator and the one tensor it makes.
struct graph_node {
    std::string name;  ///< unique in the graph
    graph_op op;
    std::vector<std::size_t> inputs;  ///< earlier nodes
    extents shape;
    activation_class kind = activation_class::dense;
};

/// A whole network, image in, class scores out; nodes stand in an order of execution and all of them serve the output.
struct network_graph {
    std::vector<graph_node> nodes;
    std::size_t input = 0, output = 0;
};

inline operator_facts facts_of(const graph_op& op) {
    return std::visit([](const auto& o) { return o.facts(); }, op);
}
inline bool keeps_codes(const graph_node& node) { return facts_of(node.op).keeps_codes(); }

// What the operators that have it are asked for, null where the node is another.

/// The layer of a product.
inline const std::size_t* layer_of(const graph_node& node) {
    const auto* op = std::get_if<product_op>(&node.op);
    return op ? &op->layer : nullptr;
}
/// The values of a constant.
inline const std::vector<float>* constant_values(const graph_node& node) {
    const auto* op = std::get_if<constant_op>(&node.op);
    return op ? op->values.get() : nullptr;
}
inline const clip_op* clip_of(const graph_node& node) { return std::get_if<clip_op>(&node.op); }
inline const layer_norm_op* layer_norm_of(const graph_node& node) { return std::get_if<layer_norm_op>(&node.op); }
inline layer_norm_op* layer_norm_of(graph_node& node) { return std::get_if<layer_norm_op>(&node.op); }

}  // namespace symmetree
