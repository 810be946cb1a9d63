#include "models/vector_unit/operators/mean.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "models/vector_unit/operators/window_sums.h"

namespace symmetree {

mean_parameters make_mean(std::int64_t rows, const tensor_format& in, const tensor_format& out, const value_range& clip) {
    check_format(in);
    check_format(out);
    if (rows < 1 || rows > longest_vector_row) throw model_fault(fmt::format("mean of {} rows", rows));
    return {rows, in.zero_point, fixed_factor(in.step / out.step / static_cast<double>(rows), average_factor), output_of(out, clip)};
}

void mean_codes(const mean_parameters& p, const std::int16_t* in, std::int16_t* out, std::size_t groups, std::size_t columns) {
    std::vector<std::int64_t> sums(columns);
    for (std::size_t group = 0; group < groups; ++group, out += columns) {
        std::fill(sums.begin(), sums.end(), 0);
        for (std::int64_t row = 0; row < p.rows; ++row, in += columns) add_row(in, p.zero_point, sums);
        write_scaled(sums, p.factor, p.out, out);
    }
}

vector_cost mean_operator::cost(const mean_parameters&, const vector_descriptor& d, const vector_chunk& c, int lanes) {
    return window_cost(c.rows, d.result.row_elements, d.kernel_rows, window_end::scaled, lanes);
}

std::vector<std::uint8_t> mean_operator::run(const mean_parameters& p, const chunk_task& task) {
    const auto rows = std::size_t(task.c.rows), columns = std::size_t(task.d.result.row_elements);
    return compute_rows(task, [&](step_codes& k) { mean_codes(p, k.a.data(), k.result.data(), rows, columns); });
}

}  // namespace symmetree
