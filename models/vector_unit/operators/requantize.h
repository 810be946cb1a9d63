#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// round((code - zero_point) * factor).
struct requantize_parameters {
    static constexpr vector_operation operation = vector_operation::requantize;
    std::int32_t zero_point = 0;
    fixed_multiplier factor;  ///< element_factor
    code_output out;
};
template <class Table>
void fields_of(Table& t, requantize_parameters& p) {
    t(p.zero_point, p.factor, p.out);
}

/// Change of format, clipping, scaling by a constant: out = clip(factor * in).
requantize_parameters make_requantize(const tensor_format& in, const tensor_format& out, double factor = 1, const value_range& clip = {});
void requantize_codes(const requantize_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t count);

struct requantize_operator {
    static constexpr const char* name = "requantize";
    using parameters = requantize_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_rows(d, bank_bytes); }
    static void scale(requantize_parameters& p, const image_scale (&by)[2]);
    static vector_cost cost(const requantize_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const requantize_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
