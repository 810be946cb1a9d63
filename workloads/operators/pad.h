#pragma once

#include <cstdint>
#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Zeros around the input: before[d] of them, then the input, then as many as the node's shape leaves.
struct pad_op {
    std::vector<std::int64_t> before;

    operator_facts facts() const {
        return {"Pad", input_count::one, result_class::of_inputs, result_values::selected, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, pad_op& op) {
    archive(op.before);
}

}  // namespace symmetree
