#pragma once

#include <optional>
#include <string>

#include "workloads/formats/quantized_weights.h"

namespace symmetree {

/// Changes whenever the file's layout or any fit changes, so that stale files are never read.
inline constexpr int weight_file_version = 3;

/// The stored form of fitted weights: magic, sizes, key, arrays in the machine's (little-endian) layout, checksum.
std::string to_weight_file(const quantized_weights& q, const std::string& key);

/// The weights of a stored file; nothing when the bytes are damaged, cut short, of another version or of another key.
std::optional<quantized_weights> from_weight_file(const std::string& bytes, const std::string& key);

}  // namespace symmetree
