#include <gtest/gtest.h>

#include "tests/unit/tiling/naive_tiling.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

std::vector<std::int64_t> spelled_out(const std::vector<row_run>& runs) {
    std::vector<std::int64_t> rows;
    for (const row_run& run : runs)
        for (int r = 0; r < run.count; ++r) rows.push_back(run.first + r);
    return rows;
}

TEST(input_rows, are_the_rows_that_some_vector_reads_and_no_others) {
    for (std::uint32_t seed = 0; seed < 4000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const layer_geometry g = any_geometry(d);
        const std::int64_t first = d.between(0, static_cast<int>(g.m()) - 1);
        const std::int64_t count = d.between(1, static_cast<int>(g.m() - first));
        const std::vector<row_run> runs = input_rows(g, first, count);
        const std::set<std::int64_t> naive = rows_read(g, first, count);
        ASSERT_EQ(spelled_out(runs), std::vector<std::int64_t>(naive.begin(), naive.end()));
        for (std::size_t i = 1; i < runs.size(); ++i)
            ASSERT_LT(runs[i - 1].first + runs[i - 1].count, runs[i].first) << "two runs could be one";
        ASSERT_EQ(input_bytes(g, runs), naive.size() * ((std::uint64_t(g.in_width) * g.in_channels * g.activation_bits + 7) / 8));
    }
}

TEST(input_rows, of_padding_alone_are_none) {
    layer_geometry g;
    g.in_height = 4;
    g.in_width = g.in_channels = 1;
    g.out_height = 6;
    g.pad_top = 1;
    g.activation_bits = 8;
    EXPECT_TRUE(input_rows(g, 0, 1).empty());
    EXPECT_TRUE(input_rows(g, 5, 1).empty());
    EXPECT_EQ(spelled_out(input_rows(g, 0, 6)), (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(geometry, of_a_grouped_convolution_is_that_of_one_group) {
    conv_shape s;
    s.in_channels = 12;
    s.out_channels = 8;
    s.groups = 4;
    s.in_height = 9;
    s.in_width = 7;
    s.kernel_height = 3;
    s.kernel_width = 2;
    s.stride_height = 2;
    s.pad_top = s.pad_bottom = s.pad_right = 1;
    layer l;
    l.shape = s;
    const layer_geometry g = geometry_of(l);
    const product_shape p = product_of(l);
    EXPECT_EQ(g.repeat, p.repeat);
    EXPECT_EQ(g.m(), p.m);
    EXPECT_EQ(g.n(), p.n);
    EXPECT_EQ(g.k(), p.k);
    EXPECT_EQ(g.in_channels, 3);
    EXPECT_EQ(g.out_height, 5);
    EXPECT_EQ(g.out_width, 7);
    EXPECT_EQ(g.pad_top, 1);
    EXPECT_EQ(g.pad_left, 0);
}

TEST(geometry, of_a_product_is_a_column_of_rows) {
    layer l;
    l.shape = matmul_shape{13, 5, 7, 3};
    const layer_geometry g = geometry_of(l);
    EXPECT_EQ(g.repeat, 3);
    EXPECT_EQ(g.m(), 13);
    EXPECT_EQ(g.n(), 7);
    EXPECT_EQ(g.k(), 5);
    EXPECT_EQ(g.in_height, 13);
    EXPECT_EQ(g.in_width, 1);
    EXPECT_EQ(g.kernel_height * g.kernel_width, 1);
    l.shape = linear_shape{13, 5, 7};
    EXPECT_EQ(geometry_of(l).repeat, 1);
    EXPECT_EQ(geometry_of(l).m(), 13);
}

}  // namespace
}  // namespace symmetree
