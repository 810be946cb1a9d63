#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// Weights whose levels are a list of integers in steps of their row. Definitions: docs/numerics.md, "Listed levels". Everything but the
/// error is filled in.
///   nf, e2m1     the list is given; each row's step by the same search as uniform codes
///   kmeans, lq   the list is learned from the weights, for each row or, rows brought to one size, for the layer
quantized_weights fit_levels(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads);

/// The list of a source that needs no weights (nf, e2m1): rising integers of at most `level_bits` bits, each once.
std::vector<std::int8_t> given_levels(level_source source, int bits, int level_bits);

}  // namespace symmetree
