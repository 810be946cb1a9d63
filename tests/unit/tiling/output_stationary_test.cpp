// Output-stationary tiles are those of the other order, vector by vector, from the same fills and inputs.
#include "tests/support/output_stationary.h"

#include <gtest/gtest.h>

#include "tests/unit/tiling/naive_tiling.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// Everything that an engine reads from a tile.
auto content_of(const tile& t) {
    return std::make_tuple(place_of(t), t.first_vector, t.vectors, t.channels, t.inputs, t.weights, t.input, t.dense_offset, t.dense_bytes,
                           t.first_of_fill, t.first_slice, t.last_slice, t.frees_weights, t.frees_input);
}

struct held_layer {
    layer_geometry g;
    tiling_limits limits;
    outlier_layout outliers;
    layer_mapping mapping;
};

/// False where the layer does not fit.
bool hold_any(draws& d, held_layer& l) {
    l.g = any_geometry(d);
    l.limits = any_limits(d);
    l.limits.flow = dataflow::output_stationary;
    l.outliers = any_outliers(d, l.g, l.limits);
    try {
        l.mapping = choose_mapping(l.g, l.limits, l.outliers);
    } catch (const does_not_fit&) {
        return false;
    }
    return true;
}

TEST(output_stationary_tiles, are_the_slices_of_one_vector_after_the_other) {
    int seen = 0;
    for (std::uint32_t seed = 1; seed <= 1200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        held_layer l;
        if (!hold_any(d, l)) continue;
        ++seen;
        const pass_split passes{d.between(1, 3), d.between(1, 2)};
        layer_mapping by_weights = l.mapping;
        by_weights.flow = dataflow::weight_stationary;
        const tile_program held = enumerate_tiles(l.g, l.limits.trees, l.limits.lanes, passes, l.mapping);
        const tile_program expected = output_stationary(enumerate_tiles(l.g, l.limits.trees, l.limits.lanes, passes, by_weights)).program;
        ASSERT_EQ(held.weights.size(), expected.weights.size());
        ASSERT_EQ(held.inputs.size(), expected.inputs.size());
        ASSERT_EQ(held.tiles.size(), expected.tiles.size());
        for (std::size_t i = 0; i < held.tiles.size(); ++i)
            ASSERT_EQ(content_of(held.tiles[i]), content_of(expected.tiles[i])) << "tile " << i;
    }
    EXPECT_GE(seen, 400);
}

TEST(output_stationary_mapping, is_of_whole_n_blocks_and_bound_by_no_accumulator) {
    int longer = 0, refused = 0;
    for (std::uint32_t seed = 1; seed <= 1200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        held_layer l;
        const bool fits = hold_any(d, l);
        std::uint64_t largest = 0;
        const auto n_blocks = blocks_of(l.g.n(), l.limits.trees), k_blocks = blocks_of(l.g.k(), l.limits.lanes);
        for (std::int64_t n = 0; n < l.g.repeat * n_blocks; ++n) {
            std::uint64_t bytes = 0;
            for (std::int64_t k = 0; k < k_blocks; ++k)
                bytes += tile_bytes(l.g, l.limits.trees, l.limits.lanes, int(n % n_blocks), int(k)) +
                         l.outliers.tile_bytes(std::size_t(n * k_blocks + k));
            largest = std::max(largest, bytes);
        }
        if (largest > l.limits.weight_bank_bytes) {
            ASSERT_FALSE(fits);
            ++refused;
        }
        if (!fits) continue;
        for (const weight_fill& fill : l.mapping.fills) ASSERT_EQ(fill.k_blocks, k_blocks);
        longer += l.mapping.m_block > l.limits.accumulator_depth;
    }
    EXPECT_GT(longer, 50);
    EXPECT_GT(refused, 50);
}

}  // namespace
}  // namespace symmetree
