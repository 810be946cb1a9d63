#include <gtest/gtest.h>

#include "tests/unit/tiling/naive_tiling.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// Bytes of tiles, outliers included, by the bit counts of the layout.
class tile_sizes {
public:
    tile_sizes(const layer_geometry& g, const tiling_limits& limits, const outlier_layout& outliers)
        : g_(g), limits_(limits), outliers_(outliers), n_blocks(blocks_of(g.n(), limits.trees)), k_blocks(blocks_of(g.k(), limits.lanes)) {}

    std::uint64_t dense(std::int64_t n, std::int64_t k) const { return tile_bytes(g_, limits_.trees, limits_.lanes, n, k); }
    std::uint64_t sparse(std::int64_t r, std::int64_t n, std::int64_t k) const {
        if (!outliers_.present()) return 0;
        const auto tile = std::size_t((r * n_blocks + n) * k_blocks + k);
        std::uint64_t bytes = 0;
        for (std::uint32_t round = outliers_.first_round[tile]; round < outliers_.first_round[tile + 1]; ++round)
            bytes += (std::uint64_t(outliers_.head_bits) + outliers_.per_round[round] * std::uint64_t(outliers_.entry_bits) + 7) / 8;
        return bytes;
    }
    std::uint64_t tile(std::int64_t r, std::int64_t n, std::int64_t k) const { return dense(n, k) + sparse(r, n, k); }
    std::uint64_t n_block(std::int64_t r, std::int64_t n) const {
        std::uint64_t sum = 0;
        for (std::int64_t k = 0; k < k_blocks; ++k) sum += tile(r, n, k);
        return sum;
    }

private:
    const layer_geometry& g_;
    const tiling_limits& limits_;
    const outlier_layout& outliers_;

public:
    const std::int64_t n_blocks, k_blocks;
};

void expect_sizes(const weight_fill& fill, const tile_sizes& sizes, const tiling_limits& limits) {
    std::uint64_t dense = 0, sparse = 0;
    for (std::int64_t n = fill.first_n_block; n < fill.first_n_block + fill.n_blocks; ++n)
        for (std::int64_t k = fill.first_k_block; k < fill.first_k_block + fill.k_blocks; ++k) {
            dense += sizes.dense(n, k);
            sparse += sizes.sparse(fill.repeat, n, k);
        }
    ASSERT_EQ(fill.dense_bytes, dense);
    ASSERT_EQ(fill.outlier_bytes, sparse);
    ASSERT_LE(fill.dense_bytes + fill.outlier_bytes, limits.weight_bank_bytes);
}

/// A fill ends where its n-blocks or k-blocks end, at the bank's size or at the configured count: never earlier.
void expect_full(const weight_fill& fill, const tile_sizes& sizes, const tiling_limits& limits) {
    const std::uint64_t used = fill.dense_bytes + fill.outlier_bytes;
    const std::int64_t next_n = fill.first_n_block + fill.n_blocks, next_k = fill.first_k_block + fill.k_blocks;
    const bool whole = sizes.n_block(fill.repeat, fill.first_n_block) <= limits.weight_bank_bytes;
    if (!whole) {
        ASSERT_EQ(fill.n_blocks, 1);
        if (next_k < sizes.k_blocks) {
            ASSERT_GT(used + sizes.tile(fill.repeat, fill.first_n_block, next_k), limits.weight_bank_bytes);
        }
        return;
    }
    ASSERT_EQ(fill.first_k_block, 0);
    ASSERT_EQ(fill.k_blocks, sizes.k_blocks);
    if (limits.n_blocks_per_group > 0) {
        ASSERT_LE(fill.n_blocks, limits.n_blocks_per_group);
        if (fill.n_blocks == limits.n_blocks_per_group) return;
    }
    if (next_n < sizes.n_blocks) {
        ASSERT_GT(used + sizes.n_block(fill.repeat, next_n), limits.weight_bank_bytes);
    }
}

TEST(weight_groups, cover_the_tiles_in_order_and_fill_their_banks) {
    int cut = 0, grouped = 0;
    for (std::uint32_t seed = 0; seed < 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const layer_geometry g = any_geometry(d);
        const tiling_limits limits = any_limits(d);
        const outlier_layout outliers = any_outliers(d, g, limits);
        layer_mapping mapping;
        try {
            mapping = choose_mapping(g, limits, outliers);
        } catch (const does_not_fit&) {
            continue;
        }
        const tile_sizes sizes(g, limits, outliers);
        std::int64_t r = 0, n = 0, k = 0;  // the first tile that is not covered yet
        for (const weight_fill& fill : mapping.fills) {
            ASSERT_EQ(fill.repeat, r);
            ASSERT_EQ(fill.first_n_block, n);
            ASSERT_EQ(fill.first_k_block, k);
            ASSERT_GE(fill.n_blocks, 1);
            ASSERT_GE(fill.k_blocks, 1);
            expect_sizes(fill, sizes, limits);
            expect_full(fill, sizes, limits);
            if (::testing::Test::HasFatalFailure()) return;
            cut += fill.k_blocks < sizes.k_blocks;
            grouped += fill.n_blocks > 1;
            if ((k += fill.k_blocks) < sizes.k_blocks) continue;
            k = 0;
            if ((n += fill.n_blocks) < sizes.n_blocks) continue;
            n = 0;
            ++r;
        }
        ASSERT_EQ(r, g.repeat);
    }
    EXPECT_GT(cut, 200);
    EXPECT_GT(grouped, 200);
}

TEST(weight_groups, take_a_tile_that_fills_the_bank_to_the_last_byte) {
    layer_geometry g = {};
    g.in_height = g.out_height = 1;
    g.in_channels = 16;
    g.out_channels = 8;
    g.stored_weight_bits = g.activation_bits = g.output_bits = 4;
    tiling_limits limits;
    limits.trees = limits.lanes = 4;
    limits.accumulator_depth = 1;
    limits.activation_bank_bytes = limits.output_bank_bytes = 64;
    limits.weight_bank_bytes = 64;  // two n-blocks of four tiles of 8 bytes
    EXPECT_EQ(choose_mapping(g, limits, {}).fills.size(), 1u);
    limits.weight_bank_bytes = 63;
    EXPECT_EQ(choose_mapping(g, limits, {}).fills.size(), 2u);
    limits.weight_bank_bytes = 32;
    EXPECT_EQ(choose_mapping(g, limits, {}).fills.size(), 2u);
    limits.weight_bank_bytes = 31;
    EXPECT_EQ(choose_mapping(g, limits, {}).fills.size(), 4u);
    limits.weight_bank_bytes = 8;
    EXPECT_EQ(choose_mapping(g, limits, {}).fills.size(), 8u);
    limits.weight_bank_bytes = 7;
    EXPECT_THROW(choose_mapping(g, limits, {}), does_not_fit);
}

}  // namespace
}  // namespace symmetree
