#include "workloads/images/picture.h"

#include <fmt/format.h>
#include <png.h>
#include <turbojpeg.h>

#include <filesystem>
#include <memory>

#include "workloads/images/byte_stream.h"
#include "workloads/images/formats.h"

namespace symmetree::image_formats {
namespace {

constexpr std::uint64_t largest_file_bytes = std::uint64_t{1} << 30;

void check_sides(std::int64_t height, std::int64_t width, const std::string& path) {
    for (const std::int64_t side : {height, width})
        if (side < 1 || side > largest_side)
            refuse(path, "", fmt::format("1 to {} pixels a side are allowed, given {}", largest_side, side));
}

picture sized(int channels, std::int64_t height, std::int64_t width, const std::string& path) {
    check_sides(height, width, path);
    picture p{channels, static_cast<int>(height), static_cast<int>(width), {}};
    p.pixels.resize(static_cast<std::size_t>(channels * height * width));
    return p;
}

picture decode_png(const std::vector<std::uint8_t>& bytes, const std::string& path) {
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    const std::unique_ptr<png_image, void (*)(png_image*)> freed(&image, png_image_free);
    if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()))
        refuse(path, "", fmt::format("is a damaged PNG: {}", image.message));
    if ((image.format & PNG_FORMAT_FLAG_ALPHA) != 0) refuse(path, "", "PNGs without an alpha channel are allowed");
    if ((image.format & PNG_FORMAT_FLAG_LINEAR) != 0) refuse(path, "", "PNGs of 8 bits per channel are allowed, given 16");
    const bool is_colour = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
    picture p = sized(is_colour ? 3 : 1, image.height, image.width, path);
    image.format = is_colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    if (!png_image_finish_read(&image, nullptr, p.pixels.data(), 0, nullptr))
        refuse(path, "", fmt::format("is a damaged PNG: {}", image.message));
    return p;
}

picture decode_jpeg(const std::vector<std::uint8_t>& bytes, const std::string& path) {
    const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
    const auto damaged = [&] { refuse(path, "", fmt::format("is a damaged JPEG: {}", tjGetErrorStr2(decoder.get()))); };
    const auto size = static_cast<unsigned long>(bytes.size());
    int width = 0, height = 0, subsampling = 0, colours = 0;
    if (tjDecompressHeader3(decoder.get(), bytes.data(), size, &width, &height, &subsampling, &colours) != 0) damaged();
    if (colours == TJCS_CMYK || colours == TJCS_YCCK) refuse(path, "", "grey and RGB JPEGs are allowed, given CMYK");
    const bool is_grey = colours == TJCS_GRAY;
    picture p = sized(is_grey ? 1 : 3, height, width, path);
    // The accurate transform is what libjpeg, and with it Pillow and torchvision, uses unasked.
    const int flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING;
    if (tjDecompress2(decoder.get(), bytes.data(), size, p.pixels.data(), width, 0, height, is_grey ? TJPF_GRAY : TJPF_RGB, flags) != 0)
        damaged();
    return p;
}

}  // namespace

picture read_picture_file(const std::string& path) {
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(path, failed);
    if (failed || size == 0 || size > largest_file_bytes) refuse(path, "", "is neither PNG nor JPEG");
    const std::vector<std::uint8_t> bytes = open_file(path)->read(size);
    if (bytes[0] == 0x89) return decode_png(bytes, path);
    if (bytes[0] == 0xff) return decode_jpeg(bytes, path);
    refuse(path, "", "is neither PNG nor JPEG");
}

}  // namespace symmetree::image_formats
