#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Maximum or mean over windows of the last two axes of [1][C][H][W]; global pooling has a window as large as the input.
struct pool_op {
    bool maximum = true;
    int kernel_height = 1, kernel_width = 1;
    int stride_height = 1, stride_width = 1;
    int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
    bool count_padding = false;  ///< mean: padded positions count as zeros; otherwise they are left out of the mean

    operator_facts facts() const {
        return {maximum ? "MaxPool" : "AveragePool",
                input_count::one,
                result_class::of_inputs,
                maximum ? result_values::selected : result_values::computed,
                result_rounding::plain,
                score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
    void compute(const float_call& call) const;
};
template <class Archive>
void pack_fields(Archive& archive, pool_op& op) {
    archive(op.maximum, op.kernel_height, op.kernel_width, op.stride_height, op.stride_width, op.pad_top, op.pad_left, op.pad_bottom,
            op.pad_right, op.count_padding);
}

}  // namespace symmetree
