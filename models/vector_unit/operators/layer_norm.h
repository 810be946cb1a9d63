#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

struct layer_norm_parameters {
    static constexpr vector_operation operation = vector_operation::layer_norm;
    std::int32_t zero_point = 0;
    std::int64_t epsilon = 0;        ///< in units of (step / columns)^2, below 2^62
    std::vector<std::int16_t> gain;  ///< per column, in output steps with `shift` fraction bits
    std::vector<std::int64_t> bias;  ///< per column, in output steps with shift + 14 fraction bits, |bias| <= 2^46
    std::uint8_t shift = 0;          ///< gain_factor
    code_output out;
};
template <class Table>
void fields_of(Table& t, layer_norm_parameters& p) {
    t(p.zero_point, p.epsilon, p.gain, p.bias, p.shift, p.out);
}

/// (x - mean) / sqrt(variance + epsilon) * gain + bias of every row, variance over `columns` elements (no Bessel correction).
/// `gain` and `bias`: one per column. `in` [rows][columns].
layer_norm_parameters make_layer_norm(const std::vector<float>& gain, const std::vector<float>& bias, double epsilon,
                                      const tensor_format& in, const tensor_format& out);
void layer_norm_rows(const layer_norm_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows);
vector_cost layer_norm_cost(std::int64_t rows, std::int64_t columns, int lanes);

/// floor(sqrt(n)) of 2^30 <= n < 2^32, by four steps of Newton's method from 2^16 and one comparison.
std::uint32_t integer_square_root(std::uint32_t n);

struct layer_norm_operator {
    static constexpr const char* name = "layer_norm";
    using parameters = layer_norm_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_rows(d, bank_bytes); }
    static void scale(layer_norm_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const layer_norm_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const layer_norm_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
