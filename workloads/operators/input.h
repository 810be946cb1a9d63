#pragma once

#include <vector>

#include "workloads/operators/graph_operator.h"

namespace symmetree {

/// The image, given to every run.
struct input_op {
    operator_facts facts() const {
        return {"Input", input_count::none, result_class::dense, result_values::given, result_rounding::plain, score_part::none};
    }
    made_shape shape(const std::vector<extents>& inputs, const extents& stated) const;
};
template <class Archive>
void pack_fields(Archive&, input_op&) {}

}  // namespace symmetree
