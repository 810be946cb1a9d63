#include <fmt/format.h>

#include <filesystem>

#include "workloads/images/byte_stream.h"
#include "workloads/images/formats.h"

namespace symmetree::image_formats {
namespace {

constexpr std::uint64_t image_bytes = 3 * 32 * 32;

struct record_layout {
    std::uint64_t labels;  ///< bytes before the pixels; the last of them is the label
    int classes;
};
constexpr record_layout layouts[] = {{1, 10}, {2, 100}};  // CIFAR-10, CIFAR-100

const record_layout* layout_of(std::uint64_t bytes) {
    for (const record_layout& layout : layouts)
        if (bytes > 0 && bytes % (layout.labels + image_bytes) == 0) return &layout;
    return nullptr;
}

}  // namespace

bool is_cifar_size(std::uint64_t bytes) { return layout_of(bytes) != nullptr; }

image_set read_cifar(const std::string& path, std::int64_t limit) {
    const std::uint64_t size = std::filesystem::file_size(path);
    const record_layout layout = *layout_of(size);
    image_set images;
    set_shape(images, static_cast<std::int64_t>(size / (layout.labels + image_bytes)), 3, 32, 32, 1, limit, path);
    const auto in = open_file(path);
    std::vector<std::uint8_t> pixels;
    for (std::int64_t i = 0; i < images.count; ++i) {
        const std::vector<std::uint8_t> record = in->read(layout.labels + image_bytes);
        const int label = record[layout.labels - 1];
        if (label >= layout.classes)
            refuse(path, fmt::format("label of image {}", i),
                   fmt::format("0 to {} is allowed in a CIFAR-{} file, given {}", layout.classes - 1, layout.classes, label));
        images.labels.push_back(label);
        pixels.insert(pixels.end(), record.begin() + static_cast<std::ptrdiff_t>(layout.labels), record.end());
    }
    images.pixels = std::move(pixels);
    return images;
}

}  // namespace symmetree::image_formats
