#include <gmock/gmock.h>

#include "tests/unit/images/files.h"

namespace symmetree {
namespace {

using namespace testing_images;
using testing::ElementsAre;

std::string header(int type, const std::vector<int>& dimensions) {
    std::string out = {'\0', '\0', static_cast<char>(type), static_cast<char>(dimensions.size())};
    for (const int extent : dimensions)
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(extent >> shift);
    return out;
}

const std::string two_images = header(8, {2, 2, 3}) + counting(12), two_labels = header(8, {2}) + "\x07\x03";

TEST(idx, images_and_the_labels_beside_them) {
    const temporary_directory directory;
    directory.write("t-labels-idx1-ubyte", two_labels);
    const image_set images = load_image_set(directory.write("t-images-idx3-ubyte", two_images));
    EXPECT_THAT(std::vector<int>({images.channels, images.height, images.width}), ElementsAre(1, 2, 3));
    EXPECT_THAT(stored_bytes(images), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    EXPECT_THAT(images.labels, ElementsAre(7, 3));
    EXPECT_THAT(load_image_set(directory.file("t-images-idx3-ubyte"), 1).labels, ElementsAre(7));
}

TEST(idx, either_file_may_be_gzipped) {
    const temporary_directory directory;
    write_gzip(directory, "labels.idx1.gz", two_labels);
    EXPECT_THAT(load_image_set(directory.write("images.idx3", two_images)).labels, ElementsAre(7, 3));
    const std::string zipped = write_gzip(directory, "other-images-idx3-ubyte.gz", two_images);
    EXPECT_TRUE(load_image_set(zipped).labels.empty());
    directory.write("other-labels-idx1-ubyte", two_labels);
    EXPECT_THAT(load_image_set(zipped).labels, ElementsAre(7, 3));
}

TEST(idx, a_folder_as_handed_out_stands_for_its_test_images) {
    const temporary_directory directory;
    directory.write("set/train-images-idx3-ubyte", header(8, {1, 1, 1}) + "x");
    directory.write("set/t10k-images-idx3-ubyte", two_images);
    directory.write("set/t10k-labels-idx1-ubyte", two_labels);
    const image_set images = load_image_set(directory.file("set/"));
    EXPECT_EQ(images.count, 2);
    EXPECT_EQ(images.name, "set");
    EXPECT_THAT(images.labels, ElementsAre(7, 3));
}

TEST(idx, floats_and_channels) {
    const temporary_directory directory;
    const image_set images =
        load_image_set(directory.write("x", header(13, {1, 3, 1, 1}) + std::string("\x3f\x80\0\0\xbf\0\0\0\x40\0\0\0", 12)));
    EXPECT_THAT(images.image(0, parse_normalization("mean=0 std=1", "o")), ElementsAre(1, -0.5f, 2));
    EXPECT_EQ(images.channels, 3);
}

TEST(idx, refuses_damage) {
    const temporary_directory directory;
    const auto of = [&](const std::string& content) { return refusal(directory, directory.write("x", content)); };
    EXPECT_EQ(of(two_images.substr(0, 20)), "x: ends after 20 bytes; 8 more are wanted");
    EXPECT_EQ(of(two_images.substr(0, 9)), "x: ends after 9 bytes; 7 more are wanted");
    EXPECT_EQ(of(two_images + "x"), "x: goes on after the 28 bytes that its header promises");
    EXPECT_EQ(of(header(9, {1, 1, 1}) + "x"), "x: magic: elements of type 08 (bytes) or 0d (floats) are allowed, given 09");
    EXPECT_EQ(of(header(8, {1, 1, 1, 1, 1}) + "x"), "x: magic: 1 to 4 dimensions are allowed, given 5");
    EXPECT_EQ(of(header(8, {0, 1, 1})), "x: has no images");
    EXPECT_EQ(of(header(8, {1, 2, 1, 1}) + "xx"), "x: 1 or 3 channels are allowed, given 2");
    EXPECT_EQ(of(two_labels), "x: images have 3 or 4 dimensions, given 1: is it the file of labels?");
    EXPECT_EQ(of(header(13, {1, 1, 1}) + std::string("\x7f\x80\0\0", 4)), "x: element 0 is not a finite float");
    const std::string zipped = write_gzip(directory, "x.gz", two_images);
    std::filesystem::resize_file(zipped, std::filesystem::file_size(zipped) - 12);
    EXPECT_THAT(refusal(directory, zipped), testing::AnyOf("x.gz: its gzip data is truncated", "x.gz: its gzip data is damaged"));
}

TEST(idx, refuses_labels_that_do_not_fit) {
    const temporary_directory directory;
    const std::string images = directory.write("images-idx3", two_images);
    const auto with_labels = [&](const std::string& content) {
        directory.write("labels-idx1", content);
        return refusal(directory, images);
    };
    EXPECT_EQ(with_labels(header(8, {3}) + "abc"), "labels-idx1: 3 labels for 2 images");
    EXPECT_EQ(with_labels(header(8, {2, 1}) + "ab"), "labels-idx1: labels are bytes in one dimension, given 2 dimensions of type 08");
    EXPECT_EQ(with_labels(two_labels.substr(0, 9)), "labels-idx1: ends after 9 bytes; 1 more are wanted");
}

}  // namespace
}  // namespace symmetree
