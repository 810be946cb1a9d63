#include "models/vector_unit/operators/chunks.h"

#include <algorithm>
#include <cstdlib>

#include "core/units.h"

namespace symmetree {
namespace {

/// Rows of `a` under rows [first, first + count) of the result.
using rows_under = row_range (*)(const vector_descriptor& d, std::int32_t first, std::int32_t count);

row_range same_rows(const vector_descriptor&, std::int32_t first, std::int32_t count) { return {first, count}; }

row_range window_rows(const vector_descriptor& d, std::int32_t first, std::int32_t count) {
    const std::int32_t from = first * d.stride_rows + d.first_row, end = (first + count - 1) * d.stride_rows + d.first_row + d.kernel_rows;
    const std::int32_t inside = std::clamp(from, 0, d.a.rows);
    return {inside, std::clamp(end, 0, d.a.rows) - inside};
}

std::uint64_t bank_use(const vector_descriptor& d, const vector_chunk& c) {
    return std::uint64_t(c.input_rows()) * (d.a.row_bytes() + (d.has_second ? d.b.row_bytes() : 0)) +
           std::uint64_t(c.rows) * d.result.row_bytes();
}

vector_chunk rows_from(const vector_descriptor& d, rows_under under, std::int32_t first, std::int32_t count) {
    vector_chunk c = results_from(d, first, count);
    c.inputs = {under(d, first, count)};
    if (d.has_second) c.second_inputs = c.inputs.front();
    return c;
}

std::vector<vector_chunk> cut(const vector_descriptor& d, rows_under under, std::uint64_t bank_bytes) {
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.result.rows;) {
        vector_chunk c = rows_from(d, under, row, 1);
        for (vector_chunk more = c; row + more.rows < d.result.rows;) {
            more = rows_from(d, under, row, c.rows + 1);
            if (bank_use(d, more) > bank_bytes) break;
            c = more;
        }
        chunks.push_back(c);
        row += c.rows;
    }
    return chunks;
}

}  // namespace

std::vector<vector_chunk> cut_by_rows(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut(d, same_rows, bank_bytes); }
std::vector<vector_chunk> cut_by_windows(const vector_descriptor& d, std::uint64_t bank_bytes) { return cut(d, window_rows, bank_bytes); }

vector_chunk results_from(const vector_descriptor& d, std::int32_t first, std::int32_t count) {
    vector_chunk c;
    c.first_row = first;
    c.rows = count;
    c.result_offset = std::uint64_t(first) * d.result.row_bytes();
    c.result_bytes = std::uint64_t(count) * d.result.row_bytes();
    return c;
}

std::int32_t rows_fitting(const memory_tensor& t, std::uint64_t bank_bytes) {
    return static_cast<std::int32_t>(std::clamp<std::uint64_t>(bank_bytes / t.row_bytes(), 1, std::uint64_t(t.rows)));
}

void mark_rows(const memory_tensor& t, std::int64_t first, std::int64_t step, std::int64_t count, std::vector<bool>& rows) {
    const std::int64_t columns = t.row_elements, stride = std::abs(step), other_end = first + (count - 1) * step;
    const std::int64_t last = std::max(first, other_end);
    for (std::int64_t at = std::min(first, other_end); at <= last;) {  // from row to row
        const std::int64_t row = at / columns;
        rows.at(std::size_t(row)) = true;
        if (stride == 0) return;
        at += std::int64_t(ceil_div((row + 1) * columns - at, stride)) * stride;
    }
}

std::vector<row_range> ranges_of(const std::vector<bool>& rows) {
    std::vector<row_range> ranges;
    for (auto first = rows.begin(); (first = std::find(first, rows.end(), true)) != rows.end();) {
        const auto end = std::find(first, rows.end(), false);
        ranges.push_back({static_cast<std::int32_t>(first - rows.begin()), static_cast<std::int32_t>(end - first)});
        first = end;
    }
    return ranges;
}

}  // namespace symmetree
