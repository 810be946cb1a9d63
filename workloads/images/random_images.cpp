#include "workloads/images/random_images.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/random.h"
#include "core/text.h"

namespace symmetree {

std::optional<int> random_image_count(const std::string& text, const std::string& option) {
    constexpr int most = 1000;
    const std::string prefix = "random:";
    if (text.compare(0, prefix.size(), prefix) != 0) return {};
    const std::string digits = text.substr(prefix.size());
    const bool number =
        !digits.empty() && digits.size() <= 4 && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    const int count = number ? std::stoi(digits) : 0;
    if (count < 1 || count > most)
        throw input_error(
            diagnostic{"", 0, 0, option, fmt::format("random:N with 1 to {} images is wanted, given '{}'", most, printable(text))});
    return count;
}

image_set random_images(int count, int channels, int height, int width, std::uint64_t seed, const std::string& purpose) {
    image_set images;
    images.name = fmt::format("random images (seed {})", seed);
    images.channels = channels;
    images.height = height;
    images.width = width;
    images.count = count;
    const std::size_t elements = static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    std::vector<float> pixels(static_cast<std::size_t>(count) * elements);
    const random_stream stream(seed, purpose + "\nimage");
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(stream.normal(i));
    images.pixels = std::move(pixels);
    return images;
}

normalization no_normalization() { return {1, {0}, {1}}; }

}  // namespace symmetree
