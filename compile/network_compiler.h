#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compile/network_program.h"
#include "compile/program_builder.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {

/// Makes the program of a network, node by node in the order of the graph; compile() runs it once. Its parts: network_program.cpp goes
/// through the nodes, network_products.cpp and network_vector_steps.cpp make their steps, network_tensors.cpp finds places for tensors.
class network_compiler {
public:
    network_compiler(const quantized_network& q, const platform_config& platform, bool with_values, int batch);
    network_program run();

private:
    void plan_products();
    void place(std::size_t i);
    void refuse_too_small_memories() const;
    void keep_on_chip();

    // products
    void place_product(std::size_t i, const product_op& op);
    memory_tensor input_of(std::size_t i, const layer_descriptor& d, const layer& what);
    void place_outputs(std::size_t i, layer_descriptor& d, const layer& what);
    void place_weights(std::size_t i, layer_descriptor& d, std::size_t layer_index);
    void stage_operand(std::size_t i, layer_descriptor& d);

    // steps of the vector unit
    vector_descriptor step_of(vector_operation operation, const memory_tensor& a, const memory_tensor& result) const;
    void emit(std::size_t node, vector_descriptor d, const vector_parameters& parameters);
    struct placement;
    void elementwise(std::size_t i, const vector_parameters& parameters);
    void place_scale(std::size_t i, const requantize_parameters& parameters);
    void place_adapter(std::size_t i);
    std::uint64_t scale_of_input(std::size_t i, std::size_t at = 0) const;
    void row_wise(std::size_t i, const vector_parameters& parameters);
    void place_add(std::size_t i);
    tensor_view broadcast_constant(std::size_t node, std::size_t constant, const tensor_view& like_view, const extents& shape);
    void place_pool(std::size_t i, const pool_op& op);
    void window_step(std::size_t i, const vector_parameters& parameters, const memory_tensor& in, int kernel_rows, int stride_rows,
                     int pad_top);
    void place_mean(std::size_t i, const mean_op& op);
    void place_reshape(std::size_t i);
    void place_concat(std::size_t i, const concat_op& op);
    void place_pad(std::size_t i, const pad_op& op);
    void copy_into(std::size_t node, const tensor_view& v, const tensor_view& whole, std::int64_t first,
                   const rearrange_parameters& parameters);

    // tensors
    std::size_t new_tensor(std::size_t node, std::int64_t rows, std::int64_t row_elements);
    tensor_view image_view(std::size_t i, const extents& shape);
    tensor_view row_view(std::size_t i, const extents& shape);
    tensor_view constant_view(std::size_t i, const extents& shape, std::vector<std::int64_t> strides);
    void fill(const tensor_view& v, std::size_t i);
    tensor_view moved(std::size_t node, const tensor_view& v, std::int64_t rows, std::int64_t row_elements,
                      std::vector<std::int64_t> strides);
    memory_tensor rows_of(std::size_t node, const tensor_view& v, std::int64_t rows, std::int64_t columns);
    memory_tensor images_of(std::size_t node, const tensor_view& v, std::int64_t groups);
    memory_tensor side_by_side(std::size_t node, const tensor_view& v, const memory_tensor& rows);
    tensor_view dense_view(std::size_t node, const tensor_view& v);

    const tensor_format& format_of(std::size_t node) const { return q_.nodes[node].format; }
    const memory_tensor& buffer_of(const tensor_view& v) const { return program_.buffer(v.buffer); }
    std::string part_of(std::size_t node, const char* part) const { return fmt::format("{}: {}", graph_.nodes[node].name, part); }

    const quantized_network& q_;
    const network_graph& graph_;
    const platform_config& platform_;
    const bool with_values_;
    const int batch_;
    program_builder program_;
    std::vector<layer_plan> plans_;                ///< by layer of the workload
    std::vector<tensor_view> views_;               ///< where the tensor of each node stands
    std::map<std::size_t, std::uint64_t> scales_;  ///< by node with an adapter: where its beta stands
    diagnostics problems_;
};

}  // namespace symmetree
