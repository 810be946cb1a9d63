#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compile/memory_map.h"
#include "compile/program.h"
#include "compile/quantized_network.h"
#include "compile/tensor_layout.h"
#include "models/contract/vector_descriptor.h"

namespace symmetree {

/// One descriptor of the program: a layer on the array or a step of the vector unit.
struct network_step {
    std::string name;  ///< of the node it serves
    std::size_t node = 0;
    bool is_product = false;
    std::size_t layer = 0;                                      ///< products
    vector_operation operation = vector_operation::requantize;  ///< of the vector unit
};

/// A whole network as it stands in memory: descriptors one after the other from address 0, their tables, weights, and a place of its own
/// for every tensor of every image of a batch. One doorbell runs it; only the images change from one batch to the next.
struct network_program : program {
    std::vector<network_step> steps;  ///< in the order of the descriptors
    std::vector<layer_plan> plans;    ///< by layer of the workload
    int accumulator_bits = 0;         ///< fewest that hold the sums of all of them
    memory_map memory;                ///< everything that stands there, with lifetimes over the steps
    std::vector<memory_tensor> buffers;
    std::vector<tensor_view> tensors;  ///< by node of the graph: where its codes stand, of the first image, until the next batch is run
    std::map<std::size_t, std::uint64_t> scales;  ///< by node with an adapter: where the image_scales of the batch stand
    tensor_view input, output;
};

/// Lays a network out in memory. `with_values` false: timing only, dense weights are left out. Throws input_error: a layer that does not
/// fit the buffers or the accumulators, a tensor that the DMA can't place, a memory too small; each by name.
network_program compile(const quantized_network& q, const platform_config& platform, bool with_values, int batch = 1);

}  // namespace symmetree
