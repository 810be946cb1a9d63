#pragma once

#include <memory>
#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// (x - mean) / sqrt(variance + epsilon) * gain + bias along the last axis; variance over n, not n - 1.
struct layer_norm_op {
    std::shared_ptr<const std::vector<float>> gain, bias;  ///< as long as the last axis
    double epsilon = 1e-5;

    operator_facts facts() const {
        return {"LayerNormalization",    input_count::one,       result_class::dense,
                result_values::computed, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, layer_norm_op& op) {
    archive(op.gain, op.bias, op.epsilon);
}

}  // namespace symmetree
