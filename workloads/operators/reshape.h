#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// The same values in another shape, the node's.
struct reshape_op {
    operator_facts facts() const {
        return {"Reshape", input_count::one, result_class::of_inputs, result_values::viewed, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
};
template <class Archive>
void pack_fields(Archive&, reshape_op&) {}

}  // namespace symmetree
