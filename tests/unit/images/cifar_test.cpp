#include <gmock/gmock.h>

#include "tests/unit/images/files.h"

namespace symmetree {
namespace {

using namespace testing_images;
using testing::ElementsAre;

TEST(cifar, records_of_ten_classes) {
    const temporary_directory directory;
    const std::string path = directory.write("test_batch.bin", "\x03" + counting(3072) + "\x09" + counting(3072, 1));
    const image_set images = load_image_set(path);
    EXPECT_THAT(std::vector<int>({images.channels, images.height, images.width}), ElementsAre(3, 32, 32));
    EXPECT_EQ(images.count, 2);
    EXPECT_THAT(images.labels, ElementsAre(3, 9));
    EXPECT_EQ(stored_bytes(images)[5], 5);
    EXPECT_EQ(stored_bytes(images)[3072 + 5], 6);
    EXPECT_EQ(load_image_set(path, 1).count, 1);
}

TEST(cifar, of_a_hundred_classes_the_fine_label_counts) {
    const temporary_directory directory;
    EXPECT_THAT(load_image_set(directory.write("test.bin", "\x03\x42" + counting(3072))).labels, ElementsAre(0x42));
}

TEST(cifar, refuses_labels_of_other_files) {
    const temporary_directory directory;
    EXPECT_EQ(refusal(directory, directory.write("x.bin", "\x03" + counting(3072) + "\x0a" + counting(3072))),
              "x.bin: label of image 1: 0 to 9 is allowed in a CIFAR-10 file, given 10");
    EXPECT_EQ(refusal(directory, directory.write("x.bin", "\x01\x64" + counting(3072))),
              "x.bin: label of image 0: 0 to 99 is allowed in a CIFAR-100 file, given 100");
}

TEST(cifar, a_file_cut_short_is_no_image_set) {
    const temporary_directory directory;
    EXPECT_EQ(refusal(directory, directory.write("x.bin", "\x03" + counting(3000))),
              "x.bin: is no image set: npz, IDX (gzipped or not), CIFAR binary, PNG, JPEG and folders of these two are allowed");
}

}  // namespace
}  // namespace symmetree
