#include "models/zero_point/zero_point_math.h"

namespace symmetree {

void sum_activations(const std::int16_t* activations, int activation_stride, int vectors, std::int32_t* sums) {
    for (int v = 0; v < vectors; ++v, activations += activation_stride) {
        std::int32_t sum = 0;
        for (int lane = 0; lane < activation_stride; ++lane) sum += activations[lane];
        sums[v] = sum;
    }
}

}  // namespace symmetree
