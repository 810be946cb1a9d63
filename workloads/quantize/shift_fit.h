#pragma once

#include <cstdint>
#include <vector>

#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// PoT, POST and APoT weights: one step per channel, by the same search as uniform codes. Everything but the error is filled in.
quantized_weights fit_shift(const std::vector<float>& weights, std::int64_t rows, std::int64_t columns, const scheme& s, int threads);

}  // namespace symmetree
