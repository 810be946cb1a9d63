#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/vector_descriptor.h"

namespace symmetree {

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

// Cuts of a step: what is fetched and made fits `bank_bytes`, whole rows at a time, at least one.

/// A row of the result is made of the same row of the operands.
std::vector<vector_chunk> cut_by_rows(const vector_descriptor& d, std::uint64_t bank_bytes);
/// A row of the result is made of the rows of `a` under its window.
std::vector<vector_chunk> cut_by_windows(const vector_descriptor& d, std::uint64_t bank_bytes);

// What special cuts are made of.

/// Rows of the result without their operands.
vector_chunk results_from(const vector_descriptor& d, std::int32_t first, std::int32_t count);
/// How many rows fit, 1 at least and the tensor's at most.
std::int32_t rows_fitting(const memory_tensor& t, std::uint64_t bank_bytes);
/// `count` elements of a tensor from element `first` on, `step` apart: notes the rows they stand in.
void mark_rows(const memory_tensor& t, std::int64_t first, std::int64_t step, std::int64_t count, std::vector<bool>& rows);
std::vector<row_range> ranges_of(const std::vector<bool>& rows);

}  // namespace symmetree
