#include "workloads/images/random_images.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace symmetree {
namespace {

std::string error_of(const std::string& text) {
    try {
        random_image_count(text, "--images");
    } catch (const input_error& e) {
        return e.what();
    }
    return "no error";
}

TEST(random_images, are_asked_for_by_number) {
    EXPECT_EQ(random_image_count("random:4", "--images"), 4);
    EXPECT_EQ(random_image_count("random:1000", "--images"), 1000);
    EXPECT_FALSE(random_image_count("images/random", "--images"));
    for (const char* text : {"random:", "random:0", "random:1001", "random:-1", "random:4x", "random:99999999999"})
        EXPECT_EQ(error_of(text), std::string("--images: random:N with 1 to 1000 images is wanted, given '") + text + "'");
}

TEST(random_images, depend_on_seed_purpose_and_index_alone) {
    const auto image = [](int count, std::uint64_t seed, const std::string& purpose, int index) {
        return random_images(count, 3, 5, 7, seed, purpose).image(index, no_normalization());
    };
    const std::vector<float> second = image(2, 1, "evaluation", 1);
    EXPECT_EQ(second.size(), 105u);
    EXPECT_EQ(second, image(4, 1, "evaluation", 1));
    EXPECT_NE(second, image(2, 1, "evaluation", 0));
    EXPECT_NE(second, image(2, 2, "evaluation", 1));
    EXPECT_NE(second, image(2, 1, "calibration", 1));
}

TEST(random_images, are_standard_normal) {
    const std::vector<float> values = random_images(1, 1, 100, 100, 1, "evaluation").image(0, no_normalization());
    double sum = 0, squares = 0;
    for (const float v : values) sum += v, squares += double(v) * v;
    EXPECT_NEAR(sum / 1e4, 0, 0.05);
    EXPECT_NEAR(std::sqrt(squares / 1e4), 1, 0.03);
}

}  // namespace
}  // namespace symmetree
