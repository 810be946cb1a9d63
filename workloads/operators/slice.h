#pragma once

#include <cstdint>
#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Along axis d every steps[d]-th element from starts[d], as many as the node's shape says.
struct slice_op {
    std::vector<std::int64_t> starts;  ///< from 0
    std::vector<std::int64_t> steps;   ///< from 1

    operator_facts facts() const {
        return {"Slice", input_count::one, result_class::of_inputs, result_values::selected, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, slice_op& op) {
    archive(op.starts, op.steps);
}

}  // namespace symmetree
