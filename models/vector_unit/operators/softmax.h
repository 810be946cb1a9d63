#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

struct softmax_parameters {
    static constexpr vector_operation operation = vector_operation::softmax;
    fixed_multiplier argument;  ///< greatest code of the row - code to -x * log2(e) with 14 fraction bits; exponent_factor
    fixed_multiplier factor;    ///< 1 / step of the output; probability_factor
    code_output out;
};
template <class Table>
void fields_of(Table& t, softmax_parameters& p) {
    t(p.argument, p.factor, p.out);
}

/// Softmax of every row, the exponential by I-BERT's second-order polynomial. `in` [rows][columns]; 2^-15 < out.step < 2^10.
softmax_parameters make_softmax(const tensor_format& in, const tensor_format& out);
void softmax_rows(const softmax_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t rows, std::size_t columns);
vector_cost softmax_cost(std::int64_t rows, std::int64_t columns, int lanes);

struct softmax_operator {
    static constexpr const char* name = "softmax";
    using parameters = softmax_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_rows(d, bank_bytes); }
    static void scale(softmax_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const softmax_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const softmax_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
