#include <gmock/gmock.h>

#include "tests/unit/images/files.h"

namespace symmetree {
namespace {

using namespace testing_images;
using testing::ElementsAre;
using testing::StartsWith;

TEST(folder, subfolders_are_classes_in_alphabetical_order_and_take_turns) {
    const temporary_directory directory;
    write_png(directory, "set/dog/a.png", 1, 2, "\x01\x02");
    write_png(directory, "set/cat/b.PNG", 1, 2, "\x05\x06");
    write_png(directory, "set/cat/a.png", 1, 2, "\x03\x04");
    directory.write("set/cat/notes.txt", "no picture");
    const image_set images = load_image_set(directory.file("set"));
    EXPECT_THAT(images.classes, ElementsAre("cat", "dog"));
    EXPECT_THAT(images.labels, ElementsAre(0, 1, 0));
    EXPECT_THAT(stored_bytes(images), ElementsAre(3, 4, 1, 2, 5, 6));
    EXPECT_THAT(load_image_set(directory.file("set"), 2).labels, ElementsAre(0, 1));
}

TEST(folder, numbers_as_names_of_subfolders_are_the_labels) {
    const temporary_directory directory;
    write_png(directory, "set/10/a.png", 1, 1, "a");
    write_png(directory, "set/9/a.png", 1, 1, "b");
    const image_set images = load_image_set(directory.file("set"));
    EXPECT_THAT(images.labels, ElementsAre(10, 9));
    EXPECT_TRUE(images.classes.empty());
}

TEST(folder, a_list_gives_the_labels_of_pictures_in_one_folder) {
    const temporary_directory directory;
    write_png(directory, "set/b.png", 1, 1, "b");
    write_png(directory, "set/a.png", 1, 1, "a");
    EXPECT_TRUE(load_image_set(directory.file("set")).labels.empty());
    directory.write("set/labels.csv", "# file,label\nb.png,4\r\n\na.png,2\n");
    const image_set images = load_image_set(directory.file("set"));
    EXPECT_THAT(stored_bytes(images), ElementsAre('a', 'b'));
    EXPECT_THAT(images.labels, ElementsAre(2, 4));
}

TEST(folder, pictures_in_colour) {
    const temporary_directory directory;
    write_png(directory, "a.png", 1, 2, counting(6, 1), PNG_FORMAT_RGB);
    EXPECT_THAT(stored_bytes(load_image_set(directory.file("a.png"))), ElementsAre(1, 4, 2, 5, 3, 6));
    const image_set jpeg = load_image_set(write_jpeg(directory, "b.jpeg", 8, 16, {200, 100, 50}));
    EXPECT_THAT(std::vector<int>({jpeg.channels, jpeg.height, jpeg.width}), ElementsAre(3, 8, 16));
    EXPECT_NEAR(stored_bytes(jpeg)[0], 200, 2);
    EXPECT_NEAR(stored_bytes(jpeg)[128], 100, 2);
    EXPECT_NEAR(stored_bytes(jpeg)[383], 50, 2);
    const image_set grey = load_image_set(write_jpeg(directory, "c.jpg", 8, 8, {77}));
    EXPECT_EQ(grey.channels, 1);
    EXPECT_EQ(stored_bytes(grey)[63], 77);
}

TEST(folder, refuses_images_of_unequal_size) {
    const temporary_directory directory;
    write_png(directory, "set/a.png", 1, 2, "ab");
    write_png(directory, "set/b.png", 2, 1, "ab");
    EXPECT_EQ(refusal(directory, directory.file("set")),
              "set/b.png: images of one size are wanted: this one is [1, 2, 1], those before it [1, 1, 2]");
}

TEST(folder, refuses_pictures_of_other_kinds) {
    const temporary_directory directory;
    EXPECT_EQ(refusal(directory, write_png(directory, "a.png", 1, 1, "abcd", PNG_FORMAT_RGBA)),
              "a.png: PNGs without an alpha channel are allowed");
    EXPECT_EQ(refusal(directory, write_png(directory, "a.png", 1, 1, "ab", PNG_FORMAT_LINEAR_Y)),
              "a.png: PNGs of 8 bits per channel are allowed, given 16");
    const std::string whole = write_png(directory, "a.png", 16, 16, counting(256));
    std::filesystem::resize_file(whole, 60);
    EXPECT_THAT(refusal(directory, whole), StartsWith("a.png: is a damaged PNG: "));
    const std::string jpeg = write_jpeg(directory, "b.jpg", 64, 64, {1, 2, 3});
    std::filesystem::resize_file(jpeg, std::filesystem::file_size(jpeg) - 100);
    EXPECT_THAT(refusal(directory, jpeg), StartsWith("b.jpg: is a damaged JPEG: "));
    directory.write("set/a.png", "text");
    EXPECT_EQ(refusal(directory, directory.file("set")), "set/a.png: is neither PNG nor JPEG");
}

TEST(folder, refuses_lists_that_do_not_fit) {
    const temporary_directory directory;
    write_png(directory, "set/a.png", 1, 1, "a");
    write_png(directory, "set/b.png", 1, 1, "b");
    const auto with_list = [&](const std::string& list) {
        directory.write("set/labels.csv", list);
        return refusal(directory, directory.file("set"));
    };
    EXPECT_EQ(with_list("a.png,1\n"), "set/labels.csv: has no label for 'b.png'");
    EXPECT_EQ(with_list("a.png,1\nb.png,2\nc.png,3\n"), "set/labels.csv: names 'c.png', which is not in the folder");
    EXPECT_EQ(with_list("a.png,1\nb.png,-2\na.png,1\n"),
              "set/labels.csv:2:7: label: a file's name, a comma and a whole number from 0 are wanted, given 'b.png,-2'\n"
              "set/labels.csv:3:1: file: 'a.png' has a label already");
    EXPECT_EQ(with_list("a.png"), "set/labels.csv:1:1: label: a file's name, a comma and a whole number from 0 are wanted, given 'a.png'");
}

TEST(folder, refuses_folders_without_a_set) {
    const temporary_directory directory;
    directory.write("empty/notes.txt", "");
    EXPECT_EQ(refusal(directory, directory.file("empty")), "empty: has no PNG or JPEG, no subfolder of these, and no IDX test images");
    write_png(directory, "mixed/cat/a.png", 1, 1, "a");
    write_png(directory, "mixed/b.png", 1, 1, "a");
    EXPECT_EQ(refusal(directory, directory.file("mixed")), "mixed: has pictures ('b.png') and subfolders ('cat'); one of them is allowed");
    write_png(directory, "set/cat/a.png", 1, 1, "a");
    directory.write("set/dog/notes.txt", "");
    EXPECT_EQ(refusal(directory, directory.file("set")), "set/dog: has no PNG or JPEG");
}

}  // namespace
}  // namespace symmetree
