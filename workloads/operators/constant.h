#pragma once

#include <memory>
#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// Values that are part of the network: class token, position embedding, relative position bias, attention mask.
struct constant_op {
    std::shared_ptr<const std::vector<float>> values;

    operator_facts facts() const {
        return {"Constant", input_count::none, result_class::dense, result_values::given, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
};
template <class Archive>
void pack_fields(Archive& archive, constant_op& op) {
    archive(op.values);
}

}  // namespace symmetree
