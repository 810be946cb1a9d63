#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arithmetic/fixed_factor_math.h"
#include "models/vector_unit/operators/vector_operator.h"
#include "workloads/formats/tensor_format.h"

namespace symmetree {

/// round(factor * sum over the rows of (code - zero_point)).
struct mean_parameters {
    static constexpr vector_operation operation = vector_operation::mean;
    std::int64_t rows = 1;
    std::int32_t zero_point = 0;
    fixed_multiplier factor;  ///< average_factor
    code_output out;
};
template <class Table>
void fields_of(Table& t, mean_parameters& p) {
    t(p.rows, p.zero_point, p.factor, p.out);
}

/// Average over the middle axis: `in` [groups][rows][columns], `out` [groups][columns]. Global average pooling, mean of tokens.
mean_parameters make_mean(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip = {});
void mean_codes(const mean_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t groups, std::size_t columns);

struct mean_operator {
    static constexpr const char* name = "mean";
    using parameters = mean_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut_by_windows(d, bank_bytes); }
    static void scale(mean_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const mean_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const mean_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
