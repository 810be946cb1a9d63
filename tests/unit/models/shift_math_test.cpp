#include "models/shift_lut/shift_math.h"

#include <gtest/gtest.h>

#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

struct shift_case {
    array_config array;
    int bits = 0, least = 0, greatest = 0, trees = 0, lanes = 0, stride = 0, vectors = 0;
    shift_tile tile;
    std::vector<std::int16_t> activations;
};

/// `many`: more vectors than twice the values of an activation, where rows of products are made beforehand.
shift_case any_case(draws& d, bool many) {
    shift_case c;
    c.array.kind = d.one_of({array_kind::pot, array_kind::post, array_kind::apot});
    c.array.guard_bits = d.between(0, 7);
    c.array.odd = d.one_of({odd_products::each_rounded, odd_products::shared_word});
    c.bits = c.array.kind == array_kind::apot ? d.between(4, 5) : d.between(2, 7);
    const int a = many ? d.between(2, 4) : d.between(2, 8);
    const bool is_unsigned = d.once_in(2);
    c.least = is_unsigned ? 0 : -(1 << (a - 1));
    c.greatest = is_unsigned ? (1 << a) - 1 : (1 << (a - 1)) - 1;
    c.trees = d.one_of({1, 3, 8, 11, 16});
    c.lanes = d.one_of({1, 2, 5, 16, 31});
    c.stride = c.lanes + d.between(0, 2);
    const int span = c.greatest - c.least + 1;
    c.vectors = many ? 2 * span + d.between(1, 9) : d.between(1, 2 * span);
    c.tile.lanes = c.lanes;
    c.tile.tree_stride = (c.trees + 7) / 8 * 8;
    c.tile.codes.assign(std::size_t(c.lanes) * c.tile.tree_stride, std::uint8_t((1 << (c.bits - 1)) - 1));
    for (int l = 0; l < c.lanes; ++l)
        for (int t = 0; t < c.trees; ++t)
            c.tile.codes[std::size_t(l) * c.tile.tree_stride + t] = std::uint8_t(d.between(0, (1 << c.bits) - 1));
    for (int i = 0; i < c.vectors * c.stride; ++i)
        c.activations.push_back(std::int16_t(d.once_in(5) ? c.least : d.once_in(5) ? c.greatest : d.between(c.least, c.greatest)));
    return c;
}

class shift_tiles : public ::testing::TestWithParam<bool> {};

TEST_P(shift_tiles, equal_naive_sums_of_products) {
    for (std::uint32_t seed = 0; seed < 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const shift_case c = any_case(d, GetParam());
        const product_table table(c.array, c.bits, c.least, c.greatest);
        std::vector<std::int32_t> partial(std::size_t(c.vectors) * c.tile.tree_stride, -77);
        shift_multiply_tile(c.tile, table, c.activations.data(), c.stride, c.vectors, partial.data());
        for (int v = 0; v < c.vectors; ++v)
            for (int t = 0; t < c.tile.tree_stride; ++t) {
                std::int64_t sum = 0;
                for (int l = 0; l < c.lanes && t < c.trees; ++l)
                    sum += circuit_product(c.array.kind, c.tile.codes[std::size_t(l) * c.tile.tree_stride + t], c.bits,
                                           c.activations[std::size_t(v) * c.stride + l], c.array.guard_bits, c.array.odd);
                ASSERT_EQ(partial[std::size_t(v) * c.tile.tree_stride + t], sum) << "vector " << v << " tree " << t;
            }
    }
}

INSTANTIATE_TEST_SUITE_P(of, shift_tiles, ::testing::Bool(),
                         [](const auto& kind) { return kind.param ? std::string("many_vectors") : std::string("few_vectors"); });

}  // namespace
}  // namespace symmetree
