#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Sum of two inputs, broadcast to each other as in numpy: residual, position embedding, attention mask and bias.
struct add_op {
    static constexpr const char* word = "add";
    operator_facts facts() const {
        return {"Add", input_count::two, result_class::dense, result_values::computed, result_rounding::rescaled, score_part::sum};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive&, add_op&) {}

/// The shape that two shapes broadcast to, as in numpy; empty problem where they do.
made_shape broadcast_shape(const extents& a, const extents& b);

}  // namespace symmetree
