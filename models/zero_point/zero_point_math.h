#pragma once

#include <cstdint>

namespace symmetree {

/// Sum over the lanes of each vector.
void sum_activations(const std::int16_t* activations, int activation_stride, int vectors, std::int32_t* sums);

}  // namespace symmetree
