#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"

namespace symmetree {

struct test_shape {
    std::int64_t rows, columns;
};

/// One element, one row, one column, primes, multiples of the kernels' lanes and blocks, and neither.
inline const std::vector<test_shape> test_shapes{{1, 1},   {1, 37},  {23, 1},  {3, 8},   {5, 7},
                                                 {19, 16}, {6, 128}, {7, 129}, {18, 64}, {4, 391}};

/// Normal weights, a few of them far out; every fifth row is zero, every seventh constant, some rows one-sided.
inline std::vector<float> random_weights(test_shape shape, std::uint64_t seed) {
    const random_stream stream(seed, "test weights " + std::to_string(shape.rows) + "x" + std::to_string(shape.columns));
    std::vector<float> weights;
    for (std::int64_t i = 0; i < shape.rows; ++i) {
        for (std::int64_t k = 0; k < shape.columns; ++k) {
            const auto index = static_cast<std::uint64_t>(i * shape.columns + k);
            double w = stream.normal(2 * index);
            if (stream.uniform(2 * index + 1) < 0.02) w *= 6;
            if (i % 5 == 4) w = 0;
            if (i % 7 == 5) w = -0.25;
            if (i % 11 == 3) w = w < 0 ? -w : w;
            weights.push_back(static_cast<float>(w));
        }
    }
    return weights;
}

}  // namespace symmetree
