#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "workloads/images/normalization.h"

namespace symmetree {

/// Images of one size with the classes that they show, as stored; docs/image-sets.md.
struct image_set {
    std::string name;  ///< the file's or folder's own name
    int channels = 0, height = 0, width = 0;
    std::int64_t count = 0;
    std::variant<std::vector<std::uint8_t>, std::vector<float>> pixels;  ///< [count][channels][height][width]
    std::vector<int> labels;                                             ///< from 0, one per image; empty where the set has none
    std::vector<std::string> classes;                                    ///< names by label; empty where the set has none

    /// Image `index`, normalized: floats [channels][height][width]. `n` must have passed check_channels().
    std::vector<float> image(std::int64_t index, const normalization& n) const;
};

/// Reads an image set, whatever its format: npz, IDX, CIFAR binary, a PNG or JPEG, or a folder of these two. The format is told from
/// the content. At most the first `limit` images; 0 means all. Throws input_error naming the file and what is wrong.
image_set load_image_set(const std::string& path, std::int64_t limit = 0);

/// Throws input_error unless images are [channels][height][width], as `network` wants them.
void check_shape(const image_set& images, int channels, int height, int width, const std::string& network);

/// Throws input_error unless there are labels and all of them are below `classes`, the number of the network's outputs.
void check_labels(const image_set& images, int classes);

}  // namespace symmetree
