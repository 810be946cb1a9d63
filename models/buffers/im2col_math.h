#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/descriptor.h"
#include "workloads/tiling/tiling.h"

namespace symmetree {

/// Where a vector's inputs stand and how they are read; all sizes in elements.
struct im2col_request {
    const layer_geometry* geometry = nullptr;
    std::int64_t first_vector = 0;
    std::int32_t vectors = 0;
    std::int32_t k_block = 0;
    int lanes = 0;             ///< inputs per vector; lanes beyond K carry 0
    int stride = 0;            ///< elements from one vector to the next in the result, >= lanes
    std::int16_t padding = 0;  ///< code outside the image
    piece part;                ///< which bits of a code
};

/// Packed rows of a bank as integers: one element per code, rows in the order of `runs`.
std::vector<std::int16_t> unpack_rows(const std::uint8_t* bank, const layer_geometry& g, const std::vector<row_run>& runs,
                                      bool codes_are_unsigned);

/// The im2col vectors of one k-block, [vectors][stride], from unpacked rows. k order: channel, kernel row, kernel column.
std::vector<std::int16_t> gather_vectors(const std::vector<std::int16_t>& rows, const std::vector<row_run>& runs,
                                         const im2col_request& request);

}  // namespace symmetree
