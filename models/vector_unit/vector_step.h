#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/parameter_table.h"
#include "models/contract/vector_job.h"
#include "models/vector_unit/vector_timing.h"

namespace symmetree {

/// `rows` packed rows of a tensor as codes, and back.
void unpack_rows(const memory_tensor& t, const std::uint8_t* bytes, std::int64_t rows, std::int16_t* codes);
std::vector<std::uint8_t> pack_rows(const memory_tensor& t, const std::int16_t* codes, std::int64_t rows);

/// The values of one step: packed rows in, packed rows out. Between its chunks it keeps the rows that rearranging and staging have
/// read, and an adapter's image.
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
    std::vector<std::uint8_t> rearrange(const vector_chunk& c, const std::vector<std::uint8_t>& operands);
    void take_rows(const vector_chunk& c, const std::uint8_t* bytes);
    std::vector<std::uint8_t> stage(const vector_chunk& c, const std::vector<std::uint8_t>& operands);

    vector_descriptor d_;
    vector_parameters parameters_;
    std::vector<std::int16_t> a_, b_, out_;
    std::vector<bool> taken_;          ///< rearrange, stage: rows of `a` that stand in a_
    std::vector<std::int16_t> image_;  ///< adapter: the image as far as it has come
};

}  // namespace symmetree
