#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Mean over `axes` adjacent axes, whose extents are 1 in the result or left out of it: the token mean of Swin and ViT.
struct mean_op {
    int first_axis = 0;
    int axes = 1;
    bool keep_axes = false;

    operator_facts facts() const {
        return {"Mean", input_count::one, result_class::of_inputs, result_values::computed, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, mean_op& op) {
    archive(op.first_axis, op.axes, op.keep_axes);
}

}  // namespace symmetree
