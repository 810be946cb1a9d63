#include "models/contract/vector_descriptor.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <type_traits>

#include "core/error.h"
#include "models/contract/descriptor.h"
#include "models/contract/image_scale.h"

namespace symmetree {
namespace {

static_assert(std::is_trivially_copyable_v<vector_descriptor> && sizeof(vector_descriptor) <= descriptor_bytes);
static_assert(std::has_unique_object_representations_v<vector_descriptor>, "padding would be written as it was found in memory");
static_assert(offsetof(vector_descriptor, a) == 16 && offsetof(vector_descriptor, parameters_address) == 88 &&
              offsetof(vector_descriptor, copy) == 104 && offsetof(vector_descriptor, scale_address) == 184);

bool is_tensor(const memory_tensor& t) { return t.rows >= 1 && t.row_elements >= 1 && t.bits >= 2 && t.bits <= 16; }

bool is_step(const vector_descriptor& d) {
    const bool fits = static_cast<vector_operation>(d.operation) != vector_operation::adapter || d.result.bytes() == image_scale_bytes;
    return d.operation < vector_operations && fits && is_tensor(d.a) && is_tensor(d.result) && (d.has_second == 0 || is_tensor(d.b)) &&
           d.kernel_rows >= 1 && d.stride_rows >= 1 && d.trees >= 1 && d.lanes >= 1 &&
           std::all_of(d.copy.extent, d.copy.extent + copy_rank, [](std::int32_t e) { return e >= 1; });
}

bool has_windows(const vector_descriptor& d) {
    const auto operation = static_cast<vector_operation>(d.operation);
    return operation == vector_operation::pool || operation == vector_operation::mean;
}

/// Rows of the input under rows [first, first + count) of the result.
row_range rows_under(const vector_descriptor& d, std::int32_t first, std::int32_t count) {
    if (!has_windows(d)) return {first, count};
    const std::int32_t from = first * d.stride_rows + d.first_row, end = (first + count - 1) * d.stride_rows + d.first_row + d.kernel_rows;
    const std::int32_t inside = std::clamp(from, 0, d.a.rows);
    return {inside, std::clamp(end, 0, d.a.rows) - inside};
}

std::uint64_t bank_use(const vector_descriptor& d, const vector_chunk& c) {
    return std::uint64_t(c.input_rows()) * (d.a.row_bytes() + (d.has_second ? d.b.row_bytes() : 0)) +
           std::uint64_t(c.rows) * d.result.row_bytes();
}

/// Without its operands.
vector_chunk results_from(const vector_descriptor& d, std::int32_t first, std::int32_t count) {
    vector_chunk c;
    c.first_row = first;
    c.rows = count;
    c.result_offset = std::uint64_t(first) * d.result.row_bytes();
    c.result_bytes = std::uint64_t(count) * d.result.row_bytes();
    return c;
}

vector_chunk rows_from(const vector_descriptor& d, std::int32_t first, std::int32_t count) {
    vector_chunk c = results_from(d, first, count);
    c.inputs = {rows_under(d, first, count)};
    if (d.has_second) c.second_inputs = c.inputs.front();
    return c;
}

std::int32_t rows_fitting(const memory_tensor& t, std::uint64_t bank_bytes) {
    return static_cast<std::int32_t>(std::clamp<std::uint64_t>(bank_bytes / t.row_bytes(), 1, std::uint64_t(t.rows)));
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

/// Notes the rows of the source that a run takes elements from.
void mark_rows(const vector_descriptor& d, const strided_run& run, std::vector<bool>& rows) {
    const std::int64_t columns = d.a.row_elements, step = std::abs(run.from_step), other_end = run.from + (run.count - 1) * run.from_step;
    const std::int64_t last = std::max(run.from, other_end);
    for (std::int64_t at = std::min(run.from, other_end); at <= last;) {  // from row to row
        const std::int64_t row = at / columns;
        rows.at(std::size_t(row)) = true;
        if (step == 0) return;
        at += std::int64_t(ceil_div((row + 1) * columns - at, step)) * step;
    }
}

/// Banks full of results with the rows of the source that hold elements of them.
std::vector<vector_chunk> gathered_by(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const std::int64_t columns = d.result.row_elements;
    const std::int32_t fitting = rows_fitting(d.result, bank_bytes);
    const bool in_place = d.has_second && d.b.address == d.result.address;
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.result.rows; row += fitting) {
        vector_chunk c = results_from(d, row, std::min(fitting, d.result.rows - row));
        std::vector<bool> sources(std::size_t(d.a.rows));
        for_runs_into(d.copy, c.first_row * columns, (c.first_row + c.rows) * columns, [&](const strided_run& run) {
            c.moved += std::uint64_t(run.count);
            mark_rows(d, run, sources);
        });
        if (in_place && c.moved == 0) continue;
        c.inputs = ranges_of(sources);
        if (d.has_second && c.moved < std::uint64_t(c.rows * columns)) c.second_inputs = {c.first_row, c.rows};
        chunks.push_back(c);
    }
    return chunks;
}

/// Banks full of whole tiles with the rows of the source that hold elements of them.
std::vector<vector_chunk> staged_by(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const auto tiles = static_cast<std::int32_t>(staged_tiles(d));
    std::vector<vector_chunk> chunks;
    for (std::int32_t tile = 0; tile < tiles;) {
        vector_chunk c;
        c.first_row = tile;
        c.result_offset = chunks.empty() ? 0 : chunks.back().result_offset + chunks.back().result_bytes;
        std::vector<bool> sources(std::size_t(d.a.rows));
        for (; tile < tiles; ++tile, ++c.rows) {
            const staged_tile t = staged_tile_at(d, tile);
            if (c.rows > 0 && c.result_bytes + t.bytes > bank_bytes) break;
            c.result_bytes += t.bytes;
            c.moved += std::uint64_t(t.channels) * std::uint64_t(t.inputs);
            for (std::int32_t channel = 0; channel < t.channels; ++channel) mark_rows(d, t.run(d, channel), sources);
        }
        c.inputs = ranges_of(sources);
        chunks.push_back(c);
    }
    return chunks;
}

/// Rows of the image, piece by piece; the last one makes the result.
std::vector<vector_chunk> pieces_of(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const std::int32_t fitting = rows_fitting(d.a, bank_bytes);
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.a.rows; row += fitting) {
        vector_chunk c;
        c.inputs = {{row, std::min(fitting, d.a.rows - row)}};
        chunks.push_back(c);
    }
    chunks.back().rows = d.result.rows;
    chunks.back().result_bytes = d.result.bytes();
    return chunks;
}

}  // namespace

std::vector<std::uint8_t> encode(const vector_descriptor& d) {
    std::vector<std::uint8_t> bytes(descriptor_bytes);
    std::memcpy(bytes.data(), &d, sizeof(d));
    return bytes;
}

bool is_vector_descriptor(const std::vector<std::uint8_t>& bytes) {
    std::uint32_t magic = 0;
    if (bytes.size() >= sizeof(magic)) std::memcpy(&magic, bytes.data(), sizeof(magic));
    return magic == vector_magic;
}

vector_descriptor decode_vector_descriptor(const std::vector<std::uint8_t>& bytes) {
    vector_descriptor d;
    if (bytes.size() != descriptor_bytes) throw model_fault("the descriptor is not whole");
    std::memcpy(&d, bytes.data(), sizeof(d));
    if (d.magic != vector_magic || !is_step(d)) throw model_fault("a descriptor of the vector unit with a field out of its range");
    return d;
}

std::int64_t staged_tiles(const vector_descriptor& d) {
    return std::int64_t(d.copy.extent[0] * ceil_div(d.copy.extent[1], d.trees) * ceil_div(d.copy.extent[2], d.lanes));
}

staged_tile staged_tile_at(const vector_descriptor& d, std::int64_t index) {
    const auto across = std::int64_t(ceil_div(d.copy.extent[2], d.lanes)), down = std::int64_t(ceil_div(d.copy.extent[1], d.trees));
    const std::int64_t input = index % across * d.lanes, channel = index / across % down * d.trees, repeat = index / across / down;
    staged_tile t;
    t.channels = static_cast<std::int32_t>(std::min<std::int64_t>(d.trees, d.copy.extent[1] - channel));
    t.inputs = static_cast<std::int32_t>(std::min<std::int64_t>(d.lanes, d.copy.extent[2] - input));
    t.from = d.copy.from_first + repeat * d.copy.from_stride[0] + channel * d.copy.from_stride[1] + input * d.copy.from_stride[2];
    t.bytes = ceil_div(std::uint64_t(t.channels) * std::uint64_t(t.inputs) * d.result.bits, 8);
    return t;
}

strided_run staged_tile::run(const vector_descriptor& d, std::int32_t channel) const {
    return {from + std::int64_t{channel} * d.copy.from_stride[1], 0, inputs, d.copy.from_stride[2], 1};
}

std::uint64_t staged_bytes(const vector_descriptor& d) {
    const std::int64_t tiles = staged_tiles(d);
    std::uint64_t sum = 0;
    for (std::int64_t tile = 0; tile < tiles; ++tile) sum += staged_tile_at(d, tile).bytes;
    return sum;
}

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

std::vector<vector_chunk> chunks_of(const vector_descriptor& d, std::uint64_t bank_bytes) {
    switch (static_cast<vector_operation>(d.operation)) {
        case vector_operation::rearrange: return gathered_by(d, bank_bytes);
        case vector_operation::stage: return staged_by(d, bank_bytes);
        case vector_operation::adapter: return pieces_of(d, bank_bytes);
        default: break;
    }
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.result.rows;) {
        vector_chunk c = rows_from(d, row, 1);
        for (vector_chunk more = c; row + more.rows < d.result.rows;) {
            more = rows_from(d, row, c.rows + 1);
            if (bank_use(d, more) > bank_bytes) break;
            c = more;
        }
        chunks.push_back(c);
        row += c.rows;
    }
    return chunks;
}

}  // namespace symmetree
