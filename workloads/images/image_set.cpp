#include "workloads/images/image_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.h"
#include "core/text.h"
#include "workloads/images/byte_stream.h"
#include "workloads/images/formats.h"

namespace symmetree {
namespace {

namespace fs = std::filesystem;
using namespace image_formats;

/// The first bytes of a file, decompressed; fewer where it is shorter.
std::string first_bytes(const std::string& path) {
    std::string magic(4, '\0');
    std::ifstream in(path, std::ios::binary);
    if (!in) refuse(path, "", "can't be read");
    in.read(magic.data(), 4);
    magic.resize(static_cast<std::size_t>(in.gcount()));
    if (magic.compare(0, 2, "\x1f\x8b") != 0) return magic;
    const std::vector<std::uint8_t> inner = open_file(path)->read(4);
    return {inner.begin(), inner.end()};
}

bool is_idx(const std::string& magic) { return magic.size() == 4 && magic[0] == '\0' && magic[1] == '\0' && magic[2] != '\0'; }

image_set read_file(const std::string& path, std::int64_t limit) {
    const std::string magic = first_bytes(path);
    if (magic == "PK\x03\x04") return read_npz(path, limit);
    if (magic == "\x89PNG" || magic.compare(0, 3, "\xff\xd8\xff") == 0) return read_picture(path);
    if (is_cifar_size(fs::file_size(path))) return read_cifar(path, limit);
    if (is_idx(magic)) return read_idx(path, limit);
    refuse(path, "", "is no image set: npz, IDX (gzipped or not), CIFAR binary, PNG, JPEG and folders of these two are allowed");
}

/// Fashion-MNIST and MNIST as they are handed out: the folder stands for its test images.
image_set read_directory(const std::string& path, std::int64_t limit) {
    for (const char* name : {"t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz"})
        if (const fs::path file = fs::path(path) / name; fs::exists(file)) return read_idx(file.string(), limit);
    return read_folder(path, limit);
}

}  // namespace

namespace image_formats {

void set_shape(image_set& images, std::int64_t stored, std::int64_t channels, std::int64_t height, std::int64_t width,
               std::size_t pixel_bytes, std::int64_t limit, const std::string& path) {
    if (stored < 1) refuse(path, "", "has no images");
    if (channels != 1 && channels != 3) refuse(path, "", fmt::format("1 or 3 channels are allowed, given {}", channels));
    for (const std::int64_t side : {height, width})
        if (side < 1 || side > largest_side)
            refuse(path, "", fmt::format("images of 1 to {} pixels a side are allowed, given {}", largest_side, side));
    const std::int64_t image_bytes = channels * height * width * static_cast<std::int64_t>(pixel_bytes);
    images.count = limit > 0 ? std::min(limit, stored) : stored;
    if (images.count > largest_set_bytes / image_bytes)
        refuse(path, "",
               fmt::format("{} images of {} bytes; {} bytes are allowed: give a limit", images.count, image_bytes, largest_set_bytes));
    images.channels = static_cast<int>(channels);
    images.height = static_cast<int>(height);
    images.width = static_cast<int>(width);
}

}  // namespace image_formats

std::vector<float> image_set::image(std::int64_t index, const normalization& n) const {
    const std::size_t plane = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    const std::size_t begin = static_cast<std::size_t>(index) * static_cast<std::size_t>(channels) * plane;
    return std::visit([&](const auto& stored) { return normalized(stored.data() + begin, channels, plane, n); }, pixels);
}

image_set load_image_set(const std::string& path, std::int64_t limit) {
    std::error_code failed;
    const bool is_folder = fs::is_directory(path, failed);
    if (!is_folder && !fs::is_regular_file(path, failed)) refuse(path, "", "can't be read");
    image_set images = is_folder ? read_directory(path, limit) : read_file(path, limit);
    const fs::path plain = fs::path(path).lexically_normal();
    images.name = printable((plain.has_filename() ? plain : plain.parent_path()).filename().string());
    return images;
}

void check_shape(const image_set& images, int channels, int height, int width, const std::string& network) {
    if (images.channels != channels || images.height != height || images.width != width)
        refuse(images.name, "",
               fmt::format("its images are {}, '{}' takes {}", dimensions_text({images.channels, images.height, images.width}), network,
                           dimensions_text({channels, height, width})));
}

void check_labels(const image_set& images, int classes) {
    if (images.labels.empty()) refuse(images.name, "labels", "are missing: accuracy is counted by them");
    const auto odd = std::find_if(images.labels.begin(), images.labels.end(), [&](int label) { return label < 0 || label >= classes; });
    if (odd != images.labels.end())
        refuse(images.name, fmt::format("label of image {}", odd - images.labels.begin()),
               fmt::format("0 to {} are the network's classes, given {}", classes - 1, *odd));
}

}  // namespace symmetree
