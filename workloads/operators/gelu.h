#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// x * Phi(x), Phi being the standard normal distribution function.
struct gelu_op {
    bool by_tanh = false;  ///< x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) instead, which differs by less than 5e-4

    operator_facts facts() const {
        return {"Gelu", input_count::one, result_class::gelu, result_values::computed, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, gelu_op& op) {
    archive(op.by_tanh);
}

}  // namespace symmetree
