#include "models/vector_unit/vector_descriptor.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "core/error.h"
#include "models/sequencer/descriptor.h"
#include "models/vector_unit/adapter_math.h"

namespace symmetree {
namespace {

static_assert(std::is_trivially_copyable_v<vector_descriptor> && sizeof(vector_descriptor) <= descriptor_bytes);
static_assert(offsetof(vector_descriptor, a) == 16 && offsetof(vector_descriptor, parameters_address) == 88 && offsetof(vector_descriptor, copy) == 104 &&
              offsetof(vector_descriptor, scale_address) == 184);

bool is_tensor(const memory_tensor& t) { return t.rows >= 1 && t.row_elements >= 1 && t.bits >= 2 && t.bits <= 16; }

bool is_step(const vector_descriptor& d) {
    const bool fits = static_cast<vector_operation>(d.operation) != vector_operation::adapter || d.result.bytes() == image_scale_bytes;
    return d.operation < vector_operations && fits && is_tensor(d.a) && is_tensor(d.result) && (d.has_second == 0 || is_tensor(d.b)) && d.kernel_rows >= 1 &&
           d.stride_rows >= 1 && d.trees >= 1 && d.lanes >= 1 && std::all_of(d.copy.extent, d.copy.extent + copy_rank, [](std::int32_t e) { return e >= 1; });
}

bool moves(const vector_descriptor& d) {
    const auto operation = static_cast<vector_operation>(d.operation);
    return operation == vector_operation::rearrange || operation == vector_operation::stage;
}

bool has_windows(const vector_descriptor& d) {
    const auto operation = static_cast<vector_operation>(d.operation);
    return operation == vector_operation::pool || operation == vector_operation::mean;
}

/// Rows of the input under rows [first, first + count) of the result.
void set_inputs(const vector_descriptor& d, vector_chunk& c) {
    if (!has_windows(d)) {
        c.first_input = c.first_row;
        c.inputs = c.rows;
        return;
    }
    const std::int32_t first = c.first_row * d.stride_rows + d.first_row, end = (c.first_row + c.rows - 1) * d.stride_rows + d.first_row + d.kernel_rows;
    c.first_input = std::clamp(first, 0, d.a.rows);
    c.inputs = std::clamp(end, 0, d.a.rows) - c.first_input;
}

std::uint64_t bank_use(const vector_descriptor& d, const vector_chunk& c) {
    return std::uint64_t(c.inputs) * (d.a.row_bytes() + (d.has_second ? d.b.row_bytes() : 0)) + std::uint64_t(c.rows) * d.result.row_bytes();
}

vector_chunk rows_from(const vector_descriptor& d, std::int32_t first, std::int32_t count) {
    vector_chunk c;
    c.first_row = first;
    c.rows = count;
    set_inputs(d, c);
    if (d.has_second) c.second_inputs = c.inputs;
    c.result_offset = std::uint64_t(first) * d.result.row_bytes();
    c.result_bytes = std::uint64_t(count) * d.result.row_bytes();
    return c;
}

/// Every bank of results takes a walk over the whole source.
std::vector<vector_chunk> sweeps_of(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const bool stages = static_cast<vector_operation>(d.operation) == vector_operation::stage;
    const std::uint64_t total = stages ? staged_bytes(d) : d.result.bytes();
    const std::uint64_t sweeps = ceil_div(total, bank_bytes);
    std::vector<vector_chunk> chunks;
    for (std::uint64_t offset = 0; offset < total; offset += bank_bytes) {
        vector_chunk c;
        c.inputs = d.a.rows;
        if (d.has_second) c.second_inputs = d.b.rows;
        c.moved = ceil_div(std::uint64_t(d.copy.elements()), sweeps);
        c.result_offset = offset;
        c.result_bytes = std::min(bank_bytes, total - offset);
        chunks.push_back(c);
    }
    return chunks;
}

/// Rows of the image, piece by piece; the last one makes the result.
std::vector<vector_chunk> pieces_of(const vector_descriptor& d, std::uint64_t bank_bytes) {
    const auto fitting = static_cast<std::int32_t>(std::clamp<std::uint64_t>(bank_bytes / d.a.row_bytes(), 1, std::uint64_t(d.a.rows)));
    std::vector<vector_chunk> chunks;
    for (std::int32_t row = 0; row < d.a.rows; row += fitting) {
        vector_chunk c;
        c.first_input = row;
        c.inputs = std::min(fitting, d.a.rows - row);
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

std::uint64_t staged_bytes(const vector_descriptor& d) {
    std::uint64_t sum = 0;
    for (std::int32_t n = 0; n < d.copy.extent[1]; n += d.trees)
        for (std::int32_t k = 0; k < d.copy.extent[2]; k += d.lanes) {
            const auto rows = std::uint64_t(std::min<std::int32_t>(d.trees, d.copy.extent[1] - n)), columns = std::uint64_t(std::min<std::int32_t>(d.lanes, d.copy.extent[2] - k));
            sum += ceil_div(rows * columns * d.result.bits, 8);
        }
    return sum * std::uint64_t(d.copy.extent[0]);
}

std::vector<vector_chunk> chunks_of(const vector_descriptor& d, std::uint64_t bank_bytes) {
    if (moves(d)) return sweeps_of(d, bank_bytes);
    if (static_cast<vector_operation>(d.operation) == vector_operation::adapter) return pieces_of(d, bank_bytes);
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
