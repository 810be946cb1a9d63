#include "models/buffers/im2col_math.h"

#include <gtest/gtest.h>

#include "models/contract/descriptor.h"
#include "tests/unit/models/bits.h"
#include "tests/unit/tiling/random_layers.h"

namespace symmetree {
namespace {

/// An image of one repeat and what a bank holds of it.
struct image_case {
    layer_geometry g;
    bool is_unsigned = false;
    std::vector<std::int16_t> image;  // [row][x][channel]
    std::int64_t first = 0;
    std::int32_t vectors = 0;
    std::vector<row_run> runs;
    std::vector<std::uint8_t> bank;
};

image_case any_image(draws& d) {
    image_case c;
    c.g = any_geometry(d);
    c.is_unsigned = d.once_in(3);
    const int a = c.g.activation_bits, half = 1 << (a - 1);
    for (int i = 0; i < c.g.in_height * c.g.in_width * c.g.in_channels; ++i)
        c.image.push_back(std::int16_t(c.is_unsigned ? d.between(0, 2 * half - 1) : d.between(-half, half - 1)));
    c.first = d.between(0, int(c.g.m()) - 1);
    c.vectors = d.between(1, int(c.g.m() - c.first));
    c.runs = input_rows(c.g, c.first, c.vectors);
    const int row_elements = c.g.in_width * c.g.in_channels;
    for (const row_run& run : c.runs)
        for (int row = run.first; row < run.first + run.count; ++row) {
            bit_list bits;
            for (int i = 0; i < row_elements; ++i) bits.append(c.image[std::size_t(row) * row_elements + i], a);
            bits.append_bytes_to(c.bank);
        }
    return c;
}

/// The code that input k of a vector reads; `padding` outside the image.
int naive_input(const image_case& c, std::int64_t vector, std::int64_t k, int padding) {
    const layer_geometry& g = c.g;
    std::int64_t at = 0;
    for (int channel = 0; channel < g.in_channels; ++channel)
        for (int r = 0; r < g.kernel_height; ++r)
            for (int s = 0; s < g.kernel_width; ++s, ++at) {
                if (at != k) continue;
                const std::int64_t y = vector / g.out_width * g.stride_height + r * g.dilation_height - g.pad_top;
                const std::int64_t x = vector % g.out_width * g.stride_width + s * g.dilation_width - g.pad_left;
                if (y < 0 || y >= g.in_height || x < 0 || x >= g.in_width) return padding;
                return c.image[std::size_t((y * g.in_width + x) * g.in_channels + channel)];
            }
    return 0;  // beyond K
}

TEST(im2col, of_a_bank_is_the_naive_one_for_every_piece) {
    for (std::uint32_t seed = 0; seed < 1500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        draws d(seed);
        const image_case c = any_image(d);
        const std::vector<std::int16_t> rows = unpack_rows(c.bank.data(), c.g, c.runs, c.is_unsigned);
        const int a = c.g.activation_bits, port = d.between(2, 8), passes = int(ceil_div(std::uint64_t(a), std::uint64_t(port)));
        im2col_request q;
        q.geometry = &c.g;
        q.first_vector = c.first;
        q.vectors = c.vectors;
        q.lanes = d.one_of({1, 2, 3, 4, 7, 16, 64});
        q.stride = q.lanes + d.between(0, 3);
        q.k_block = d.between(0, int((c.g.k() - 1) / q.lanes));
        q.padding = std::int16_t(c.is_unsigned ? 0 : d.between(-(1 << (a - 1)), (1 << (a - 1)) - 1));
        std::vector<int> sums(std::size_t(c.vectors) * q.stride, 0);
        for (int pass = 0; pass < passes; ++pass) {
            q.part = piece_of(a, port, pass);
            const std::vector<std::int16_t> piece = gather_vectors(rows, c.runs, q);
            ASSERT_EQ(piece.size(), sums.size());
            for (std::size_t i = 0; i < piece.size(); ++i) sums[i] += piece[i] * (1 << q.part.first);
        }
        for (int v = 0; v < c.vectors; ++v)
            for (int lane = 0; lane < q.stride; ++lane)
                ASSERT_EQ(sums[std::size_t(v) * q.stride + lane],
                          lane < q.lanes ? naive_input(c, c.first + v, std::int64_t{q.k_block} * q.lanes + lane, q.padding) : 0)
                    << "vector " << v << " lane " << lane;
    }
}

TEST(im2col, unpacks_every_row_from_its_own_byte) {
    layer_geometry g;
    g.in_height = 3;
    g.in_width = 3;
    g.in_channels = 1;
    g.activation_bits = 3;
    const std::uint8_t bank[] = {0xff, 0xff, 0x05, 0x00};  // nine bits and seven of padding a row
    EXPECT_EQ(unpack_rows(bank, g, {{0, 1}, {2, 1}}, false), (std::vector<std::int16_t>{-1, -1, -1, -3, 0, 0}));
    EXPECT_EQ(unpack_rows(bank, g, {{0, 2}}, true), (std::vector<std::int16_t>{7, 7, 7, 5, 0, 0}));
}

TEST(pieces, of_every_code_add_up_to_it) {
    for (int bits = 2; bits <= 9; ++bits)
        for (int port = 2; port <= 9; ++port) {
            const int passes = (bits + port - 1) / port;
            for (int code = -(1 << (bits - 1)); code < 1 << (bits - 1); ++code) {
                int sum = 0;
                for (int pass = 0; pass < passes; ++pass) {
                    const piece part = piece_of(bits, port, pass);
                    const int value = take_piece(std::int16_t(code), part);
                    ASSERT_LE(part.bits, port);
                    ASSERT_EQ(part.first, pass * port);
                    ASSERT_EQ(part.is_signed, pass == passes - 1);
                    ASSERT_TRUE(part.is_signed ? value >= -(1 << (part.bits - 1)) && value < 1 << (part.bits - 1)
                                               : value >= 0 && value < 1 << part.bits);
                    sum += value * (1 << part.first);
                }
                ASSERT_EQ(sum, code) << bits << " bits on a port of " << port;
            }
        }
}

}  // namespace
}  // namespace symmetree
