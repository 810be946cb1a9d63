#include <gtest/gtest.h>

#include "tests/unit/tiling/naive_tiling.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

std::uint64_t bytes_in_order(const layer_geometry& g, const tiling_limits& limits, layer_mapping mapping, loop_order order) {
    mapping.order = order;
    return bytes_fetched(g, mapping, enumerate_tiles(g, limits.trees, limits.lanes, {}, mapping));
}

TEST(loop_order, chosen_automatically_reads_fewer_bytes) {
    int n_m = 0, m_n = 0, ties = 0;
    for (std::uint32_t seed = 0; seed < 2500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const layer_geometry g = any_geometry(d);
        tiling_limits limits = any_limits(d);
        limits.order = loop_order::automatic;
        layer_mapping mapping;
        try {
            mapping = choose_mapping(g, limits, any_outliers(d, g, limits));
        } catch (const does_not_fit&) {
            continue;
        }
        const std::uint64_t bytes_n_m = bytes_in_order(g, limits, mapping, loop_order::n_m);
        const std::uint64_t bytes_m_n = bytes_in_order(g, limits, mapping, loop_order::m_n);
        ++(bytes_n_m < bytes_m_n ? n_m : bytes_m_n < bytes_n_m ? m_n : ties);
        ASSERT_EQ(mapping.order, bytes_m_n < bytes_n_m ? loop_order::m_n : loop_order::n_m)
            << bytes_n_m << " and " << bytes_m_n << " bytes";
    }
    EXPECT_GT(n_m, 50);
    EXPECT_GT(m_n, 50);
    EXPECT_GT(ties, 50);
}

TEST(loop_order, given_is_kept) {
    draws d(1);
    layer_geometry g = any_product(d);
    g.stored_weight_bits = g.activation_bits = g.output_bits = 4;
    tiling_limits limits;
    limits.trees = limits.lanes = 2;
    limits.accumulator_depth = 4;
    limits.weight_bank_bytes = limits.activation_bank_bytes = limits.output_bank_bytes = 64;
    for (const loop_order order : {loop_order::n_m, loop_order::m_n}) {
        limits.order = order;
        EXPECT_EQ(choose_mapping(g, limits, {}).order, order);
    }
}

}  // namespace
}  // namespace symmetree
