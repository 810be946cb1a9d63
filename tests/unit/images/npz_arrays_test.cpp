// Arrays that this program writes, read as an image set.
#include "core/npz_arrays.h"

#include <gmock/gmock.h>

#include "core/output_file.h"
#include "tests/unit/images/files.h"

namespace symmetree {
namespace {

using namespace testing_images;
using testing::ElementsAre;

TEST(npz_arrays, are_read_as_they_were_written) {
    npz_arrays arrays;
    arrays.append("x", {1, 2}, std::vector<float>{0.5f, -1});
    arrays.append("x", {1, 2}, std::vector<float>{2, 3});
    arrays.set("y", {2}, std::vector<std::int32_t>{7, 4});
    const temporary_directory directory;
    write_output(directory.file("a.npz"), arrays.file());
    const image_set images = load_image_set(directory.file("a.npz"));
    EXPECT_THAT(std::vector<std::int64_t>({images.count, images.height, images.width}), ElementsAre(2, 1, 2));
    EXPECT_THAT(std::get<std::vector<float>>(images.pixels), ElementsAre(0.5f, -1, 2, 3));
    EXPECT_THAT(images.labels, ElementsAre(7, 4));
}

TEST(npz_arrays, joined_stand_behind_each_other_under_their_prefix) {
    npz_arrays first, second, all;
    first.set("step", {}, std::vector<double>{0.25});
    first.append("codes", {2}, std::vector<std::int16_t>{1, 2});
    second.append("codes", {2}, std::vector<std::int16_t>{3, 4});
    all.join("row/", first);
    all.join("row/", second);
    ASSERT_EQ(all.arrays().size(), 2u);
    EXPECT_EQ(all.arrays()[0].name, "row/step");
    EXPECT_EQ(all.arrays()[0].type, "<f8");
    EXPECT_EQ(all.arrays()[1].type, "<i2");
    EXPECT_THAT(all.arrays()[1].shape, ElementsAre(2, 2));
    EXPECT_EQ(all.arrays()[1].bytes, std::string("\1\0\2\0\3\0\4\0", 8));
}

/// A zip file's entries have a date.
TEST(npz_arrays, make_the_same_bytes_in_every_time_zone) {
    npz_arrays arrays;
    arrays.set("x", {2}, std::vector<std::uint8_t>{1, 2});
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    const std::string there = arrays.file();
    setenv("TZ", "America/New_York", 1);
    tzset();
    EXPECT_EQ(arrays.file(), there);
    EXPECT_EQ(there.substr(10, 4), std::string("\x00\x00\x21\x00", 4)) << "1980-01-01, 0:00";
    unsetenv("TZ");
    tzset();
}

}  // namespace
}  // namespace symmetree
