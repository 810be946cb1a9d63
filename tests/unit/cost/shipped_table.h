#pragma once

#include "models/cost/cost_table.h"

namespace symmetree {

/// The table that ships; loaded once, as it is immutable.
inline const cost_table& shipped_table() {
    static const cost_table table = cost_table::load("published_45nm", SYMMETREE_ROOT "/models/cost/tables");
    return table;
}

inline unit_key key_of(unit_kind unit, int weight_bits, int activation_bits, int lanes) {
    return {unit, weight_bits, activation_bits, lanes, activation_class::relu, false};
}

inline unit_cost shipped(unit_kind unit, int weight_bits, int activation_bits, int lanes) {
    return shipped_table().unit(key_of(unit, weight_bits, activation_bits, lanes));
}

}  // namespace symmetree
