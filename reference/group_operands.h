#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "reference/layer_geometry.h"
#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// The two operands of one group (head) of a layer.
struct group_operands {
    layer_geometry shape;
    const quantized_weights& weights;
    std::int64_t first_row;                   ///< of the group, in `weights`
    const std::vector<std::int16_t>& inputs;  ///< [vector][input], see gather_inputs
    int least_input, greatest_input, input_zero_point;

    const std::int8_t* row(std::int64_t channel) const { return weights.codes.data() + (first_row + channel) * shape.inputs; }
    int zero_point(std::int64_t channel) const {
        return weights.zero_point.empty() ? 0 : weights.zero_point[static_cast<std::size_t>(first_row + channel)];
    }
    std::size_t outputs() const { return static_cast<std::size_t>(shape.channels * shape.vectors); }
    /// Too little work to be worth rearranging for a matrix product: depthwise convolutions, toy layers.
    bool is_tiny() const { return shape.channels * shape.inputs <= 32 || shape.channels * shape.inputs * shape.vectors <= 2048; }
};

/// Visits the operands of every group of a layer, in order. Throws model_fault when they do not have the layer's shape
/// or hold codes outside their range.
void for_each_group(const layer& l, const quantized_weights& w, const quantized_activations& x,
                    const std::function<void(const group_operands&)>& visit);

}  // namespace symmetree
