#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/random.h"
#include "tests/unit/images/files.h"

// A damaged file is either still a set of images or refused with an input_error; nothing else may leave the readers.

namespace symmetree {
namespace {

using namespace testing_images;

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// True where the set could be read. What was read must be whole.
bool reads(const std::string& path) {
    try {
        const image_set images = load_image_set(path);
        const std::size_t image = static_cast<std::size_t>(images.channels) * images.height * images.width;
        EXPECT_EQ(images.image(images.count - 1, parse_normalization("mean=0 std=1", "o")).size(), image);
        EXPECT_TRUE(images.labels.empty() || images.labels.size() == static_cast<std::size_t>(images.count));
        return true;
    } catch (const input_error& e) {
        EXPECT_FALSE(e.problems().empty());
        return false;
    }
}

/// Reads the file with every truncation, or 200 of them, and with 400 times a few of its bytes changed.
void damage(const std::string& path) {
    constexpr std::uint64_t seed = 21;
    const random_stream random(seed, std::filesystem::path(path).filename().string());
    const std::string valid = content_of(path);
    const auto read = [&](const std::string& content) {
        std::ofstream(path, std::ios::binary) << content;
        return reads(path);
    };
    EXPECT_TRUE(read(valid)) << "the undamaged file must be readable";
    for (std::size_t length = 0; length < valid.size(); length += valid.size() / 200 + 1) read(valid.substr(0, length));
    std::uint64_t draw = 0;
    for (int round = 0; round < 400; ++round) {
        std::string changed = valid;
        for (std::uint64_t n = random.word(draw++) % 4 + 1; n > 0; --n) {
            const std::size_t at = random.word(draw++) % changed.size();
            const std::uint64_t how = random.word(draw++);
            // Digits and brackets get further into a reader of headers than noise does.
            changed[at] = how % 2 == 0 ? static_cast<char>(how >> 8) : "0123456789()[],'"[(how >> 8) % 16];
        }
        read(changed);
    }
}

TEST(mutation, of_npz) {
    const temporary_directory directory;
    damage(write_npz(directory,
                     {{"x", npy("|u1", "(2, 2, 3, 1)", counting(12))}, {"y", npy("<i4", "(2,)", std::string("\1\0\0\0\2\0\0\0", 8))}}));
    damage(write_npz(directory, {{"x", npy("<f4", "(1, 3, 2)", std::string(24, '\0'))}}, false));
}

TEST(mutation, of_idx) {
    const temporary_directory directory;
    const std::string images("\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\3abcdefghijkl", 28);
    directory.write("labels-idx1", std::string("\0\0\x08\x01\0\0\0\2ab", 10));
    damage(directory.write("images-idx3", images));
    damage(write_gzip(directory, "images.gz", images));
}

TEST(mutation, of_labels) {
    const temporary_directory directory;
    const std::string images = directory.write("images-idx3", std::string("\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\3abcdefghijkl", 28));
    const std::string labels("\0\0\x08\x01\0\0\0\2ab", 10);
    for (std::size_t length = 0; length < labels.size(); ++length) {
        directory.write("labels-idx1", labels.substr(0, length));
        EXPECT_FALSE(reads(images)) << length;
    }
}

TEST(mutation, of_pictures) {
    const temporary_directory directory;
    damage(write_png(directory, "a.png", 8, 8, counting(64)));
    damage(write_png(directory, "b.png", 8, 8, counting(192), PNG_FORMAT_RGB));
    damage(write_jpeg(directory, "c.jpg", 24, 24, {200, 100, 50}));
}

}  // namespace
}  // namespace symmetree
