#pragma once

#include <onnx/onnx_pb.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "workloads/import/onnx_folding.h"
#include "workloads/import/onnx_inference.h"
#include "workloads/import/onnx_layers.h"
#include "workloads/import/onnx_patterns.h"
#include "workloads/network/graph.h"
#include "workloads/network/workload.h"

namespace symmetree::onnx_import {

/// Turns the nodes of a model, visited in order, into the graph of a network. An operator that can't be run takes its
/// place in the graph, too, and counts only if the network's output depends on it.
class graph_builder {
public:
    graph_builder(const onnx::GraphProto& graph, value_table& values, const layer_builder& layers);

    /// `folded`: the layer builder has folded the node into the layer that makes its first or second input.
    void take(const onnx::NodeProto& node, bool folded);
    /// Sets `graph` or `why_no_graph`.
    void finish(workload& w);

private:
    /// One tensor of the network.
    struct entry {
        graph_node node;
        bool runs = true;
        bool is_image = false;   ///< an input of the network
        std::string in_the_way;  ///< why it does not run; empty where only an input of it doesn't
    };
    using handler = std::function<std::size_t(graph_builder&, const onnx::NodeProto&)>;

    static const std::map<std::string, handler>& handlers();

    std::size_t product(const onnx::NodeProto& node);
    std::size_t weights_first(const onnx::NodeProto& node, std::size_t made);
    std::size_t matrix_product(const onnx::NodeProto& node, std::size_t made);
    std::size_t with_shift(const onnx::NodeProto& node, std::size_t y, std::size_t made);
    std::size_t relu(const onnx::NodeProto& node);
    std::size_t clip(const onnx::NodeProto& node);
    std::size_t softmax(const onnx::NodeProto& node);
    std::size_t layer_norm(const onnx::NodeProto& node);
    std::size_t add(const onnx::NodeProto& node);
    std::size_t subtract(const onnx::NodeProto& node);
    std::size_t multiply(const onnx::NodeProto& node);
    std::size_t divide(const onnx::NodeProto& node);
    std::size_t pool(const onnx::NodeProto& node);
    std::size_t global_pool(const onnx::NodeProto& node);
    std::size_t mean(const onnx::NodeProto& node);
    std::size_t reshape(const onnx::NodeProto& node);
    std::size_t resize(const onnx::NodeProto& node);
    std::size_t transpose(const onnx::NodeProto& node);
    std::size_t slice(const onnx::NodeProto& node);
    std::size_t split(const onnx::NodeProto& node);
    std::size_t gather(const onnx::NodeProto& node);
    std::size_t concat(const onnx::NodeProto& node);
    std::size_t pad(const onnx::NodeProto& node);
    std::size_t pass(const onnx::NodeProto& node);
    std::size_t expand(const onnx::NodeProto& node);

    std::size_t add_node(std::string name, graph_op op, std::vector<std::size_t> inputs, extents stated = {});
    std::size_t add_node(const onnx::NodeProto& node, graph_op op, std::vector<std::size_t> inputs);
    std::size_t scaled(const onnx::NodeProto& node, std::size_t x, double factor);
    std::size_t swapped(std::size_t x, const std::string& name);
    std::size_t cut(const onnx::NodeProto& node, std::size_t x, const std::vector<slice_range>& ranges, std::string name);
    std::size_t in_the_way(const onnx::NodeProto& node, const std::string& reason = "");
    std::size_t input(const onnx::NodeProto& node, int index);
    std::size_t value(const std::string& name);
    std::vector<const constant*> constants_of(const onnx::NodeProto& node);
    bool takes_neighbour_below(const onnx::NodeProto& node) const;
    const extents& shape(std::size_t entry) const { return entries_[entry].node.shape; }
    std::string unique_name(const std::string& wanted);

    std::set<std::size_t> reachable(std::size_t output) const;
    std::string obstacles(const std::set<std::size_t>& reached) const;

    const onnx::GraphProto& graph_;
    value_table& values_;
    const layer_builder& layers_;
    pattern_search patterns_;
    std::vector<entry> entries_;
    std::unordered_map<std::string, std::size_t> makers_;  ///< value -> entry
    std::set<std::string> names_;
};

}  // namespace symmetree::onnx_import
