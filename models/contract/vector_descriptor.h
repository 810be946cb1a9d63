#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/units.h"

namespace symmetree {

/// What the vector unit does with a tensor. Definitions: docs/numerics.md, "Operators of the vector unit".
enum class vector_operation : std::uint8_t {
    requantize,  ///< another format, clamp (ReLU, ReLU6), factor
    add,         ///< a + b
    gelu,
    softmax,     ///< of every row
    layer_norm,  ///< of every row
    pool,        ///< windows of an image, maximum or mean
    mean,        ///< over rows: global pooling, mean of tokens
    rearrange,   ///< another order of the elements, requantized on the way
    stage,       ///< an operand of an attention product into the order of a weight stream
    adapter      ///< beta of an image and its reciprocal, for a tensor whose step is chosen per image
};
constexpr int vector_operations = 10;

/// A tensor in memory: rows of packed codes, each row byte-aligned. The layout that the activation buffer reads.
struct memory_tensor {
    std::uint64_t address = 0;
    std::int32_t rows = 0, row_elements = 0;
    std::uint8_t bits = 8;
    std::uint8_t is_signed = 1;  ///< two's complement, else unsigned
    std::uint16_t reserved = 0;
    std::uint32_t reserved_2 = 0;

    std::uint64_t row_bytes() const { return ceil_div(std::uint64_t(row_elements) * bits, 8); }
    std::uint64_t bytes() const { return std::uint64_t(rows) * row_bytes(); }
    std::int64_t elements() const { return std::int64_t{rows} * row_elements; }
};

constexpr int copy_rank = 6;
/// The elements of a box, in both tensors counted row by row without the rows' padding.
struct strided_copy {
    std::int32_t extent[copy_rank] = {1, 1, 1, 1, 1, 1};
    std::int32_t from_stride[copy_rank] = {};
    std::int32_t to_stride[copy_rank] = {};  ///< not used by stage
    std::int32_t from_first = 0, to_first = 0;

    std::int64_t elements() const {
        std::int64_t count = 1;
        for (const std::int32_t e : extent) count *= e;
        return count;
    }
};

/// `count` elements from `from` to `to`, steps apart.
struct strided_run {
    std::int64_t from = 0, to = 0, count = 0, from_step = 0, to_step = 0;
};
/// The box's elements with first <= to < end, run by run; takes about as long as there are runs. Strides in the result are not negative.
void for_runs_into(const strided_copy& box, std::int64_t first, std::int64_t end, const std::function<void(const strided_run&)>& visit);

/// A step of the vector unit as the host describes it in memory; as long as a layer's descriptor, little-endian (docs/architecture.md,
/// "Memory image"). `parameters` holds what encode_parameters() wrote.
struct vector_descriptor {
    std::uint32_t magic = 0;
    std::uint8_t operation = 0;          ///< vector_operation
    std::uint8_t has_second = 0;         ///< reads `b`, too
    std::uint16_t kernel_rows = 1;       ///< pool, mean: rows of the input under one row of the result
    std::uint16_t stride_rows = 1;       ///< pool, mean: from one row of the result to the next
    std::int16_t first_row = 0;          ///< pool: the first of them for result row 0; negative: padding
    std::uint16_t trees = 1, lanes = 1;  ///< stage: the tile's size
    memory_tensor a, b, result;
    std::uint64_t parameters_address = 0;
    std::uint32_t parameters_bytes = 0;
    std::uint32_t reserved = 0;
    strided_copy copy;  ///< rearrange; stage: extents repeat, channels, inputs
    /// Where adapters wrote their betas; 0: none. requantize: the result's step is times beta; add: those of `a` and of `b` are.
    std::uint64_t scale_address[2] = {};
};

constexpr std::uint32_t vector_magic = 0x564d5953;  // "SYMV"

std::vector<std::uint8_t> encode(const vector_descriptor& d);
/// True when the bytes begin like a descriptor of the vector unit.
bool is_vector_descriptor(const std::vector<std::uint8_t>& bytes);
/// Throws model_fault when the bytes are no descriptor or one of no operation.
vector_descriptor decode_vector_descriptor(const std::vector<std::uint8_t>& bytes);

/// One tile of the weight stream that `stage` writes: channel after channel, input after input, in whole bytes.
struct staged_tile {
    std::int64_t from = 0;  ///< where its first element stands in `a`
    std::int32_t channels = 0, inputs = 0;
    std::uint64_t bytes = 0;
    /// The elements of one channel.
    strided_run run(const vector_descriptor& d, std::int32_t channel) const;
};
/// Tiles in the order of a layer's dense codes: inputs first, then channels, then repeats.
std::int64_t staged_tiles(const vector_descriptor& d);
staged_tile staged_tile_at(const vector_descriptor& d, std::int64_t index);
std::uint64_t staged_bytes(const vector_descriptor& d);

/// Rows of a tensor, one after the other.
struct row_range {
    std::int32_t first = 0, count = 0;
};

/// One trip through the unit's banks: what is fetched, for how long it is worked on, what is written.
struct vector_chunk {
    std::int32_t first_row = 0, rows = 0;  ///< of the result; stage: its tiles
    std::vector<row_range> inputs;         ///< rows of `a`, ascending
    row_range second_inputs;               ///< rows of `b`
    std::uint64_t moved = 0;               ///< rearrange, stage: elements that find their place
    std::uint64_t result_offset = 0, result_bytes = 0;

    std::int32_t input_rows() const {
        std::int32_t sum = 0;
        for (const row_range& r : inputs) sum += r.count;
        return sum;
    }
};
/// Cuts a step so that what is fetched and made fits `bank_bytes`, whole rows at a time, at least one. A rearrangement fills a bank with
/// results and reads the rows that hold elements of them; of a result that is there already (`b`) it leaves out the rows in which nothing
/// lands. Staging does so with whole tiles. An adapter writes behind the last rows only.
std::vector<vector_chunk> chunks_of(const vector_descriptor& d, std::uint64_t bank_bytes);

}  // namespace symmetree
