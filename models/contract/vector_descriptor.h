#pragma once

#include <cstdint>
#include <vector>

#include "core/units.h"

namespace symmetree {

/// What the vector unit does with a tensor. models/vector_unit/operator_table.h says what each of them is.
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

/// A tensor in memory: rows of packed codes, each row byte-aligned. The layout that the activation buffer reads.
struct memory_tensor {
    std::uint64_t address = 0;
    std::int32_t rows = 0, row_elements = 0;
    std::uint8_t bits = 8;
    std::uint8_t is_signed = 1;  ///< two's complement, else unsigned
    std::uint16_t reserved = 0;
    std::uint32_t image_bytes = 0;  ///< of a batch: from one image's tensor to the next's; 0: all images share it

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

/// A step of the vector unit as the host describes it in memory; as long as a layer's descriptor, little-endian (docs/architecture.md,
/// "Memory image"). At parameters_address stands what encode_parameters() wrote.
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
    std::uint32_t images = 1;  ///< the step is run for so many, one after the other
    strided_copy copy;         ///< rearrange; stage: extents repeat, channels, inputs
    /// Where adapters wrote their betas; 0: none. requantize: the result's step is times beta; add: those of `a` and of `b` are.
    std::uint64_t scale_address[2] = {};
};

constexpr std::uint32_t vector_magic = 0x564d5953;  // "SYMV"

/// As it stands there; a descriptor that nobody has checked may have a number that is none.
inline vector_operation operation_of(const vector_descriptor& d) { return static_cast<vector_operation>(d.operation); }

std::vector<std::uint8_t> encode(const vector_descriptor& d);
/// True when the bytes begin like a descriptor of the vector unit.
bool is_vector_descriptor(const std::vector<std::uint8_t>& bytes);

}  // namespace symmetree
