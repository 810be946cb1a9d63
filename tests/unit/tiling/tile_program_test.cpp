#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/tiling/naive_tiling.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// A random layer, cut; the programs of most are checked against the rules that they must keep.
struct cut_layer {
    layer_geometry g;
    tiling_limits limits;
    pass_split passes;
    layer_mapping mapping;
    tile_program program;
    std::int64_t n_blocks = 0, k_blocks = 0, m_blocks = 0;  ///< m-blocks of all images
};

bool cut_any(std::uint32_t seed, cut_layer& l) {
    draws d(seed);
    l.g = any_geometry(d);
    l.limits = any_limits(d);
    l.passes = {d.between(1, 3), d.between(1, 2)};
    try {
        l.mapping = choose_mapping(l.g, l.limits, any_outliers(d, l.g, l.limits));
    } catch (const does_not_fit&) {
        return false;
    }
    l.program = enumerate_tiles(l.g, l.limits.trees, l.limits.lanes, l.passes, l.mapping);
    l.n_blocks = blocks_of(l.g.n(), l.limits.trees);
    l.k_blocks = blocks_of(l.g.k(), l.limits.lanes);
    l.m_blocks = blocks_of(l.g.m(), l.mapping.m_block) * l.g.images;
    return true;
}

/// Runs `check` on random layers; at least `wanted` of them must be cut at all.
void for_random_layers(int wanted, const std::function<void(const cut_layer&)>& check) {
    int seen = 0;
    for (std::uint32_t seed = 1; seed <= 1200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        cut_layer l;
        if (!cut_any(seed, l)) continue;
        ++seen;
        check(l);
        if (::testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GE(seen, wanted);
}

TEST(tile_program, holds_every_tile_once_with_its_sizes) {
    for_random_layers(500, [](const cut_layer& l) {
        std::set<tile_place> seen;
        std::int64_t macs = 0;
        for (const tile& t : l.program.tiles) {
            ASSERT_TRUE(seen.insert(place_of(t)).second) << "a tile comes twice";
            ASSERT_TRUE(t.repeat >= 0 && t.repeat < l.g.repeat && t.m_block >= 0 && t.m_block < l.m_blocks);
            ASSERT_TRUE(t.n_block >= 0 && t.n_block < l.n_blocks && t.k_block >= 0 && t.k_block < l.k_blocks);
            ASSERT_LT(t.weight_pass, l.passes.weight_passes);
            ASSERT_LT(t.activation_pass, l.passes.activation_passes);
            ASSERT_EQ(t.vectors, size_of_block(l.g.m(), l.mapping.m_block, t.m_block % (l.m_blocks / l.g.images)));
            ASSERT_EQ(t.channels, size_of_block(l.g.n(), l.limits.trees, t.n_block));
            ASSERT_EQ(t.inputs, size_of_block(l.g.k(), l.limits.lanes, t.k_block));
            ASSERT_EQ(t.dense_bytes, tile_bytes(l.g, l.limits.trees, l.limits.lanes, t.n_block, t.k_block));
            if (t.first_pass()) macs += std::int64_t{t.vectors} * t.channels * t.inputs;
        }
        ASSERT_EQ(std::int64_t(seen.size()), l.g.repeat * l.m_blocks * l.n_blocks * l.k_blocks * l.passes.total());
        ASSERT_EQ(macs, l.g.m() * l.g.n() * l.g.k() * l.g.repeat * l.g.images);
        ASSERT_EQ(std::uint64_t(macs), l.g.macs());
    });
}

/// The loops over images and their vectors, written out.
TEST(tile_program, cuts_every_image_by_itself) {
    for_random_layers(500, [](const cut_layer& l) {
        std::int32_t index = 0;
        for (std::int32_t image = 0; image < l.g.images; ++image)
            for (std::int64_t first = 0; first < l.g.m(); first += l.mapping.m_block, ++index) {
                const vector_block block = vectors_of(l.g, l.mapping.m_block, index);
                ASSERT_EQ(block.image, image);
                ASSERT_EQ(block.first, first);
                ASSERT_EQ(block.count, std::min<std::int64_t>(l.mapping.m_block, l.g.m() - first));
            }
        ASSERT_EQ(index, l.m_blocks);
    });
}

/// Weights outermost: further images fetch none, unless an n-block is cut along k and its pieces take turns in the banks.
TEST(tile_program, fetches_weights_once_for_all_images) {
    int batches = 0;
    for_random_layers(500, [&](const cut_layer& l) {
        const auto cut = [](const weight_fill& f) { return f.first_k_block > 0; };
        if (l.mapping.order != loop_order::n_m || std::any_of(l.mapping.fills.begin(), l.mapping.fills.end(), cut)) return;
        ASSERT_EQ(l.program.weights.size(), l.mapping.fills.size());
        batches += l.g.images > 1;
    });
    EXPECT_GT(batches, 50);
}

TEST(tile_program, finishes_an_accumulator_before_the_next) {
    for_random_layers(500, [](const cut_layer& l) {
        const auto slices = std::size_t(l.k_blocks * l.passes.total());
        for (std::size_t i = 0; i < l.program.tiles.size(); ++i) {
            const tile& t = l.program.tiles[i];
            const tile& head = l.program.tiles[i - i % slices];
            ASSERT_EQ(std::tie(t.repeat, t.m_block, t.n_block), std::tie(head.repeat, head.m_block, head.n_block));
            const auto slice = static_cast<int>(i % slices), pass = slice % l.passes.total();
            ASSERT_EQ(t.k_block, slice / l.passes.total());
            ASSERT_EQ(t.weight_pass, pass / l.passes.activation_passes);
            ASSERT_EQ(t.activation_pass, pass % l.passes.activation_passes);
            ASSERT_EQ(t.first_slice, i % slices == 0);
            ASSERT_EQ(t.last_slice, i % slices == slices - 1);
        }
    });
}

/// The loops of one repeat, written out: groups of n-blocks that share a bank, or one n-block that needs several.
std::vector<std::pair<int, int>> naive_order(const cut_layer& l, std::int32_t repeat) {
    std::vector<std::vector<int>> groups;  // n-blocks
    for (const weight_fill& fill : l.mapping.fills) {
        if (fill.repeat != repeat || fill.first_k_block > 0) continue;
        groups.emplace_back();
        for (int n = 0; n < fill.n_blocks; ++n) groups.back().push_back(fill.first_n_block + n);
    }
    std::vector<std::pair<int, int>> order;  // m-block, n-block
    const auto visit = [&](const std::vector<int>& group, int m) {
        for (int n : group) order.emplace_back(m, n);
    };
    if (l.mapping.order == loop_order::m_n) {
        for (int m = 0; m < l.m_blocks; ++m)
            for (const auto& group : groups) visit(group, m);
    } else {
        for (const auto& group : groups)
            for (int m = 0; m < l.m_blocks; ++m) visit(group, m);
    }
    return order;
}

TEST(tile_program, goes_through_groups_and_m_blocks_in_the_chosen_order) {
    for_random_layers(500, [](const cut_layer& l) {
        std::vector<std::pair<int, int>> order;
        std::int32_t repeat = 0;
        const auto compare = [&] {
            ASSERT_EQ(order, naive_order(l, repeat));
            order.clear();
        };
        for (const tile& t : l.program.tiles) {
            ASSERT_GE(t.repeat, repeat);
            if (t.repeat > repeat) {
                compare();
                repeat = t.repeat;
            }
            if (t.last_slice) order.emplace_back(t.m_block, t.n_block);
        }
        compare();
    });
}

TEST(tile_program, fetches_what_two_banks_do_not_hold) {
    int kept_weights = 0, kept_inputs = 0;
    for_random_layers(500, [&](const cut_layer& l) {
        two_banks weights, inputs;
        for (const tile& t : l.program.tiles) {
            const std::int64_t fill = fill_of(l.mapping.fills, t);
            ASSERT_EQ(t.weights, weights.serve(fill));
            ASSERT_EQ(t.input, inputs.serve(t.repeat * l.m_blocks + t.m_block));
            ASSERT_EQ(l.program.weights[std::size_t(t.weights)].fill, fill);
            ASSERT_EQ(l.program.inputs[std::size_t(t.input)].repeat, t.repeat);
            ASSERT_EQ(l.program.inputs[std::size_t(t.input)].m_block, t.m_block);
        }
        ASSERT_EQ(weights.fetched.size(), l.program.weights.size());
        ASSERT_EQ(inputs.fetched.size(), l.program.inputs.size());
        kept_weights += l.m_blocks > 1 && weights.fetched.size() == l.mapping.fills.size();
        kept_inputs += l.n_blocks > 1 && inputs.fetched.size() == std::size_t(l.m_blocks * l.g.repeat);
    });
    EXPECT_GT(kept_weights, 20);
    EXPECT_GT(kept_inputs, 20);
}

TEST(tile_program, frees_a_bank_with_the_last_tile_that_reads_it) {
    for_random_layers(500, [](const cut_layer& l) {
        std::map<int, std::size_t> last_weights, last_input;
        for (std::size_t i = 0; i < l.program.tiles.size(); ++i) {
            last_weights[l.program.tiles[i].weights] = i;
            last_input[l.program.tiles[i].input] = i;
        }
        for (std::size_t i = 0; i < l.program.tiles.size(); ++i) {
            ASSERT_EQ(l.program.tiles[i].frees_weights, last_weights[l.program.tiles[i].weights] == i) << "tile " << i;
            ASSERT_EQ(l.program.tiles[i].frees_input, last_input[l.program.tiles[i].input] == i) << "tile " << i;
        }
    });
}

TEST(tile_program, finds_codes_in_the_bank_one_tile_after_the_other) {
    for_random_layers(500, [](const cut_layer& l) {
        for (const tile& t : l.program.tiles) {
            const weight_fill& fill = l.mapping.fills[std::size_t(fill_of(l.mapping.fills, t))];
            std::uint64_t before = 0;
            for (int n = fill.first_n_block; n <= t.n_block; ++n)
                for (int k = fill.first_k_block; k < fill.first_k_block + fill.k_blocks && (n < t.n_block || k < t.k_block); ++k)
                    before += tile_bytes(l.g, l.limits.trees, l.limits.lanes, n, k);
            ASSERT_EQ(t.dense_offset, before);
            ASSERT_EQ(t.first_of_fill, before == 0 && t.first_pass());
        }
    });
}

}  // namespace
}  // namespace symmetree
