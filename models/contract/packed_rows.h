#pragma once

#include <cstdint>
#include <vector>

#include "models/contract/vector_descriptor.h"

namespace symmetree {

/// `rows` packed rows of a tensor as codes, and back.
void unpack_rows(const memory_tensor& t, const std::uint8_t* bytes, std::int64_t rows, std::int16_t* codes);
std::vector<std::uint8_t> pack_rows(const memory_tensor& t, const std::int16_t* codes, std::int64_t rows);

}  // namespace symmetree
