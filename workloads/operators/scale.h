#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Times one constant: attention scaling.
struct scale_op {
    float factor = 1;

    operator_facts facts() const {
        return {"Scale", input_count::one, result_class::dense, result_values::computed, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, scale_op& op) {
    archive(op.factor);
}

}  // namespace symmetree
