#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workloads/images/image_set.h"

namespace symmetree {

/// N of `random:N`, which stands for so many seeded images; absent where `text` is the path of an image set. Throws input_error naming
/// `option` where N is not 1 to 1000.
std::optional<int> random_image_count(const std::string& text, const std::string& option);

/// `count` images of standard normal values, stored as floats, without labels: for networks that no image set is at hand for. They depend
/// on seed, `purpose` and their index alone.
image_set random_images(int count, int channels, int height, int width, std::uint64_t seed, const std::string& purpose);

/// The normalization that leaves such images as they are.
normalization no_normalization();

}  // namespace symmetree
