#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/images/image_set.h"

/// One reader per format. Each gives a set without a name, at most `limit` images of it, and throws input_error.
namespace symmetree::image_formats {

/// Bounds of what is taken into memory: one image's side, and all pixels of a set.
constexpr std::int64_t largest_side = std::int64_t{1} << 14;
constexpr std::int64_t largest_set_bytes = std::int64_t{1} << 32;

/// numpy's zip of arrays: images `x`, `images` or `x_test`, uint8 or float32, [N,H,W,C], [N,C,H,W] or [N,H,W]; integers `y`, `labels` or
/// `y_test`.
image_set read_npz(const std::string& path, std::int64_t limit);

/// IDX (http://yann.lecun.com/exdb/mnist), unsigned bytes or floats, [N,H,W] or [N,C,H,W]. Labels from the file beside it whose name has
/// `labels` and `idx1` for `images` and `idx3`.
image_set read_idx(const std::string& path, std::int64_t limit);

/// CIFAR-10 or CIFAR-100, binary version (https://www.cs.toronto.edu/~kriz/cifar.html): records of labels and 3x32x32 bytes.
/// Of CIFAR-100's two labels the fine one counts.
image_set read_cifar(const std::string& path, std::int64_t limit);
/// Whether a file of this size can be one.
bool is_cifar_size(std::uint64_t bytes);

/// One PNG or JPEG: a set of one image without a label.
image_set read_picture(const std::string& path);

/// PNG and JPEG files: one subfolder per class, or all in one folder with `labels.csv` (or none).
image_set read_folder(const std::string& path, std::int64_t limit);

/// Sets the shape and checks it: extents from 1, at most `limit` images of those stored, memory in bounds. `count` becomes what is to be
/// read.
void set_shape(image_set& images, std::int64_t stored, std::int64_t channels, std::int64_t height, std::int64_t width,
               std::size_t pixel_bytes, std::int64_t limit, const std::string& path);

/// [height][width][channels] to [channels][height][width].
template <class Pixel>
void append_planar(std::vector<Pixel>& out, const Pixel* image, std::size_t pixels, std::size_t channels) {
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t p = 0; p < pixels; ++p) out.push_back(image[p * channels + c]);
}

}  // namespace symmetree::image_formats
