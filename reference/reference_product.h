#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workloads/formats/quantized_weights.h"
#include "workloads/network/workload.h"

namespace symmetree {

/// What the accelerator must have computed, by an arithmetic that shares no code with the models: oneDNN integer
/// products of the codes (split so that no intermediate sum can saturate on any CPU), a sparse product for outliers, one
/// ternary product per exponent for PoT and POST.
struct reference_result {
    std::int64_t rows = 0;                   ///< N * repeat, row = repeat_index * N + channel
    std::int64_t vectors = 0;                ///< M
    std::vector<std::int32_t> accumulators;  ///< [row][vector]: sum over k of (W - zW + (outlier << u)) * (x - zx);
                                             ///< pot, post: sum of sign * product, `guard_bits` fraction bits
};

/// Accumulators of a layer whose stored operand is `w` and whose raw input (order of materialize_input) is `x`.
reference_result reference_product(const layer& l, const quantized_weights& w, const quantized_activations& x);

/// pot, post and apot weights: shifts and tables in place of multipliers, no zero points.
bool uses_shifts(const quantized_weights& w);
/// True for families whose levels are rounded even where a product keeps every bit: POST's odd exponents.
bool has_arithmetic_error(const quantized_weights& w);

/// Of such a family: SQNR in dB of `accumulators` against the same codes multiplied exactly by powers of sqrt(2) (double arithmetic).
double post_arithmetic_sqnr_db(const layer& l, const quantized_weights& w, const quantized_activations& x,
                               const std::vector<std::int32_t>& accumulators);

}  // namespace symmetree
