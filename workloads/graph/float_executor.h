#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "workloads/graph/float_layers.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// Called after every node with its values in logical row-major order; they are gone when it returns.
using node_observer = std::function<void(std::size_t node, const float* values, std::size_t count)>;

/// Float weights of every layer as the executor takes them: materialize_weights(), nothing for attention products.
std::vector<std::vector<float>> float_weights_of(const workload& w, std::uint64_t seed);

/// Runs the graph of a network in float32 on one thread. The logits are the same bits on every CPU; several threads may
/// run() one executor at the same time.
class float_executor {
public:
    /// `weights` holds one entry per layer, as float_weights_of() returns them (quantized and dequantized ones will do).
    /// Throws input_error naming what stands in the way of a workload without a graph.
    float_executor(const workload& w, std::vector<std::vector<float>> weights);

    /// One image, shaped as the graph's input, to the values of the graph's output.
    std::vector<float> run(const float* image, const node_observer& observer = {}) const;

private:
    /// Where the values of a node lie during a run; a reshaped tensor lies where its input does.
    struct place {
        std::size_t owner = 0;  ///< the node whose values these are
        std::size_t slot = 0;   ///< of the owner; unused for the image and constants
    };

    struct computation;

    void plan_memory();
    std::size_t take_slot(std::vector<std::size_t>& free, std::size_t floats);
    void compute(std::size_t index, const std::vector<const float*>& values, float* y) const;
    void multiply(const product_op& op, const graph_node& node, const std::vector<const float*>& values, float* y) const;

    network_graph graph_;
    std::vector<layer> layers_;
    std::vector<float_weights> weights_;
    std::vector<place> places_;
    std::vector<std::size_t> slot_floats_;
};

}  // namespace symmetree
