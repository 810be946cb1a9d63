#include <gtest/gtest.h>

#include <functional>

#include "models/contract/outlier_stream.h"
#include "tests/unit/models/bits.h"
#include "tests/unit/models/layer_cases.h"

namespace symmetree {
namespace {

/// Runs `check` on random layers that fit their platforms.
void for_random_layers(int seeds, const std::function<void(const layer_case&, const layer_plan&)>& check) {
    int seen = 0;
    for (std::uint32_t seed = 0; seed < std::uint32_t(seeds); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const layer_case c = layer_cases(seed).any();
        const std::optional<layer_plan> plan = plan_of(c);
        if (!plan) continue;
        ++seen;
        check(c, *plan);
        if (::testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(seen, seeds / 2);
}

placed_case image_of(const layer_case& c, const layer_plan& plan, bool with_values = true) {
    return placed(c, plan, std::vector<channel_record>(std::size_t(c.weights.rows)), with_values);
}

/// Visits the tiles as memory holds them: repeat, n-block, k-block. Row and column are those of the weights' first element.
void for_each_tile(const layer_case& c,
                   const std::function<void(std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns)>& visit) {
    for (std::int64_t r = 0; r < c.shape.repeat; ++r)
        for (std::int64_t n = 0; n < c.shape.n(); n += c.array().trees)
            for (std::int64_t k = 0; k < c.shape.k(); k += c.array().lanes)
                visit(r * c.shape.n() + n, std::min<std::int64_t>(c.array().trees, c.shape.n() - n), k,
                      std::min<std::int64_t>(c.array().lanes, c.shape.k() - k));
}

TEST(layer_image, holds_every_dense_code_packed_tile_by_tile) {
    for_random_layers(400, [](const layer_case& c, const layer_plan& plan) {
        const placed_case image = image_of(c, plan);
        const bool widened = c.config.zero_point == zero_point_unit::widened && !c.weights.zero_point.empty();
        const int bits = c.weights.bits + (widened ? 1 : 0);
        ASSERT_EQ(plan.descriptor.geometry.stored_weight_bits, bits);
        std::uint64_t dense_bytes = 0;
        for (const weight_fill& fill : plan.fills) dense_bytes += fill.dense_bytes;
        ASSERT_EQ(image.dense.size(), dense_bytes);
        bit_list stream(image.dense);
        for_each_tile(c, [&](std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
            for (std::int64_t tree = 0; tree < rows; ++tree)
                for (std::int64_t lane = 0; lane < columns; ++lane) {
                    const int code = c.weights.codes[std::size_t((row + tree) * c.weights.columns + column + lane)];
                    const int stored = widened ? code - c.weights.zero_point[std::size_t(row + tree)] : code;
                    if (c.shifts())
                        ASSERT_EQ(int(stream.take(bits)), stored);
                    else
                        ASSERT_EQ(stream.take_signed(bits), stored);
                }
            ASSERT_TRUE(stream.align());
        });
        ASSERT_TRUE(stream.at_end());
    });
}

TEST(layer_image, holds_every_outlier_once_in_the_stream_of_its_tile) {
    int streams = 0;
    for_random_layers(800, [&](const layer_case& c, const layer_plan& plan) {
        const placed_case image = image_of(c, plan);
        if (c.weights.outlier_bits == 0) {
            ASSERT_TRUE(image.outliers.empty());
            return;
        }
        ++streams;
        bit_list stream(image.outliers);
        std::size_t found = 0;
        for_each_tile(c, [&](std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns) {
            int expected = 0, in_tile = 0;
            for (const outlier& o : c.weights.outliers)
                expected += o.row >= row && o.row < row + rows && o.column >= column && o.column < column + columns;
            for (bool more = true; more;) {
                more = stream.take(1) != 0;
                const int count = int(stream.take(outlier_head_bits(c.array(), c.config.sparse) - 1));
                in_tile += count;
                for (int i = 0; i < count; ++i, ++found) {
                    const int value = stream.take_signed(c.weights.outlier_bits);
                    const std::int64_t tree = stream.take(index_bits(std::uint64_t(c.array().trees))),
                                       lane = stream.take(index_bits(std::uint64_t(c.array().lanes)));
                    const auto same = [&](const outlier& o) {
                        return o.row == row + tree && o.column == column + lane && o.value == value;
                    };
                    ASSERT_EQ(std::count_if(c.weights.outliers.begin(), c.weights.outliers.end(), same), 1)
                        << "value " << value << " tree " << tree << " lane " << lane;
                }
                ASSERT_TRUE(stream.align());
            }
            ASSERT_EQ(in_tile, expected);
        });
        ASSERT_TRUE(stream.at_end());
        ASSERT_EQ(found, c.weights.outliers.size());
    });
    EXPECT_GT(streams, 30);
}

TEST(layer_image, gives_each_fill_the_bytes_of_its_tiles) {
    for_random_layers(300, [](const layer_case& c, const layer_plan& plan) {
        const placed_case image = image_of(c, plan);
        std::uint64_t dense = 0, outliers = 0;
        for (const weight_fill& fill : image.plan.fills) {
            dense += fill.dense_bytes;
            outliers += fill.outlier_bytes;
        }
        ASSERT_EQ(dense, image.dense.size());
        ASSERT_EQ(outliers, image.outliers.size());
    });
}

TEST(layer_image, holds_the_input_row_by_row_from_whole_bytes) {
    for_random_layers(300, [](const layer_case& c, const layer_plan& plan) {
        const placed_case image = image_of(c, plan);
        bit_list stream(image.input);
        const std::size_t row = std::size_t(c.shape.in_width) * std::size_t(c.shape.in_channels);
        for (std::size_t i = 0; i < c.input.codes.size(); ++i) {
            if (c.input.is_unsigned)
                ASSERT_EQ(int(stream.take(c.input.bits)), c.input.codes[i]);
            else
                ASSERT_EQ(stream.take_signed(c.input.bits), c.input.codes[i]);
            if ((i + 1) % row == 0) {
                ASSERT_TRUE(stream.align());
            }
        }
        ASSERT_TRUE(stream.at_end());
        ASSERT_EQ(image.plan.descriptor.input_zero_point, c.input.zero_point);
        ASSERT_EQ(image.plan.descriptor.activations_unsigned != 0, c.input.is_unsigned);
    });
}

TEST(layer_image, lays_its_parts_one_after_the_other) {
    for_random_layers(300, [](const layer_case& c, const layer_plan& plan) {
        const placed_case image = image_of(c, plan);
        const layer_descriptor& d = image.plan.descriptor;
        std::uint64_t end = descriptor_bytes;
        const auto place = [&](std::uint64_t address, std::uint64_t bytes) {
            ASSERT_EQ(address % 64, 0u);
            ASSERT_GE(address, end);
            ASSERT_LT(address, end + 64);
            end = address + bytes;
        };
        place(d.tables_address, table_bytes(d));
        place(d.weights_address, image.dense.size());
        place(d.outliers_address, image.outliers.size());
        place(d.input_address, image.input.size());
        place(d.output_address, image.alone.result_bytes);
        ASSERT_EQ(image.bytes, end);
        std::uint64_t outputs = 0;  // every drained block starts on a byte
        for (std::int64_t m = 0; m < c.shape.m(); m += d.m_block)
            for (std::int64_t n = 0; n < c.shape.n(); n += c.array().trees)
                outputs += std::uint64_t(std::min<std::int64_t>(d.m_block, c.shape.m() - m) *
                                             std::min<std::int64_t>(c.array().trees, c.shape.n() - n) * c.shape.output_bits +
                                         7) /
                           8;
        ASSERT_EQ(image.alone.result_bytes, outputs * std::uint64_t(c.shape.repeat));
    });
}

TEST(layer_image, without_values_takes_the_same_places) {
    for_random_layers(300, [](const layer_case& c, const layer_plan& plan) {
        const placed_case exact = image_of(c, plan);
        layer_case empty = c;
        if (c.weights.outlier_bits == 0) empty.weights.codes.clear();
        const placed_case timing = image_of(empty, plan, false);
        ASSERT_TRUE(timing.dense.empty());
        ASSERT_TRUE(timing.input.empty());
        ASSERT_EQ(timing.outliers, exact.outliers);
        ASSERT_EQ(timing.alone.result_bytes, exact.alone.result_bytes);
        ASSERT_EQ(timing.alone.result_address, exact.alone.result_address);
    });
}

TEST(layer_plan, says_how_the_hardware_reads_the_codes) {
    for_random_layers(600, [](const layer_case& c, const layer_plan& plan) {
        const layer_descriptor& d = plan.descriptor;
        const bool zero = !c.weights.zero_point.empty(), widened = zero && c.config.zero_point == zero_point_unit::widened;
        ASSERT_EQ(static_cast<weight_coding>(d.coding), c.shifts() ? weight_coding::shift
                                                        : widened  ? weight_coding::widened
                                                                   : weight_coding::twos_complement);
        ASSERT_EQ(d.uses_zero_points != 0, zero && !widened);
        ASSERT_EQ(d.on_side_array != 0, c.on_side_array);
        ASSERT_EQ(d.weight_bits, c.weights.bits);
        ASSERT_EQ(d.outlier_bits, c.weights.outlier_bits);
        const int port = c.array().weight_bits + (c.config.zero_point == zero_point_unit::widened && !c.on_side_array ? 1 : 0);
        ASSERT_EQ(plan.passes.weight_passes, (d.geometry.stored_weight_bits + port - 1) / port);
        ASSERT_EQ(plan.passes.activation_passes, (c.input.bits + c.array().activation_bits - 1) / c.array().activation_bits);
        if (c.shifts()) {
            ASSERT_EQ(plan.passes.total(), 1);
        }
        ASSERT_EQ(d.fills, plan.fills.size());
        ASSERT_EQ(plan.outliers.present(), c.weights.outlier_bits > 0);
    });
}

}  // namespace
}  // namespace symmetree
