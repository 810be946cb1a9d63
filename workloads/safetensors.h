#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace symmetree {

/// One entry of a safetensors header.
struct safetensors_entry {
    std::string type;  ///< as written: "F32", "BF16", ...
    std::vector<std::int64_t> dimensions;
    std::uint64_t begin = 0, end = 0;  ///< byte range in the file
};

/// A safetensors file: an 8-byte little-endian length, a JSON header, the tensors' bytes one after the other.
/// Format: https://github.com/huggingface/safetensors. Everything is checked against the file's size before it is used.
class safetensors_file {
public:
    /// Reads and checks the header. Throws input_error naming the file (and the tensor).
    explicit safetensors_file(std::string path);

    /// The entry of `tensor`, which must be of a floating type and have these dimensions; throws input_error otherwise.
    const safetensors_entry& find(const std::string& tensor, const std::vector<std::int64_t>& dimensions) const;
    /// Reads a tensor that find() accepted, as floats. Throws input_error at the first value that is not finite.
    std::vector<float> read(const std::string& tensor, const std::vector<std::int64_t>& dimensions) const;
    /// The stored bytes of a tensor that find() accepted.
    std::vector<std::uint8_t> bytes(const std::string& tensor, const std::vector<std::int64_t>& dimensions) const;

private:
    std::string path_;
    std::map<std::string, safetensors_entry> entries_;
};

}  // namespace symmetree
