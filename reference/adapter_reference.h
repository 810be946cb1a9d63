#pragma once

#include <cstdint>
#include <vector>

#include "reference/codes.h"
#include "reference/fixed_point.h"
#include "reference/vector_integers.h"
#include "workloads/formats/adapter_weights.h"

namespace symmetree {

/// ASQ once more, straight from docs/numerics.md ("ASQ"), whose symbols stand in brackets.
struct adapter_integers {
    std::int64_t positions = 1;  ///< [n]
    int zero_point = 0;
    reference_factor mean;                 ///< [m, s]
    std::vector<std::int64_t> first;       ///< [w1], [hidden][channels]
    std::vector<std::int64_t> first_bias;  ///< [b1], per hidden element
    int first_shift = 4;                   ///< [s1]
    std::vector<std::int64_t> second;      ///< [w2], per hidden element
    std::int64_t second_bias = 0;          ///< [b2]
    int second_shift = 2;                  ///< [s2]
};
/// `in` is the format of the codes whose mean the adapter takes.
adapter_integers derive_adapter(const adapter_weights& weights, std::int64_t positions, const tensor_format& in);

/// beta with 14 fraction bits; `in` [positions][channels].
std::uint16_t reference_beta(const adapter_integers& p, const codes& in);

/// `factor` / beta and `factor` * beta; an addition of operands by steps times beta; a bias / beta.
reference_factor reference_divided_by_beta(const reference_factor& factor, std::uint16_t beta);
reference_factor reference_times_beta(const reference_factor& factor, std::uint16_t beta);
add_integers reference_times_betas(add_integers p, std::uint16_t a, std::uint16_t b);
std::int64_t reference_bias_divided_by_beta(std::int64_t bias, std::uint16_t beta);

}  // namespace symmetree
