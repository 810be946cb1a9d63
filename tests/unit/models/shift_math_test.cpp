#include "models/shift_lut/shift_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

__extension__ typedef __int128 wide;

/// n is f * 2^(-e/2) rounded to the nearest integer, told from squares: (2n - 1)^2 2^e < (2f)^2 < (2n + 1)^2 2^e.
bool is_nearest(std::int64_t n, std::int64_t f, int e) {
    const wide middle = wide{4} * f * f;
    const bool above = n == 0 || (wide{2 * n - 1} * (2 * n - 1) << e) < middle;
    return above && middle < (wide{2 * n + 1} * (2 * n + 1) << e);
}

TEST(shifted_magnitude, is_exact_for_every_code_magnitude_and_guard) {
    for (int b = 2; b <= 7; ++b)
        for (int guard = 0; guard <= 7; ++guard)
            for (int magnitude = 0; magnitude <= 255; ++magnitude)
                for (int e = 0; e < (1 << (b - 1)) - 1; ++e) {
                    const std::int64_t fixed = std::int64_t{magnitude} << guard;
                    const auto where = [&] {
                        return "b " + std::to_string(b) + " g " + std::to_string(guard) + " x " + std::to_string(magnitude) + " e " +
                               std::to_string(e);
                    };
                    ASSERT_EQ(shifted_magnitude(false, magnitude, e, guard), std::int64_t(std::floor(std::ldexp(double(fixed), -e))))
                        << where();
                    const std::int64_t post = shifted_magnitude(true, magnitude, e, guard);
                    if (e % 2 == 0) {
                        ASSERT_EQ(post, std::int64_t(std::floor(std::ldexp(double(fixed), -e / 2)))) << where();
                    } else {
                        ASSERT_TRUE(is_nearest(post, fixed, e)) << where() << " gives " << post;
                        ASSERT_EQ(post, std::llrint(static_cast<long double>(fixed) * std::exp2(-0.5L * e))) << where();
                    }
                }
}

TEST(shift_product, has_the_sign_of_both_operands_and_a_zero_code) {
    for (const bool post : {false, true})
        for (int b = 2; b <= 7; ++b) {
            const std::uint32_t sign = 1u << (b - 1), zero = sign - 1;
            for (const int x : {-128, -127, -3, -1, 0, 1, 2, 127, 255}) {
                EXPECT_EQ(shift_product(post, zero, b, x, 4), 0);
                EXPECT_EQ(shift_product(post, sign | zero, b, x, 4), 0);
                for (std::uint32_t e = 0; e < zero; ++e) {
                    const std::int32_t size = shifted_magnitude(post, std::abs(x), int(e), 4);
                    ASSERT_EQ(shift_product(post, e, b, x, 4), x < 0 ? -size : size);
                    ASSERT_EQ(shift_product(post, sign | e, b, x, 4), x < 0 ? size : -size);
                }
            }
        }
}

TEST(shift_product, of_a_weight_of_one_is_the_activation) {
    for (const bool post : {false, true})
        for (int guard = 0; guard <= 7; ++guard) EXPECT_EQ(shift_product(post, 0, 4, -77, guard), -77 * (1 << guard));
}

TEST(shift_product, without_guard_bits_truncates_towards_zero_in_magnitude) {
    EXPECT_EQ(shift_product(false, 1, 4, 5, 0), 2);
    EXPECT_EQ(shift_product(false, 1, 4, -5, 0), -2);
    EXPECT_EQ(shift_product(true, 2, 4, -5, 0), -2);
    EXPECT_EQ(shift_product(true, 1, 4, 5, 0), 4);  // 3.54
}

struct shift_case {
    bool post = false;
    int bits = 0, guard = 0, least = 0, greatest = 0, trees = 0, lanes = 0, stride = 0, vectors = 0;
    shift_tile tile;
    std::vector<std::int16_t> activations;
};

/// `many`: more vectors than twice the values of an activation, where rows of products are made beforehand.
shift_case any_case(draws& d, bool many) {
    shift_case c;
    c.post = d.once_in(2);
    c.bits = d.between(2, 7);
    c.guard = d.between(0, 7);
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
    c.tile.codes.assign(std::size_t(c.lanes * c.tile.tree_stride), std::uint8_t((1 << (c.bits - 1)) - 1));
    for (int l = 0; l < c.lanes; ++l)
        for (int t = 0; t < c.trees; ++t)
            c.tile.codes[std::size_t(l * c.tile.tree_stride + t)] = std::uint8_t(d.between(0, (1 << c.bits) - 1));
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
        const product_table table(c.post ? array_kind::post : array_kind::pot, c.bits, c.guard, c.least, c.greatest);
        std::vector<std::int32_t> partial(std::size_t(c.vectors * c.tile.tree_stride), -77);
        shift_multiply_tile(c.tile, table, c.activations.data(), c.stride, c.vectors, partial.data());
        for (int v = 0; v < c.vectors; ++v)
            for (int t = 0; t < c.tile.tree_stride; ++t) {
                std::int64_t sum = 0;
                for (int l = 0; l < c.lanes && t < c.trees; ++l)
                    sum += shift_product(c.post, c.tile.codes[std::size_t(l * c.tile.tree_stride + t)], c.bits,
                                         c.activations[std::size_t(v * c.stride + l)], c.guard);
                ASSERT_EQ(partial[std::size_t(v * c.tile.tree_stride + t)], sum) << "vector " << v << " tree " << t;
            }
    }
}

INSTANTIATE_TEST_SUITE_P(of, shift_tiles, ::testing::Bool(),
                         [](const auto& kind) { return kind.param ? std::string("many_vectors") : std::string("few_vectors"); });

}  // namespace
}  // namespace symmetree
