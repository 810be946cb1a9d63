#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "workloads/images/byte_stream.h"
#include "workloads/images/formats.h"

namespace symmetree::image_formats {
namespace {

namespace fs = std::filesystem;

constexpr int unsigned_bytes = 0x08, floats = 0x0d;  // the format's codes of element types

struct idx_header {
    int type = 0;
    std::vector<std::int64_t> dimensions;
};

std::int64_t big_endian(const std::uint8_t* bytes) {
    return std::int64_t{bytes[0]} << 24 | std::int64_t{bytes[1]} << 16 | std::int64_t{bytes[2]} << 8 | bytes[3];
}

idx_header read_header(byte_stream& in) {
    const std::vector<std::uint8_t> magic = in.read(4);
    if (magic[0] != 0 || magic[1] != 0)
        refuse(in.file(), "magic", fmt::format("two zero bytes are wanted, given {:02x} {:02x}", magic[0], magic[1]));
    idx_header header;
    header.type = magic[2];
    if (header.type != unsigned_bytes && header.type != floats)
        refuse(in.file(), "magic", fmt::format("elements of type 08 (bytes) or 0d (floats) are allowed, given {:02x}", header.type));
    if (magic[3] < 1 || magic[3] > 4) refuse(in.file(), "magic", fmt::format("1 to 4 dimensions are allowed, given {}", magic[3]));
    const std::vector<std::uint8_t> extents = in.read(4 * std::uint64_t{magic[3]});
    for (std::size_t d = 0; d < magic[3]; ++d) header.dimensions.push_back(big_endian(extents.data() + 4 * d));
    return header;
}

std::vector<float> big_endian_floats(const std::vector<std::uint8_t>& bytes, const std::string& path) {
    std::vector<float> values(bytes.size() / 4);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto bits = static_cast<std::uint32_t>(big_endian(bytes.data() + 4 * i));
        std::memcpy(&values[i], &bits, sizeof bits);
        if (!std::isfinite(values[i])) refuse(path, "", fmt::format("element {} is not a finite float", i));
    }
    return values;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
    if (const std::size_t at = text.rfind(from); at != std::string::npos) text.replace(at, from.size(), to);
}

/// The file of labels beside a file of images, gzipped or not; empty where there is none.
std::string labels_beside(const std::string& path) {
    std::string name = fs::path(path).filename().string();
    replace(name, "images", "labels");
    replace(name, "idx3", "idx1");
    if (name == fs::path(path).filename().string()) return "";
    const fs::path same = fs::path(path).parent_path() / name;
    const std::string other = same.extension() == ".gz" ? fs::path(same).replace_extension().string() : same.string() + ".gz";
    for (const std::string& candidate : {same.string(), other})
        if (fs::exists(candidate)) return candidate;
    return "";
}

std::vector<int> read_labels(const std::string& path, std::int64_t images, std::int64_t wanted) {
    const auto in = open_file(path);
    const idx_header header = read_header(*in);
    if (header.type != unsigned_bytes || header.dimensions.size() != 1)
        refuse(path, "",
               fmt::format("labels are bytes in one dimension, given {} dimensions of type {:02x}", header.dimensions.size(), header.type));
    if (header.dimensions[0] != images) refuse(path, "", fmt::format("{} labels for {} images", header.dimensions[0], images));
    const std::vector<std::uint8_t> bytes = in->read(static_cast<std::uint64_t>(images));
    in->expect_end();
    return {bytes.begin(), bytes.begin() + wanted};
}

}  // namespace

image_set read_idx(const std::string& path, std::int64_t limit) {
    const auto in = open_file(path);
    const idx_header header = read_header(*in);
    const std::vector<std::int64_t>& dims = header.dimensions;
    if (dims.size() < 3) refuse(path, "", fmt::format("images have 3 or 4 dimensions, given {}: is it the file of labels?", dims.size()));
    image_set images;
    const std::size_t pixel_bytes = header.type == floats ? sizeof(float) : 1;
    set_shape(images, dims[0], dims.size() == 4 ? dims[1] : 1, dims[dims.size() - 2], dims.back(), pixel_bytes, limit, path);
    std::vector<std::uint8_t> bytes =
        in->read(static_cast<std::uint64_t>(images.count * images.channels * images.height * images.width) * pixel_bytes);
    if (images.count == dims[0]) in->expect_end();
    if (header.type == floats)
        images.pixels = big_endian_floats(bytes, path);
    else
        images.pixels = std::move(bytes);
    if (const std::string beside = labels_beside(path); !beside.empty()) images.labels = read_labels(beside, dims[0], images.count);
    return images;
}

}  // namespace symmetree::image_formats
