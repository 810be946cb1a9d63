#include "models/dense_array/dense_math.h"

#include <gtest/gtest.h>

#include "models/zero_point/zero_point_math.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

struct dense_case {
    int trees = 0, lanes = 0, vectors = 0, stride = 0;
    std::vector<std::int32_t> weights;      // [tree][lane]
    std::vector<std::int16_t> activations;  // [vector][stride]; only lanes below `lanes` are data
};

/// Weights of 9 bits and activations of 8, signed or not, extremes more often than by chance.
dense_case any_case(draws& d) {
    dense_case c;
    c.trees = d.one_of({1, 2, 3, 7, 8, 9, 16, 17, 31, 64, 100});
    c.lanes = d.one_of({1, 2, 3, 5, 8, 13, 16, 31, 63, 64});
    c.vectors = d.between(1, 20);
    c.stride = (c.lanes + 1) / 2 * 2 + 2 * d.between(0, 2);
    const bool is_unsigned = d.once_in(3);
    const auto draw = [&](int least, int greatest) { return d.once_in(3) ? least : d.once_in(2) ? greatest : d.between(least, greatest); };
    for (int i = 0; i < c.trees * c.lanes; ++i) c.weights.push_back(draw(-256, 255));
    for (int i = 0; i < c.vectors * c.stride; ++i) c.activations.push_back(std::int16_t(is_unsigned ? draw(0, 255) : draw(-128, 127)));
    return c;
}

packed_tile pack(const dense_case& c) {
    packed_tile tile;
    tile.resize(c.lanes, c.trees);
    for (int t = 0; t < c.trees; ++t)
        for (int l = 0; l < c.lanes; ++l) tile.at(t, l) = std::int16_t(c.weights[std::size_t(t) * c.lanes + l]);
    return tile;
}

void expect_equal_to_naive(const dense_case& c, const packed_tile& tile, const std::vector<std::int32_t>& partial) {
    for (int v = 0; v < c.vectors; ++v)
        for (int t = 0; t < tile.tree_stride; ++t) {
            std::int64_t sum = 0;
            for (int l = 0; l < c.lanes && t < c.trees; ++l)
                sum += std::int64_t{c.weights[std::size_t(t) * c.lanes + l]} * c.activations[std::size_t(v) * c.stride + l];
            ASSERT_EQ(partial[std::size_t(v) * tile.tree_stride + t], sum)
                << "vector " << v << " tree " << t << " of " << c.trees << "x" << c.lanes;
        }
}

TEST(multiply_tile, equals_naive_sums_and_plain_loops_on_random_shapes) {
    for (std::uint32_t seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const dense_case c = any_case(d);
        const packed_tile tile = pack(c);
        ASSERT_EQ(tile.tree_stride % 8, 0);
        ASSERT_GE(tile.tree_stride, c.trees);
        std::vector<std::int32_t> partial(std::size_t(c.vectors) * tile.tree_stride, 0x5a5a5a5a), plain = partial;
        multiply_tile(tile, c.activations.data(), c.stride, c.vectors, partial.data());
        multiply_tile_portable(tile, c.activations.data(), c.stride, c.vectors, plain.data());
        expect_equal_to_naive(c, tile, partial);
        ASSERT_EQ(partial, plain);
        if (HasFatalFailure()) return;
    }
}

TEST(multiply_tile, is_exact_where_all_operands_are_extreme) {
    for (const int weight : {-256, 255})
        for (const int x : {-128, 127, 255})
            for (int vectors = 1; vectors <= 20; ++vectors) {
                dense_case c{8,
                             64,
                             vectors,
                             64,
                             std::vector<std::int32_t>(8 * 64, weight),
                             std::vector<std::int16_t>(std::size_t(vectors) * 64, std::int16_t(x))};
                const packed_tile tile = pack(c);
                std::vector<std::int32_t> partial(std::size_t(vectors) * tile.tree_stride), plain = partial;
                multiply_tile(tile, c.activations.data(), c.stride, vectors, partial.data());
                multiply_tile_portable(tile, c.activations.data(), c.stride, vectors, plain.data());
                EXPECT_EQ(partial, std::vector<std::int32_t>(partial.size(), 64 * weight * x));
                EXPECT_EQ(plain, partial);
            }
}

TEST(multiply_tile, sees_nothing_of_a_tile_that_was_there_before) {
    packed_tile tile;
    tile.resize(5, 3);
    for (int t = 0; t < 3; ++t)
        for (int l = 0; l < 5; ++l) tile.at(t, l) = 99;
    tile.resize(5, 2);
    tile.at(1, 4) = 3;
    const std::vector<std::int16_t> x{1, 2, 3, 4, 5, 77};
    std::vector<std::int32_t> partial(8, -1);
    multiply_tile(tile, x.data(), 6, 1, partial.data());
    EXPECT_EQ(partial, (std::vector<std::int32_t>{0, 15, 0, 0, 0, 0, 0, 0}));
}

TEST(sum_activations, adds_the_lanes_of_each_vector) {
    draws d(5);
    for (int round = 0; round < 200; ++round) {
        const int stride = d.between(1, 64), vectors = d.between(1, 20);
        std::vector<std::int16_t> x;
        for (int i = 0; i < stride * vectors; ++i) x.push_back(std::int16_t(d.between(-128, 255)));
        std::vector<std::int32_t> sums(std::size_t(vectors), 7);
        sum_activations(x.data(), stride, vectors, sums.data());
        for (int v = 0; v < vectors; ++v) {
            std::int32_t naive = 0;
            for (int lane = stride - 1; lane >= 0; --lane) naive += x[std::size_t(v) * stride + lane];
            ASSERT_EQ(sums[std::size_t(v)], naive) << "round " << round;
        }
    }
}

}  // namespace
}  // namespace symmetree
