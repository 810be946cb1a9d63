#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/cost/cost_grid.h"

namespace symmetree {

/// Costs of trees with more lanes than the rows have. With k = weight_bits, a = activation_bits, L = lanes:
///   cost = c0 L k a + c1 L k + c2 L a + c3 L + c4 OUT + c5,    OUT = k + a + ceil(log2 L) + 1
/// that is the cells of the multipliers, of each operand's bits, of a lane, of the sum's bits, and what there is once.
/// Every column has coefficients of its own: those of the least sum of squared relative errors over the rows of the two largest
/// lane counts, which are most like what lies beyond them.
class lane_composition {
public:
    static constexpr std::size_t terms = 6;
    using form = std::array<double, terms>;

    /// Nothing unless the rows have the axes weight_bits, activation_bits, lanes and determine the coefficients.
    static std::optional<lane_composition> fit(const cost_grid& rows);

    /// A row's costs at a point of these axes. A column that is absent stays absent; no cost is below 0.
    cost_grid::row at(const cost_grid::point& at) const;

private:
    std::vector<form> coefficients_;  // per column
};

}  // namespace symmetree
