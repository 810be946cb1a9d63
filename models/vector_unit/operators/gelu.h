#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

struct gelu_parameters {
    static constexpr vector_operation operation = vector_operation::gelu;
    std::int32_t zero_point = 0;
    fixed_multiplier argument;  ///< |code - zero_point| to |x| / sqrt(2) with 14 fraction bits; element_factor
    fixed_multiplier factor;    ///< (code - zero_point) times a gate of 15 fraction bits to the output's steps; 15 bits, shift 15..45
    code_output out;
};
template <class Table>
void fields_of(Table& t, gelu_parameters& p) {
    t(p.zero_point, p.argument, p.factor, p.out);
}

/// GELU by the second-order polynomial of Kim et al., "I-BERT: Integer-only BERT Quantization", ICML 2021, in fixed point.
gelu_parameters make_gelu(const tensor_format& in, const tensor_format& out);
void gelu_codes(const gelu_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count);
vector_cost gelu_cost(std::int64_t elements, int lanes);

struct gelu_operator {
    static constexpr const char* name = "gelu";
    using parameters = gelu_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_rows(d, bank_bytes); }
    static void scale(gelu_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const gelu_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const gelu_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
