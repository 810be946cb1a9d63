#include <gmock/gmock.h>

#include <cmath>

#include "tests/unit/images/files.h"

namespace symmetree {
namespace {

using namespace testing_images;
using testing::ElementsAre;

template <class T>
std::string raw(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string refusal_of(const std::vector<std::pair<std::string, std::string>>& entries) {
    const temporary_directory directory;
    return refusal(directory, write_npz(directory, entries));
}

const std::string two_images = npy("|u1", "(2, 2, 2)", counting(8));

TEST(npz, channels_become_the_first_dimension_wherever_they_stand) {
    const temporary_directory directory;
    const image_set last = load_image_set(write_npz(directory, {{"x", npy("|u1", "(2, 2, 1, 3)", counting(12))}}));
    EXPECT_THAT(std::vector<int>({last.channels, last.height, last.width}), ElementsAre(3, 2, 1));
    EXPECT_EQ(last.count, 2);
    EXPECT_EQ(last.name, "x.npz");
    EXPECT_TRUE(last.labels.empty());
    EXPECT_THAT(stored_bytes(last), ElementsAre(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11));
    const image_set first = load_image_set(write_npz(directory, {{"images", npy("|u1", "(1, 3, 2, 2)", counting(12))}}));
    EXPECT_EQ(first.channels, 3);
    EXPECT_THAT(stored_bytes(first), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    const image_set grey = load_image_set(write_npz(directory, {{"x_test", two_images}}, false));
    EXPECT_THAT(std::vector<int>({grey.channels, grey.height, grey.width}), ElementsAre(1, 2, 2));
}

TEST(npz, floats_are_kept_and_not_divided) {
    const temporary_directory directory;
    const image_set images = load_image_set(write_npz(directory, {{"x", npy("<f4", "(1, 1, 2)", raw<float>({0.25f, 1}))}}));
    EXPECT_THAT(images.image(0, parse_normalization("mean=0.5 std=0.5", "o")), ElementsAre(-0.5f, 1));
}

TEST(npz, labels_of_every_integer_type) {
    const temporary_directory directory;
    const auto labels = [&](const std::string& type, const std::string& data, const std::string& shape = "(2,)") {
        return load_image_set(write_npz(directory, {{"x", two_images}, {"y", npy(type, shape, data)}})).labels;
    };
    EXPECT_THAT(labels("|u1", raw<std::uint8_t>({7, 200})), ElementsAre(7, 200));
    EXPECT_THAT(labels("|i1", raw<std::int8_t>({7, 3})), ElementsAre(7, 3));
    EXPECT_THAT(labels("<u2", raw<std::uint16_t>({7, 300})), ElementsAre(7, 300));
    EXPECT_THAT(labels("<i2", raw<std::int16_t>({7, 300})), ElementsAre(7, 300));
    EXPECT_THAT(labels("<u4", raw<std::uint32_t>({7, 300})), ElementsAre(7, 300));
    EXPECT_THAT(labels("<i4", raw<std::int32_t>({7, 300})), ElementsAre(7, 300));
    EXPECT_THAT(labels("<i8", raw<std::int64_t>({7, 300}), "(2, 1)"), ElementsAre(7, 300));
}

TEST(npz, a_limit_reads_the_first_images_and_their_labels) {
    const temporary_directory directory;
    const image_set images = load_image_set(write_npz(directory, {{"x", two_images}, {"labels", npy("|u1", "(2,)", "\x05\x06")}}), 1);
    EXPECT_EQ(images.count, 1);
    EXPECT_THAT(stored_bytes(images), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(images.labels, ElementsAre(5));
}

TEST(npz, refuses_what_it_can_not_read) {
    EXPECT_EQ(refusal_of({{"pictures", two_images}}), "x.npz: has no array of images; x, images, x_test are looked for");
    EXPECT_EQ(refusal_of({{"x", "nonsense"}}), "x.npz: x: is not a numpy array of format 1, 2 or 3");
    EXPECT_EQ(refusal_of({{"x", "short"}}), "x.npz: x: ends after 5 bytes; 3 more are wanted");
    EXPECT_EQ(refusal_of({{"x", npy("<f8", "(1, 1, 1)", std::string(8, 'x'))}}),
              "x.npz: x: descr: uint8 or float32 is wanted, given '<f8'");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(1, 1, 1)", "x", "True")}}),
              "x.npz: x: fortran_order: False is wanted: numpy.ascontiguousarray() makes it so");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "two", "x")}}), "x.npz: x: shape: is missing");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(0, 2, 2)", "")}}), "x.npz: x: has no images");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(1, 2, 99999999999)", "")}}), "x.npz: x: shape: an extent of 99999999999");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(1, 2, 16385)", "")}}),
              "x.npz: x: images of 1 to 16384 pixels a side are allowed, given 16385");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(9999999999, 2, 2)", "")}}),
              "x.npz: x: 9999999999 images of 4 bytes; 4294967296 bytes are allowed: give a limit");
    EXPECT_EQ(refusal_of({{"x", npy("<f4", "(1, 1, 1)", raw<float>({NAN}))}}), "x.npz: x: pixel 0 is not a finite float");
}

TEST(npz, refuses_shapes_that_leave_a_doubt) {
    const std::string wanted =
        "x.npz: x: shape: [N, H, W], [N, H, W, C] or [N, C, H, W] with C of 1 or 3, and no doubt which is C, is wanted, given ";
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(4, 4)", counting(16))}}), wanted + "[4, 4]");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(1, 3, 2, 3)", counting(18))}}), wanted + "[1, 3, 2, 3]");
    EXPECT_EQ(refusal_of({{"x", npy("|u1", "(1, 2, 2, 2)", counting(8))}}), wanted + "[1, 2, 2, 2]");
}

TEST(npz, refuses_a_wrong_amount_of_data) {
    EXPECT_THAT(refusal_of({{"x", npy("|u1", "(2, 2, 2)", counting(7))}}), testing::HasSubstr("1 more are wanted"));
    EXPECT_THAT(refusal_of({{"x", npy("|u1", "(2, 2, 2)", counting(9))}}), testing::HasSubstr("goes on after"));
}

TEST(npz, refuses_labels_that_do_not_fit) {
    const auto with_labels = [](const std::string& labels) { return refusal_of({{"x", two_images}, {"y", labels}}); };
    EXPECT_EQ(with_labels(npy("|u1", "(3,)", "abc")), "x.npz: y: shape: 3 labels for 2 images");
    EXPECT_EQ(with_labels(npy("|u1", "(2, 10)", counting(20))), "x.npz: y: shape: [N] or [N, 1] is wanted, given [2, 10]");
    EXPECT_EQ(with_labels(npy("<f4", "(2,)", counting(8))), "x.npz: y: descr: integers, little-endian, are wanted, given '<f4'");
    EXPECT_EQ(with_labels(npy("<i4", "(2,)", raw<std::int32_t>({1, -1}))),
              "x.npz: y: label of image 1: a number from 0 is wanted, given -1");
}

TEST(npz, refuses_damage) {
    const temporary_directory directory;
    const std::string path = write_npz(directory, {{"x", npy("|u1", "(1, 64, 64)", std::string(4096, 'a'))}}, false);
    std::ifstream in(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    content[content.find("aaaa") + 100] = 'b';
    EXPECT_EQ(refusal(directory, directory.write("x.npz", content)), "x.npz: x: its compressed data is damaged");
    EXPECT_EQ(refusal(directory, directory.write("x.npz", content.substr(0, 2000))), "x.npz: is a damaged zip file");
}

}  // namespace
}  // namespace symmetree
