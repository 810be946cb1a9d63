// Views of buffers: moving through them must give what moving the elements gives.
#include "compile/tensor_layout.h"

#include <gtest/gtest.h>

#include <numeric>

namespace symmetree {
namespace {

memory_tensor buffer_of(std::int32_t rows, std::int32_t row_elements, int bits) {
    memory_tensor t;
    t.rows = rows;
    t.row_elements = row_elements;
    t.bits = static_cast<std::uint8_t>(bits);
    return t;
}

tensor_view row_major(const extents& shape) { return {0, 0, shape, row_major_strides(shape)}; }

/// The elements of a view of 0, 1, 2, ... in the order of its axes.
std::vector<std::int16_t> seen(const tensor_view& v, std::int64_t elements) {
    const memory_tensor buffer = buffer_of(1, static_cast<std::int32_t>(elements), 16);
    std::vector<std::int16_t> all(static_cast<std::size_t>(elements));
    std::iota(all.begin(), all.end(), std::int16_t{0});
    return unpack_tensor(buffer, v, pack_tensor(buffer, row_major({elements}), all).data());
}

TEST(tensor_view, transposes_without_moving) {
    EXPECT_EQ(seen(transposed_view(row_major({2, 3}), {1, 0}), 6), (std::vector<std::int16_t>{0, 3, 1, 4, 2, 5}));
}

TEST(tensor_view, slices_with_a_step) {
    const tensor_view v = sliced_view(row_major({3, 4}), {1, 0}, {1, 2}, {2, 2});
    EXPECT_EQ(seen(v, 12), (std::vector<std::int16_t>{4, 6, 8, 10}));
}

TEST(reshaping, splits_and_joins_axes_that_follow_each_other) {
    const tensor_view heads = *reshaped_view(row_major({5, 12}), {5, 3, 4});
    const tensor_view by_head = transposed_view(heads, {1, 0, 2});
    const auto split = reshaped_view(by_head, {3, 5, 2, 2});
    ASSERT_TRUE(split);
    EXPECT_EQ(seen(*split, 60), seen(by_head, 60));
}

TEST(reshaping, refuses_what_takes_another_order) {
    const tensor_view turned = transposed_view(row_major({2, 3}), {1, 0});
    EXPECT_FALSE(reshaped_view(turned, {6}));
    EXPECT_FALSE(reshaped_view(turned, {2, 3}));
    EXPECT_TRUE(reshaped_view(turned, {3, 1, 2}));
}

TEST(reshaping, keeps_the_patches_of_an_image_with_channels_last) {
    tensor_view image{0, 0, {1, 8, 2, 3}, {48, 1, 24, 8}};  // [1][C][H][W] in a buffer of pixels
    const auto patches = reshaped_view(image, {1, 8, 6});
    ASSERT_TRUE(patches);
    EXPECT_TRUE(as_rows(transposed_view(*patches, {0, 2, 1}), buffer_of(2, 24, 4), 6, 8));
}

TEST(rows, are_taken_from_the_middle_of_a_buffer) {
    const tensor_view v = sliced_view(row_major({4, 6}), {2, 0}, {1, 1}, {2, 6});
    const auto rows = as_rows(v, buffer_of(4, 6, 4), 2, 6);
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->address, 2u * 3u);
    EXPECT_EQ(rows->rows, 2);
}

TEST(rows, are_not_taken_across_padding_or_from_the_middle_of_a_byte) {
    EXPECT_FALSE(as_rows(row_major({4, 5}), buffer_of(4, 5, 4), 2, 10)) << "rows of 5 codes of 4 bits have padding between them";
    EXPECT_TRUE(as_rows(row_major({4, 5}), buffer_of(4, 5, 8), 2, 10));
    EXPECT_FALSE(as_rows(sliced_view(row_major({20}), {1}, {1}, {10}), buffer_of(1, 20, 4), 1, 10)) << "begins at half a byte";
}

TEST(rows, are_not_taken_out_of_order) { EXPECT_FALSE(as_rows(transposed_view(row_major({2, 3}), {1, 0}), buffer_of(2, 3, 8), 3, 2)); }

TEST(a_copy, joins_axes_that_are_one_in_both_places) {
    const strided_copy copy = copy_of(row_major({2, 3, 4}), row_major_strides({2, 3, 4}), 7);
    EXPECT_EQ(copy.elements(), 24);
    EXPECT_EQ(copy.extent[copy_rank - 1], 24);
    EXPECT_EQ(copy.to_first, 7);
}

TEST(a_packed_tensor, comes_back_whatever_its_layout) {
    for (const int bits : {3, 4, 8}) {
        const memory_tensor buffer = buffer_of(4, 15, bits);
        const tensor_view image{0, 0, {1, 3, 4, 5}, {60, 1, 15, 3}};
        std::vector<std::int16_t> codes(60);
        for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::int16_t>(int(i % 7) - 4);
        EXPECT_EQ(unpack_tensor(buffer, image, pack_tensor(buffer, image, codes).data()), codes) << bits;
    }
}

}  // namespace
}  // namespace symmetree
