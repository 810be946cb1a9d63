#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// Most rounds of one DASQ fit.
inline constexpr int dasq_rounds = 20;

/// DASQ (docs/numerics.md): symmetric dense codes plus shifted outliers at the positions of largest residual, fitted by
/// alternation from two starts. Everything but the error is filled in. Without listed outliers the result is SymQ's. Positions are listed
/// within the scheme's bound, whose cells begin anew every `group_rows` rows.
quantized_weights fit_dasq(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads,
                           std::int64_t group_rows);

}  // namespace symmetree
