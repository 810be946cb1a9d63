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

/// The values of one step: packed rows in, packed rows out. Keeps the whole result of a rearrangement between its chunks,
/// the image of an adapter as well.
class vector_step {
public:
    void begin(const vector_job& job);
    /// What a chunk takes.
    vector_cost cost(const vector_chunk& c, int lanes) const;
    /// `operands`: the chunk's rows of `a`, then those of `b`. Returns the chunk's result_bytes.
    std::vector<std::uint8_t> run(const vector_chunk& c, const std::vector<std::uint8_t>& operands);

private:
    vector_work work(const vector_chunk& c) const;
    std::vector<std::uint8_t> adapt(const vector_chunk& c);
    void compute_rows(const vector_chunk& c);
    void rearrange();
    void stage();

    vector_descriptor d_;
    vector_parameters parameters_;
    std::vector<std::int16_t> a_, b_, out_;
    std::vector<std::uint8_t> moved_;   ///< rearrange, stage: the whole result, packed
    std::vector<std::int16_t> image_;   ///< adapter: the image as far as it has come
};

}  // namespace symmetree
