#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
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

    bool has(const std::string& tensor) const { return entries_.count(tensor) != 0; }
    /// A list of numbers stored as `type`, of any length. Throws input_error where the type or the number of dimensions is another.
    template <class T>
    std::vector<T> list(const std::string& tensor, const std::string& type) const {
        const std::vector<std::uint8_t> stored = list_bytes(tensor, type, sizeof(T));
        std::vector<T> values(stored.size() / sizeof(T));
        if (!values.empty()) std::memcpy(values.data(), stored.data(), stored.size());
        return values;
    }

private:
    std::vector<std::uint8_t> list_bytes(const std::string& tensor, const std::string& type, std::size_t element_bytes) const;
    const safetensors_entry& entry_of(const std::string& tensor) const;
    std::vector<std::uint8_t> stored_bytes(const std::string& tensor, const safetensors_entry& entry) const;

    std::string path_;
    std::map<std::string, safetensors_entry> entries_;
};

/// Puts a safetensors file together in memory: tensors in the order in which they were added.
class safetensors_writer {
public:
    /// A list of numbers of a type as the format names it ("I8", "F64", ...).
    template <class T>
    void add(const std::string& tensor, const std::string& type, const std::vector<T>& values) {
        add(tensor, type, {static_cast<std::int64_t>(values.size())}, values);
    }
    /// The same numbers in a shape.
    template <class T>
    void add(const std::string& tensor, const std::string& type, const std::vector<std::int64_t>& dimensions,
             const std::vector<T>& values) {
        add_bytes(tensor, type, dimensions, values.data(), values.size() * sizeof(T));
    }
    /// The whole file.
    std::string text() const;

private:
    void add_bytes(const std::string& tensor, const std::string& type, const std::vector<std::int64_t>& dimensions, const void* bytes,
                   std::size_t size);

    std::vector<std::pair<std::string, safetensors_entry>> entries_;  ///< places count from the first byte of the data
    std::string data_;
};

}  // namespace symmetree
