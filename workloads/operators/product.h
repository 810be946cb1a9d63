#pragma once

#include <cstddef>
#include <vector>

#include "workloads/operators/graph_operator.h"
#include "workloads/operators/layer_shapes.h"

namespace symmetree {

/// A layer of the workload, bias included. conv [1][C][H][W] -> [1][O][H'][W'] and linear [..][in] -> [..][out] have one
/// input; matmul has two, [..][rows][inner] and [..][inner][columns]: `count` products each over their own matrices, or,
/// where the second input is a single matrix, one product over all rows of the first.
struct product_op {
    std::size_t layer = 0;  ///< index in workload.layers

    operator_facts facts() const {
        return {"Product",       input_count::by_layer, result_class::dense, result_values::computed, result_rounding::rescaled,
                score_part::none};
    }
};
template <class Archive>
void pack_fields(Archive& archive, product_op& op) {
    archive(op.layer);
}

/// What a layer of that shape makes of these inputs.
made_shape shape_of_product(const layer_shape& layer, const std::vector<extents>& inputs);

}  // namespace symmetree
