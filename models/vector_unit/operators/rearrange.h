#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/vector_unit/operators/requantize.h"
#include "models/vector_unit/operators/vector_operator.h"

namespace symmetree {

struct rearrange_parameters {
    static constexpr vector_operation operation = vector_operation::rearrange;
    std::optional<requantize_parameters> format;  ///< absent: the codes move as they are
};
template <class Table>
void fields_of(Table& t, rearrange_parameters& p) {
    t(p.format);
}

/// `count` elements from `from` to `to`, steps apart.
struct strided_run {
    std::int64_t from = 0, to = 0, count = 0, from_step = 0, to_step = 0;
};
/// The box's elements with first <= to < end, run by run; takes about as long as there are runs. Strides in the result are not negative.
void for_runs_into(const strided_copy& box, std::int64_t first, std::int64_t end, const std::function<void(const strided_run&)>& visit);

/// Rows of `a` in the unit's codes, each decoded once in a step, however many chunks read it; in another format where one is given.
void take_rows(const std::optional<requantize_parameters>& format, const chunk_task& task);
/// Moving takes one element per lane and cycle.
vector_cost moving_cost(const vector_chunk& c, int lanes);

/// A chunk is a bank full of results with the rows of `a` that hold elements of them. Of a result that is there already (`b`), rows in
/// which nothing lands are left out.
struct rearrange_operator {
    static constexpr const char* name = "rearrange";
    using parameters = rearrange_parameters;
    static bool fits(const vector_descriptor&) { return true; }
    static std::vector<vector_chunk> cut(const vector_descriptor& d, std::uint64_t bank_bytes);
    static void scale(rearrange_parameters&, const image_scale (&)[2]) {}
    static vector_cost cost(const rearrange_parameters& p, const vector_descriptor& d, const vector_chunk& c, int lanes);
    static std::vector<std::uint8_t> run(const rearrange_parameters& p, const chunk_task& task);
};

}  // namespace symmetree
