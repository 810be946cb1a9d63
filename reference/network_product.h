#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "reference/codes.h"
#include "reference/fixed_point.h"
#include "workloads/formats/tensor_format.h"
#include "workloads/network/formatted_network.h"

namespace symmetree {

/// A tensor as an operator reads it.
struct format_and_codes {
    const tensor_format& format;
    const codes& values;
};

/// A layer of a network from codes to codes, both in the order of their axes. `second` is the operand of an attention product that takes
/// the place of the weights, null otherwise; the step of `x` is multiplied by `beta` (14 fraction bits).
codes network_product(const formatted_product& p, const format_and_codes& x, const format_and_codes* second, const tensor_format& out,
                      const value_range& clip, std::uint16_t beta);

/// What the product reads, group by group: visit(inputs [vector][input], zero point), the inputs in the order of the weights' columns.
/// Places outside an image have the zero point's code.
void visit_inputs(const formatted_product& p, const format_and_codes& x,
                  const std::function<void(const std::vector<std::int16_t>& inputs, int zero_point)>& visit);

}  // namespace symmetree
