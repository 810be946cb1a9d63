#include "workloads/images/image_set.h"

#include <gmock/gmock.h>

#include "tests/unit/images/files.h"

namespace symmetree {
namespace {

using namespace testing_images;
using testing::ElementsAre;

image_set three_images() {
    image_set images;
    images.name = "set";
    images.channels = 1;
    images.height = 1;
    images.width = 2;
    images.count = 3;
    images.pixels = std::vector<std::uint8_t>{0, 255, 51, 102, 255, 0};
    images.labels = {0, 2, 1};
    return images;
}

template <class Action>
std::string message(const Action& action) {
    try {
        action();
    } catch (const input_error& e) {
        return e.what();
    }
    return "no error";
}

TEST(image_set, gives_one_normalized_image) {
    const normalization n = parse_normalization("mean=0.2 std=2", "o");
    EXPECT_THAT(three_images().image(1, n), ElementsAre(0, (0.4f - 0.2f) / 2));
}

TEST(image_set, of_another_shape_than_the_network_takes_is_refused) {
    EXPECT_EQ(message([] { check_shape(three_images(), 1, 1, 2, "vit"); }), "no error");
    EXPECT_EQ(message([] { check_shape(three_images(), 3, 1, 2, "vit"); }), "set: its images are [1, 1, 2], 'vit' takes [3, 1, 2]");
    EXPECT_EQ(message([] { check_shape(three_images(), 1, 2, 1, "vit"); }), "set: its images are [1, 1, 2], 'vit' takes [1, 2, 1]");
}

TEST(image_set, without_labels_or_with_those_of_other_classes_is_refused) {
    EXPECT_EQ(message([] { check_labels(three_images(), 3); }), "no error");
    EXPECT_EQ(message([] { check_labels(three_images(), 2); }), "set: label of image 1: 0 to 1 are the network's classes, given 2");
    image_set bare = three_images();
    bare.labels.clear();
    EXPECT_EQ(message([&] { check_labels(bare, 3); }), "set: labels: are missing: accuracy is counted by them");
}

TEST(image_set, that_is_not_there_or_is_something_else_is_refused) {
    const temporary_directory directory;
    EXPECT_EQ(refusal(directory, directory.file("nothing")), "nothing: can't be read");
    const std::string what = ": is no image set: npz, IDX (gzipped or not), CIFAR binary, PNG, JPEG and folders of these two are allowed";
    EXPECT_EQ(refusal(directory, directory.write("empty", "")), "empty" + what);
    EXPECT_EQ(refusal(directory, directory.write("text", "some words")), "text" + what);
    EXPECT_EQ(refusal(directory, write_gzip(directory, "text.gz", "some words")), "text.gz" + what);
    EXPECT_EQ(refusal(directory, directory.write("cut.gz", "\x1f\x8b")), "cut.gz: its gzip data is truncated");
}

}  // namespace
}  // namespace symmetree
