#include <gtest/gtest.h>

#include "tests/unit/tiling/naive_tiling.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

bool fits(const layer_geometry& g, const tiling_limits& limits, std::int64_t m_block) {
    if (m_block > limits.accumulator_depth || (limits.m_block > 0 && m_block > limits.m_block)) return false;
    const std::int64_t output_bits = m_block * std::min<std::int64_t>(limits.trees, g.n()) * g.output_bits;
    if (output_bits > std::int64_t(8 * limits.output_bank_bytes)) return false;
    for (std::int64_t first = 0; first < g.m(); first += m_block)
        if (rows_read(g, first, std::min(m_block, g.m() - first)).size() * g.row_bytes() > limits.activation_bank_bytes) return false;
    return true;
}

TEST(m_block, is_the_largest_whose_blocks_all_fit) {
    int refused = 0, chosen = 0;
    for (std::uint32_t seed = 0; seed < 1500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const layer_geometry g = any_geometry(d);
        tiling_limits limits = any_limits(d);
        limits.weight_bank_bytes = 1 << 20;
        std::int64_t naive = g.m();
        while (naive > 0 && !fits(g, limits, naive)) --naive;
        if (naive == 0) {
            ++refused;
            ASSERT_THROW(choose_mapping(g, limits, {}), does_not_fit);
        } else {
            ++chosen;
            ASSERT_EQ(choose_mapping(g, limits, {}).m_block, naive);
        }
    }
    EXPECT_GT(refused, 50);
    EXPECT_GT(chosen, 500);
}

}  // namespace
}  // namespace symmetree
