#include "workloads/images/byte_stream.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "core/error.h"

namespace symmetree::image_formats {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

/// zlib reads files that are not gzipped as they are.
class file_stream final : public byte_stream {
public:
    explicit file_stream(const std::string& path) : byte_stream(path), handle_(gzopen(path.c_str(), "rb")) {
        if (!handle_) refuse(path, "", "can't be read");
    }
    ~file_stream() override { gzclose(handle_); }
    file_stream(const file_stream&) = delete;
    file_stream& operator=(const file_stream&) = delete;

private:
    std::size_t read_some(std::uint8_t* bytes, std::size_t count) override {
        const int got = gzread(handle_, bytes, static_cast<unsigned>(count));
        int code = Z_OK;
        gzerror(handle_, &code);
        if (got < 0 || (code != Z_OK && code != Z_BUF_ERROR)) refuse(file(), "", "its gzip data is damaged");
        if (got == 0 && code == Z_BUF_ERROR) refuse(file(), "", "its gzip data is truncated");
        return static_cast<std::size_t>(got);
    }

    gzFile handle_;
};

}  // namespace

void refuse(const std::string& file, const std::string& field, const std::string& message) {
    throw input_error(diagnostic{file, 0, 0, field, message});
}

std::vector<std::uint8_t> byte_stream::read(std::uint64_t count) {
    std::vector<std::uint8_t> out;
    while (out.size() < count) {
        const std::size_t before = out.size(), wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count - before, piece_bytes));
        out.resize(before + wanted);
        const std::size_t got = read_some(out.data() + before, wanted);
        out.resize(before + got);
        done_ += got;
        if (got == 0) refuse(file_, "", fmt::format("ends after {} bytes; {} more are wanted", done_, count - before));
    }
    return out;
}

void byte_stream::expect_end() {
    std::uint8_t byte = 0;
    if (read_some(&byte, 1) != 0) refuse(file_, "", fmt::format("goes on after the {} bytes that its header promises", done_));
}

std::unique_ptr<byte_stream> open_file(const std::string& path) { return std::make_unique<file_stream>(path); }

}  // namespace symmetree::image_formats
