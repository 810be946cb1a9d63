#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// exp(x) over its sum, along the last axis.
struct softmax_op {
    static constexpr const char* word = "softmax";
    operator_facts facts() const {
        return {"Softmax", input_count::one, result_class::relu, result_values::computed, result_rounding::plain, score_part::exponential};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive&, softmax_op&) {}

}  // namespace symmetree
