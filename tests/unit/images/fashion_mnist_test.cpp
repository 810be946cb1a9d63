#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "workloads/images/image_set.h"

namespace symmetree {
namespace {

/// As Debian's dataset-fashion-mnist ships it.
const char* const folder = "/usr/share/datasets/fashion-mnist";

TEST(fashion_mnist, has_ten_thousand_test_images_of_ten_classes) {
    const image_set images = load_image_set(folder);
    EXPECT_EQ(images.count, 10000);
    EXPECT_EQ(images.channels, 1);
    EXPECT_EQ(images.height, 28);
    EXPECT_EQ(images.width, 28);
    for (int label = 0; label < 10; ++label) EXPECT_EQ(std::count(images.labels.begin(), images.labels.end(), label), 1000);
}

TEST(fashion_mnist, has_the_mean_that_the_shipped_networks_take) {
    const image_set images = load_image_set(std::string(folder) + "/train-images-idx3-ubyte.gz", 55000);
    const auto& pixels = std::get<std::vector<std::uint8_t>>(images.pixels);
    double sum = 0, squares = 0;
    for (const double pixel : pixels) {
        sum += pixel / 255;
        squares += pixel / 255 * pixel / 255;
    }
    const double count = static_cast<double>(pixels.size()), mean = sum / count;
    EXPECT_NEAR(mean, 0.2858, 5e-5);
    EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 0.3529, 5e-5);
}

}  // namespace
}  // namespace symmetree
