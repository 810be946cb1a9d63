#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace symmetree::image_formats {

/// Throws input_error about a file of images.
[[noreturn]] void refuse(const std::string& file, const std::string& field, const std::string& message);

/// Bytes one after the other, from a file or from a compressed one. Memory is taken as bytes arrive, not as a header promises them.
class byte_stream {
public:
    virtual ~byte_stream() = default;

    /// Exactly `count` bytes; throws input_error where there are fewer, or where the compressed data is damaged.
    std::vector<std::uint8_t> read(std::uint64_t count);
    /// Throws input_error where bytes are left.
    void expect_end();

    const std::string& file() const { return file_; }

protected:
    explicit byte_stream(std::string file) : file_(std::move(file)) {}

private:
    /// Up to `count` bytes, 0 only at the end. Throws input_error about damage.
    virtual std::size_t read_some(std::uint8_t* bytes, std::size_t count) = 0;

    const std::string file_;
    std::uint64_t done_ = 0;
};

/// A file as it is, or decompressed where it is gzipped.
std::unique_ptr<byte_stream> open_file(const std::string& path);

}  // namespace symmetree::image_formats
