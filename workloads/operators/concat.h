#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Inputs one after the other along an axis.
struct concat_op {
    int axis = 0;

    operator_facts facts() const {
        return {"Concat", input_count::some, result_class::of_inputs, result_values::computed, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, concat_op& op) {
    archive(op.axis);
}

}  // namespace symmetree
