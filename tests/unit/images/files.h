#pragma once

#include <png.h>
#include <turbojpeg.h>
#include <zip.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/workloads/files.h"
#include "workloads/images/image_set.h"

/// Image files as others write them, made by the libraries that others use.
namespace symmetree::testing_images {

using testing_files::error_of;
using testing_files::temporary_directory;

inline std::string bytes_text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

/// Bytes first, first + 1, ...
inline std::string counting(std::size_t count, int first = 0) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += static_cast<char>(first + static_cast<int>(i));
    return out;
}

/// A numpy array of format 1.
inline std::string npy(const std::string& type, const std::string& shape, const std::string& data, const std::string& order = "False") {
    std::string header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    header += std::string(63 - (10 + header.size()) % 64, ' ') + '\n';
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size() & 255) + static_cast<char>(header.size() >> 8) + header +
           data;
}

/// A zip file of these entries, deflated as numpy.savez_compressed() does or stored as numpy.savez() does.
inline std::string write_npz(const temporary_directory& directory, const std::vector<std::pair<std::string, std::string>>& entries,
                             bool deflated = true) {
    const std::string path = directory.file("x.npz");
    zip_t* file = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    for (const auto& [name, content] : entries) {
        const zip_int64_t index =
            zip_file_add(file, (name + ".npy").c_str(), zip_source_buffer(file, content.data(), content.size(), 0), 0);
        zip_set_file_compression(file, static_cast<zip_uint64_t>(index), deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    zip_close(file);
    return path;
}

inline std::string write_gzip(const temporary_directory& directory, const std::string& name, const std::string& content) {
    const std::string path = directory.write(name, "");
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    gzclose(file);
    return path;
}

inline std::string write_png(const temporary_directory& directory, const std::string& name, unsigned height, unsigned width,
                             const std::string& pixels, unsigned format = PNG_FORMAT_GRAY) {
    const std::string path = directory.write(name, "");
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    image.height = height;
    image.width = width;
    image.format = format;
    png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr);
    return path;
}

/// A JPEG of one colour (three bytes) or one grey (one byte).
inline std::string write_jpeg(const temporary_directory& directory, const std::string& name, int height, int width,
                              const std::vector<std::uint8_t>& colour) {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < height * width; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
    const bool is_grey = colour.size() == 1;
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    tjCompress2(encoder, pixels.data(), width, 0, height, is_grey ? TJPF_GRAY : TJPF_RGB, &bytes, &size, is_grey ? TJSAMP_GRAY : TJSAMP_444,
                100, 0);
    const std::string path = directory.write(name, {reinterpret_cast<char*>(bytes), size});
    tjFree(bytes);
    tjDestroy(encoder);
    return path;
}

inline std::vector<int> stored_bytes(const image_set& images) {
    const auto& pixels = std::get<std::vector<std::uint8_t>>(images.pixels);
    return {pixels.begin(), pixels.end()};
}

/// The message with which a set is refused.
inline std::string refusal(const temporary_directory& directory, const std::string& path) {
    return error_of(directory, [&] { load_image_set(path); });
}

}  // namespace symmetree::testing_images
