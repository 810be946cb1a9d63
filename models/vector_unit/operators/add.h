#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// round(((a - a_zero_point) * a_multiplier + (b - b_zero_point) * b_multiplier) / 2^shift).
struct add_parameters {
    static constexpr vector_operation operation = vector_operation::add;
    std::int32_t a_zero_point = 0, b_zero_point = 0;
    std::int32_t a_multiplier = 0, b_multiplier = 0;
    std::uint8_t shift = 0;  ///< of both: element_factor
    code_output out;
};
template <class Table>
void fields_of(Table& t, add_parameters& p) {
    t(p.a_zero_point, p.b_zero_point, p.a_multiplier, p.b_multiplier, p.shift, p.out);
}

/// out = clip(a + b), one rounding. The larger of the two factors has all its bits, the other shares its shift.
add_parameters make_add(const tensor_format& a, const tensor_format& b, const tensor_format& out, const value_range& clip = {});
void add_codes(const add_parameters& p, const std::int16_t* a, const std::int16_t* b, std::int16_t* out, std::size_t count);
/// An addition whose operands were quantized by steps times beta; both multipliers lose as many bits as the larger has to.
add_parameters times_betas(add_parameters p, const image_scale& a, const image_scale& b);

struct add_operator {
    static constexpr const char* name = "add";
    using parameters = add_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_rows(d, bank_bytes); }
    static void scale(add_parameters& p, const image_scale (&by)[2]);
    static vector_cost cost(const add_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const add_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
