#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/vector_job.h"
#include "models/vector_unit/operator_table.h"

namespace symmetree {

/// The values of one step, image by image: packed rows in, packed rows out.
class vector_step {
public:
    /// From now on chunks are those of this image.
    void begin(const vector_job& job, std::size_t image);
    /// What a chunk takes.
    vector_cost cost(const vector_chunk& c, int lanes) const;
    /// `operands`: the chunk's rows of `a`, then those of `b`. Returns the chunk's result_bytes.
    std::vector<std::uint8_t> run(const vector_chunk& c, const std::vector<std::uint8_t>& operands);

private:
    vector_descriptor d_;
    vector_parameters parameters_;
    step_codes codes_;
};

}  // namespace symmetree
