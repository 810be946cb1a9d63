#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace symmetree::image_formats {

/// A decoded PNG or JPEG: grey (one channel) or RGB bytes, [height][width][channels].
struct picture {
    int channels = 0, height = 0, width = 0;
    std::vector<std::uint8_t> pixels;
};

/// Decodes a file, PNG or JPEG by its content, 8 bits per channel without transparency. Throws input_error.
picture read_picture_file(const std::string& path);

}  // namespace symmetree::image_formats
