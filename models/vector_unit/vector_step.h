#pragma once

#include <cstdint>
#include <vector>

#include "models/vector_unit/parameter_table.h"
#include "models/vector_unit/vector_job.h"
#include "models/vector_unit/vector_timing.h"

namespace symmetree {

/// `rows` packed rows of a tensor as codes, and back.
void unpack_rows(const memory_tensor& t, const std::uint8_t* bytes, std::int64_t rows, std::int16_t* codes);
std::vector<std::uint8_t> pack_rows(const memory_tensor& t, const std::int16_t* codes, std::int64_t rows);

/// The values of one step: packed rows in, packed rows out. Keeps the whole result of a rearrangement between its chunks.
class vector_step {
public:
    void begin(const vector_job& job);
    /// How much work a chunk is.
    vector_work work(const vector_chunk& c) const;
    /// `operands`: the chunk's rows of `a`, then those of `b`. Returns the chunk's result_bytes.
    std::vector<std::uint8_t> run(const vector_chunk& c, const std::vector<std::uint8_t>& operands);

private:
    void compute_rows(const vector_chunk& c);
    void rearrange();
    void stage();

    vector_descriptor d_;
    vector_parameters parameters_;
    std::vector<std::int16_t> a_, b_, out_;
    std::vector<std::uint8_t> moved_;   ///< rearrange, stage: the whole result, packed
};

}  // namespace symmetree
