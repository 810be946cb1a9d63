#include "models/vector_unit/operators/rearrange.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "core/units.h"

namespace symmetree {

void for_runs_into(const strided_copy& box, std::int64_t first, std::int64_t end, const std::function<void(const strided_run&)>& visit) {
    // Axes by their stride in the result, the longest first, so that most are left out whole; those of one index before all.
    std::array<int, copy_rank> order;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int x, int y) {
        return std::make_pair(box.extent[x] > 1, -box.to_stride[x]) < std::make_pair(box.extent[y] > 1, -box.to_stride[y]);
    });
    std::array<std::int64_t, copy_rank + 1> reach = {};  // of the axes from this one on
    for (int depth = copy_rank; depth-- > 0;)
        reach[depth] = reach[depth + 1] + std::int64_t{box.extent[order[depth]] - 1} * box.to_stride[order[depth]];

    const std::function<void(int, std::int64_t, std::int64_t)> walk = [&](int depth, std::int64_t from, std::int64_t to) {
        const int axis = order[depth];
        const std::int64_t step = box.to_stride[axis], beyond = to + reach[depth + 1];  // the greatest place that index 0 leads to
        if (to >= end || (step == 0 && beyond < first)) return;
        std::int64_t least = 0, greatest = box.extent[axis] - 1;
        if (step > 0) {
            if (beyond < first) least = ceil_div(first - beyond, step);
            greatest = std::min(greatest, (end - 1 - to) / step);
        }
        if (least > greatest) return;
        if (depth == copy_rank - 1) {
            visit({from + least * box.from_stride[axis], to + least * step, greatest - least + 1, box.from_stride[axis], step});
            return;
        }
        for (std::int64_t i = least; i <= greatest; ++i) walk(depth + 1, from + i * box.from_stride[axis], to + i * step);
    };
    walk(0, box.from_first, box.to_first);
}

void take_rows(const std::optional<requantize_parameters>& format, const chunk_task& task) {
    const memory_tensor& a = task.d.a;
    step_codes& k = task.codes;
    const auto columns = std::size_t(a.row_elements);
    const std::uint8_t* bytes = task.operands.data();
    k.a.resize(std::size_t(a.elements()));
    k.taken.resize(std::size_t(a.rows));
    for (const row_range& rows : task.c.inputs)
        for (std::int32_t row = rows.first; row < rows.first + rows.count; ++row, bytes += a.row_bytes()) {
            if (k.taken[std::size_t(row)]) continue;
            k.taken[std::size_t(row)] = true;
            std::int16_t* codes = k.a.data() + std::size_t(row) * columns;
            unpack_rows(a, bytes, 1, codes);
            if (format) requantize_codes(*format, codes, codes, columns);
        }
}

vector_cost moving_cost(const vector_chunk& c, int lanes) { return elementwise_cost(std::int64_t(c.moved), 1, lanes); }

std::vector<vector_chunk> rearrange_operator::cut(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const std::int64_t columns = d.result.row_elements;
    const std::int32_t fitting = rows_fitting(d.result, bank_bytes);
    const bool in_place = d.has_second && d.b.address == d.result.address;
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.result.rows; row += fitting) {
        vector_chunk c = results_from(d, row, std::min(fitting, d.result.rows - row));
        std::vector<bool> sources(std::size_t(d.a.rows));
        for_runs_into(d.copy, c.first_row * columns, (c.first_row + c.rows) * columns, [&](const strided_run& run) {
            c.moved += std::uint64_t(run.count);
            mark_rows(d.a, run.from, run.from_step, run.count, sources);
        });
        if (in_place && c.moved == 0) continue;
        c.inputs = ranges_of(sources);
        if (d.has_second && c.moved < std::uint64_t(c.rows * columns)) c.second_inputs = {c.first_row, c.rows};
        chunks.push_back(c);
    }
    return chunks;
}

vector_cost rearrange_operator::cost(const rearrange_parameters&, const vector_descriptor&, const vector_chunk& c, int lanes) {
    return moving_cost(c, lanes);
}

std::vector<std::uint8_t> rearrange_operator::run(const rearrange_parameters& p, const chunk_task& task) {
    take_rows(p.format, task);
    step_codes& k = task.codes;
    const std::int64_t columns = task.d.result.row_elements, first = task.c.first_row * columns, end = first + task.c.rows * columns;
    k.result.assign(std::size_t(end - first), 0);
    if (task.c.second_inputs.count > 0) task.unpack_second(k.result.data());
    for_runs_into(task.d.copy, first, end, [&](const strided_run& run) {
        for (std::int64_t e = 0; e < run.count; ++e)
            k.result.at(std::size_t(run.to - first + e * run.to_step)) = k.a.at(std::size_t(run.from + e * run.from_step));
    });
    return task.packed_result();
}

}  // namespace symmetree
