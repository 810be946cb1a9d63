#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Axis d of the result is axis permutation[d] of the input.
struct transpose_op {
    std::vector<int> permutation;

    operator_facts facts() const {
        return {"Transpose", input_count::one, result_class::of_inputs, result_values::selected, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, transpose_op& op) {
    archive(op.permutation);
}

}  // namespace symmetree
