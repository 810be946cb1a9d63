#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/adapter_weights.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// Adapter of ASQ: from the codes of an image to beta. Weights have the input's step folded in.
struct adapter_parameters {
    static constexpr vector_operation operation = vector_operation::adapter;
    std::int64_t rows = 1;  ///< positions of the image
    std::int32_t channels = 1, hidden = 1;
    std::int32_t zero_point = 0;
    fixed_multiplier mean;                 ///< 2^8 / rows; average_factor
    std::vector<std::int16_t> first;       ///< [hidden][channels], first_shift fraction bits
    std::vector<std::int64_t> first_bias;  ///< per hidden element, first_shift + 8 fraction bits, |bias| <= 2^56
    std::uint8_t first_shift = 4;          ///< 4..30
    std::vector<std::int16_t> second;      ///< per hidden element, second_shift fraction bits
    std::int64_t second_bias = 0;          ///< second_shift + 12 fraction bits, |bias| <= 2^56
    std::uint8_t second_shift = 2;         ///< 2..30
};
template <class Table>
void fields_of(Table& t, adapter_parameters& p) {
    t(p.rows, p.channels, p.hidden, p.zero_point, p.mean, p.first, p.first_bias, p.first_shift, p.second, p.second_bias, p.second_shift);
}

/// `in` is the format of the image's codes, [rows][channels]. Throws model_fault on sizes that do not fit each other.
adapter_parameters make_adapter(const adapter_weights& weights, std::int64_t rows, const tensor_format& in);

/// beta with beta_fraction_bits, least_beta..greatest_beta. `in` [rows][channels].
std::uint16_t adapter_beta(const adapter_parameters& p, const std::int16_t* in);

/// From the first code of an image of `rows` positions until beta and its reciprocal are known. Where the image comes in pieces,
/// adapter_sum_cost for each but the last, adapter_cost for the last.
vector_cost adapter_sum_cost(std::int64_t rows, std::int64_t channels, int lanes);
vector_cost adapter_cost(std::int64_t rows, std::int64_t channels, std::int64_t hidden, int lanes);

/// A chunk is a piece of the image; the last one makes the result.
struct adapter_operator {
    static constexpr const char* name = "adapter";
    using parameters = adapter_parameters;
    static bool fits(const vector_descriptor& d);
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes);
    static void scale(adapter_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const adapter_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const adapter_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
