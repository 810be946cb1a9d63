#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// min(max(x, least), greatest): Relu, ReLU6, Clip.
struct clip_op {
    float least = 0;
    float greatest = std::numeric_limits<float>::infinity();

    bool is_relu() const { return least == 0 && std::isinf(greatest); }

    operator_facts facts() const {
        return {is_relu() ? "Relu" : "Clip", input_count::one,       least == 0 ? result_class::relu : result_class::dense,
                result_values::computed,     result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, clip_op& op) {
    archive(op.least, op.greatest);
}

}  // namespace symmetree
